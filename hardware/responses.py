"""Answers of a key, checked, and put into the JSON forms of WebAuthn (section 5.1.8)."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from fido2 import cbor
from fido2.utils import websafe_encode
from fido2.webauthn import AuthenticatorData

from hardware.answers import Assertion, Attestation, Info
from hardware.errors import KeyFault
from hardware.key_info import words
from hardware.options import MAX_CREDENTIAL_ID_BYTES, PUBLIC_KEY, Creation, Request

FLAG = AuthenticatorData.FLAG
ALG = 3
"""The member of a COSE key that names its algorithm (RFC 9052 section 7.1)."""


def check_authenticator_data(auth_data: AuthenticatorData, rp_id: str, required: int) -> None:
    """Raises KeyFault unless the answer is about this relying party and has the required flags."""
    if auth_data.rp_id_hash != sha256(rp_id.encode()).digest() or auth_data.flags & required != required:
        raise KeyFault


def check_registration(answer: Attestation, rp_id: str, algorithm: int, *, verified: bool) -> bytes:
    """The id of the new credential. Raises KeyFault when the answer is not what was asked for."""
    check_authenticator_data(answer.auth_data, rp_id, FLAG.UP | FLAG.AT | (FLAG.UV if verified else 0))
    credential = answer.auth_data.credential_data
    if credential is None or not 1 <= len(credential.credential_id) <= MAX_CREDENTIAL_ID_BYTES:
        raise KeyFault
    if credential.public_key.get(ALG) != algorithm:
        raise KeyFault
    return credential.credential_id


def attestation_object(answer: Attestation, conveyance: str) -> bytes:
    """The attestation object, its statement removed when none was asked for (WebAuthn section 5.1.3 step 22).

    A self attestation names nobody and stays.
    """
    wanted = conveyance in ("direct", "indirect", "enterprise")
    credential = answer.auth_data.credential_data
    unnamed = credential is not None and not any(credential.aaguid)
    itself = unnamed and answer.fmt == "packed" and "x5c" not in answer.statement
    fmt, statement = (answer.fmt, answer.statement) if wanted or itself else ("none", {})
    return cbor.encode({"fmt": fmt, "authData": answer.auth_data, "attStmt": statement})


def registration_response(made: Creation, answer: Attestation, info: Info, results: dict[str, Any]) -> dict[str, Any]:
    """RegistrationResponseJSON of a checked answer."""
    credential = answer.auth_data.credential_data
    assert credential is not None
    return _credential_json(
        credential.credential_id,
        results,
        {
            "clientDataJSON": made.client_data.b64,
            "authenticatorData": websafe_encode(answer.auth_data),
            "attestationObject": websafe_encode(attestation_object(answer, made.attestation)),
            "transports": sorted(set(words(info.transports))) or ["usb"],
            "publicKeyAlgorithm": credential.public_key[ALG],
        },
    )


def authentication_response(asked: Request, answer: Assertion) -> dict[str, Any]:
    """AuthenticationResponseJSON of a checked answer."""
    return _credential_json(
        answer.credential_id,
        {},
        {
            "clientDataJSON": asked.client_data.b64,
            "authenticatorData": websafe_encode(answer.auth_data),
            "signature": websafe_encode(answer.signature),
            **({"userHandle": websafe_encode(answer.user_handle)} if answer.user_handle else {}),
        },
    )


def _credential_json(credential_id: bytes, results: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    encoded = websafe_encode(credential_id)
    return {
        "id": encoded,
        "rawId": encoded,
        "type": PUBLIC_KEY,
        "authenticatorAttachment": "cross-platform",
        "clientExtensionResults": results,
        "response": response,
    }
