"""A realm's WebAuthn policy as its representation tells it, and credentials in the form that Keycloak keeps them in."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Literal
from uuid import UUID

from kiosk.service.relying_parties.connector import PartyPolicy, RegisteredCredential, UserVerification
from kiosk.service.relying_parties.options import tolerant
from kiosk.service.relying_parties.webauthn import encode

Use = Literal["passwordless", "second_factor"]

TYPES: Final[Mapping[Use, str]] = {"passwordless": "webauthn-passwordless", "second_factor": "webauthn"}
"""Keycloak's words for the types of credentials."""

_PREFIXES: Final[Mapping[Use, str]] = {
    "passwordless": "webAuthnPolicyPasswordless",
    "second_factor": "webAuthnPolicy",
}
_ALGORITHMS: Final = {
    "ES256": -7,
    "EdDSA": -8,
    "Ed25519": -8,
    "ES384": -35,
    "ES512": -36,
    "RS256": -257,
    "RS384": -258,
    "RS512": -259,
}
_STANDARD: Final = (-7, -257)
_FORMATS: Final = frozenset({"packed", "none", "tpm", "fido-u2f", "apple", "android-key"})
_LONGEST_LABEL: Final = 255


@dataclass(frozen=True, slots=True)
class RealmPolicy:
    """What the realm wants of keys. An empty `rp_id` means Keycloak's own host."""

    rp_id: str
    rp_name: str
    aaguids: frozenset[str]
    algorithms: tuple[int, ...]
    user_verification: UserVerification | None

    def party(self) -> PartyPolicy:
        """The part of it that all parties have."""
        return PartyPolicy(aaguids_allowed=self.aaguids, algorithms=self.algorithms)


def read_policy(realm: Mapping[str, Any], use: Use) -> RealmPolicy:
    """The policy in a realm's representation; what is not told there is as Keycloak ships it."""
    prefix = _PREFIXES[use]
    names = _texts(realm.get(f"{prefix}SignatureAlgorithms"))
    algorithms = tuple(dict.fromkeys(_ALGORITHMS[name] for name in names if name in _ALGORITHMS))
    wanted = _text(realm.get(f"{prefix}UserVerificationRequirement"))
    return RealmPolicy(
        rp_id=_text(realm.get(f"{prefix}RpId")),
        rp_name=_text(realm.get(f"{prefix}RpEntityName")),
        aaguids=frozenset(each.lower() for each in _texts(realm.get(f"{prefix}AcceptableAaguids"))),
        algorithms=algorithms or _STANDARD,
        user_verification=UserVerification(wanted) if wanted in set(UserVerification) else None,
    )


def entry(made: RegisteredCredential, use: Use, name: str, format_: str, now: datetime) -> dict[str, Any]:
    """The entry of a user's representation that imports a credential which we have verified.

    It never has a `value`: Keycloak would take that for a password.
    """
    data = {
        "aaguid": made.aaguid,
        "credentialId": base64.b64encode(made.credential_id).decode(),
        "counter": made.sign_count,
        "attestationStatement": None,
        "credentialPublicKey": encode(made.public_key),
        "attestationStatementFormat": format_ if format_ in _FORMATS else "none",
        "transports": list(made.transports),
    }
    return {
        "id": reference_of(made.credential_id),
        "type": TYPES[use],
        "userLabel": name[:_LONGEST_LABEL],
        "createdDate": int(now.timestamp() * 1000),
        "secretData": "{}",
        "credentialData": json.dumps(data),
    }


def reference_of(credential_id: bytes) -> str:
    """Our name of the credential at Keycloak, always the same: one that is there already is not made twice."""
    return str(UUID(bytes=sha256(credential_id).digest()[:16], version=4))


def id_in(listed: Mapping[str, Any]) -> bytes | None:
    """The credential id of a WebAuthn credential that Keycloak tells of; None where it cannot be read."""
    try:
        return tolerant(json.loads(listed["credentialData"])["credentialId"])
    except (ValueError, TypeError, LookupError, AttributeError):
        return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
