"""The relying party of staff: what their keys are asked for, and whether what they answer holds (WebAuthn L3, 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.webauthn import (
    Aaguid,
    AttestedCredentialData,
    AuthenticatorAssertionResponse,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialRpEntity,
    UserVerificationRequirement,
)
from fido2.webauthn import AuthenticationResponse as Answered

from kiosk.contract.enrollments import WebAuthnObject
from kiosk.service.relying_parties.options import cut
from kiosk.service.relying_parties.webauthn import (
    Expected,
    Unacceptable,
    check,
    encode,
    read_assertion,
    read_registration,
)

ALGORITHMS: Final = (-7, -8, -257)
"""ES256, EdDSA and RS256 (RFC 9053, RFC 8812), best first."""

_FOREIGN: Final = (ValueError, TypeError, LookupError, AttributeError, NotImplementedError, UnsupportedAlgorithm)
_NOBODY: Final = bytes.fromhex(
    "a5010203262001215820"
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "225820"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)
"""A COSE key (the base point of P-256) that is verified against where there is none, so that it takes as long."""


@dataclass(frozen=True, slots=True)
class StaffParty:
    """Where staff keys are good: the RP ID, and the web origin that asks."""

    rp_id: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A fresh staff key; `public_key` is a COSE key."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    aaguid: str
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignedBytes:
    """An AuthenticationResponseJSON, taken apart; believed only once it was verified."""

    credential_id: bytes
    authenticator_data: bytes
    client_data: bytes
    signature: bytes
    user_handle: bytes | None = None


def creation_options(
    party: StaffParty, challenge: bytes, user: tuple[bytes, str, str], exclude: Sequence[bytes], milliseconds: int
) -> WebAuthnObject:
    """PublicKeyCredentialCreationOptionsJSON of a discoverable key that verifies its owner; `user` is handle, name and
    display name."""
    handle, name, display_name = user
    return {
        "rp": {"id": party.rp_id, "name": party.name},
        "user": {"id": encode(handle), "name": cut(name), "displayName": cut(display_name)},
        "challenge": encode(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": each} for each in ALGORITHMS],
        "timeout": milliseconds,
        "excludeCredentials": [{"type": "public-key", "id": encode(each)} for each in exclude],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
    }


def request_options(party: StaffParty, challenge: bytes, milliseconds: int) -> WebAuthnObject:
    """PublicKeyCredentialRequestOptionsJSON that names no key: whoever is here, their key says it."""
    return {
        "challenge": encode(challenge),
        "timeout": milliseconds,
        "rpId": party.rp_id,
        "allowCredentials": [],
        "userVerification": "required",
    }


def registered(party: StaffParty, challenge: bytes, response: WebAuthnObject) -> MadeKey:
    """The key that was made. Raises Unacceptable."""
    told = read_registration(response)
    data = told.authenticator_data
    check(told.client_data, data, Expected("webauthn.create", challenge, party.origin, party.rp_id))
    made = data.credential_data
    if not data.is_user_present() or not data.is_user_verified():
        raise Unacceptable("not_verified")
    if made is None or made.credential_id != told.credential_id:
        raise Unacceptable("wrong_credential")
    if made.public_key.get(3) not in ALGORITHMS:
        raise Unacceptable("wrong_algorithm")
    try:
        public_key = cbor.encode(dict(made.public_key))
    except _FOREIGN as error:
        raise Unacceptable("malformed") from error
    return MadeKey(made.credential_id, public_key, data.counter, str(made.aaguid), told.transports)


def read_signed(response: WebAuthnObject) -> SignedBytes:
    """Take an AuthenticationResponseJSON apart. Raises Unacceptable."""
    told = read_assertion(response)
    return SignedBytes(
        told.credential_id, bytes(told.authenticator_data), told.client_data, told.signature, told.user_handle
    )


def verified(party: StaffParty, challenge: bytes, public_key: bytes | None, signed: SignedBytes) -> int:
    """The signature counter of an assertion that holds: over this challenge, with the owner present and verified. No
    `public_key` takes as long, and never holds. Raises Unacceptable."""
    entity = PublicKeyCredentialRpEntity(name=party.name, id=party.rp_id)
    server = Fido2Server(entity, verify_origin=lambda origin: origin == party.origin)
    state = {"challenge": encode(challenge), "user_verification": UserVerificationRequirement.REQUIRED}
    try:
        known = CoseKey.parse(cbor.decode(_NOBODY if public_key is None else public_key))  # type: ignore[arg-type]  # a map
        data = AuthenticatorData(signed.authenticator_data)
        answer = Answered(
            raw_id=signed.credential_id,
            response=AuthenticatorAssertionResponse(
                client_data=CollectedClientData(signed.client_data),
                authenticator_data=data,
                signature=signed.signature,
            ),
        )
        held = AttestedCredentialData.create(Aaguid.NONE, signed.credential_id, known)
        server.authenticate_complete(state, [held], answer)
        crossed = CollectedClientData(signed.client_data).cross_origin
    except _FOREIGN as error:
        raise Unacceptable("not_signed") from error
    if public_key is None or crossed:
        raise Unacceptable("not_signed")
    return data.counter
