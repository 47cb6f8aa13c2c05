"""Creation options as they come from elsewhere, made canonical: one encoding, nothing foreign, names that fit a key."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any, Final

from kiosk.contract.enrollments import WebAuthnObject
from kiosk.service.relying_parties.connector import RelyingPartyRefused, UserVerification
from kiosk.service.relying_parties.webauthn import encode

LONGEST_NAME: Final = 64
"""Bytes of UTF-8 of a name that every key keeps (CTAP 2.1, 6.1.2: user.name and user.displayName may be cut)."""

LONGEST_HANDLE: Final = 64
"""Bytes of a user handle (WebAuthn L3, 5.4.3)."""

_SELECTION: Final = ("authenticatorAttachment", "residentKey", "requireResidentKey", "userVerification")


def tolerant(text: str) -> bytes:
    """Base64 or base64url, padded or not. Raises ValueError."""
    plain = text.strip().rstrip("=").replace("+", "-").replace("/", "_")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("is no base64") from error


def id_candidates(text: str) -> frozenset[bytes]:
    """All readings of a credential id that may be base64, base64url or .NET's UrlTokenEncode: they cannot always be
    told apart, and one reading too many does no harm in an exclude list."""
    found: set[bytes] = set()
    readings = [text]
    if text[-1:] in ("0", "1", "2") and (len(text) - 1 + int(text[-1])) % 4 == 0:
        readings.append(text[:-1])
    for reading in readings:
        try:
            found.add(tolerant(reading))
        except ValueError:
            continue
    return frozenset(found - {b""})


def url_token(data: bytes) -> str:
    """.NET's UrlTokenEncode: base64url whose padding is one digit that counts it."""
    text = base64.urlsafe_b64encode(data).decode()
    return text.rstrip("=") + str(text.count("="))


def cut(name: str, longest: int = LONGEST_NAME) -> str:
    """The name within so many bytes of UTF-8, cut between two characters (never within a combined one's bytes)."""
    return name.encode()[:longest].decode(errors="ignore")


def canonical(
    told: Mapping[str, Any], *, rp_id: str = "", exclude: Iterable[bytes] = (), milliseconds: int = 120_000
) -> WebAuthnObject:
    """PublicKeyCredentialCreationOptionsJSON of what a relying party told.

    Any base64 becomes unpadded base64url, unknown members go, names are cut, an `rp.id` that is not told is `rp_id`,
    excluded ids that cannot be read are left out, and `exclude` is added. `timeout` is at least `milliseconds`: people
    are slower than some servers think.

    Raises RelyingPartyRefused("bad_options").
    """
    try:
        return _canonical(told, rp_id, exclude, milliseconds)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise RelyingPartyRefused("bad_options") from error


def verifying(options: WebAuthnObject, wanted: UserVerification) -> WebAuthnObject:
    """Canonical options with user verification required, if that is wanted here: a party may ask for less."""
    if wanted is not UserVerification.REQUIRED:
        return options
    selection = {**options["authenticatorSelection"], "userVerification": wanted.value}
    return {**options, "authenticatorSelection": selection}


def _canonical(told: Mapping[str, Any], rp_id: str, exclude: Iterable[bytes], milliseconds: int) -> WebAuthnObject:
    party, user, challenge = told["rp"], told["user"], tolerant(told["challenge"])
    handle, rp_id = tolerant(user["id"]), str(party.get("id") or rp_id)
    algorithms = [int(each["alg"]) for each in told["pubKeyCredParams"] if each.get("type") == "public-key"]
    if not challenge or not 0 < len(handle) <= LONGEST_HANDLE or not rp_id or not algorithms:
        raise ValueError("something is missing")
    excluded = {*exclude, *(id_ for each in told.get("excludeCredentials") or () for id_ in id_candidates(each["id"]))}
    options: WebAuthnObject = {
        "rp": {"id": rp_id, "name": str(party.get("name") or rp_id)},
        "user": {
            "id": encode(handle),
            "name": cut(str(user["name"])),
            "displayName": cut(str(user.get("displayName") or user["name"])),
        },
        "challenge": encode(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": each} for each in algorithms],
        "timeout": max(int(told.get("timeout") or 0), milliseconds),
        "excludeCredentials": [{"type": "public-key", "id": encode(each)} for each in sorted(excluded)],
        "authenticatorSelection": _selection(told.get("authenticatorSelection") or {}),
        "attestation": str(told.get("attestation") or "none"),
    }
    if extensions := {name: value for name, value in (told.get("extensions") or {}).items() if "@" not in name}:
        options["extensions"] = extensions
    return options


def _selection(told: Mapping[str, Any]) -> WebAuthnObject:
    """What a kiosk registers is a roaming key with a discoverable credential, whatever else a party would take."""
    kept = {name: told[name] for name in _SELECTION if name in told}
    return {
        **kept,
        "authenticatorAttachment": "cross-platform",
        "residentKey": "required",
        "requireResidentKey": True,
    }
