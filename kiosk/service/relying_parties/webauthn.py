"""Reads WebAuthn's JSON forms from hostile hands, and checks what registration and assertion have in common."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from fido2.webauthn import AttestationObject, AuthenticatorData

from kiosk.contract.enrollments import WebAuthnObject

MAX_CREDENTIAL_ID: Final = 1023
"""Bytes (WebAuthn L3, 7.1 step 25)."""

_FOREIGN: Final = (ValueError, LookupError, TypeError, AttributeError, struct.error, RecursionError, OverflowError)


class Unacceptable(Exception):
    """A response that does not hold; `word` says which check failed."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


@dataclass(frozen=True, slots=True)
class Expected:
    """What both ceremonies are checked against. `client_type` is `webauthn.create` or `webauthn.get`."""

    client_type: str
    challenge: bytes
    origin: str
    rp_id: str


@dataclass(frozen=True, slots=True)
class Registration:
    """A RegistrationResponseJSON, taken apart."""

    credential_id: bytes
    client_data: bytes
    attestation_object: bytes
    authenticator_data: AuthenticatorData
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assertion:
    """An AuthenticationResponseJSON, taken apart."""

    credential_id: bytes
    client_data: bytes
    authenticator_data: AuthenticatorData
    signature: bytes
    user_handle: bytes | None


def encode(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: object) -> bytes:
    """Strict base64url without padding. Raises Unacceptable."""
    if not isinstance(text, str):
        raise Unacceptable("malformed")
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unacceptable("malformed") from error
    if encode(data) != text:
        raise Unacceptable("malformed")
    return data


def read_registration(response: WebAuthnObject) -> Registration:
    """Take the response apart. Raises Unacceptable."""
    inner, credential_id = _common(response)
    attestation_object = decode(inner.get("attestationObject"))
    with _tamed():
        authenticator_data = AttestationObject(attestation_object).auth_data
    transports = inner.get("transports", ())
    if not isinstance(transports, (list, tuple)):
        raise Unacceptable("malformed")
    return Registration(
        credential_id,
        decode(inner.get("clientDataJSON")),
        attestation_object,
        authenticator_data,
        tuple(sorted({str(each)[:16] for each in transports[:16]})),
    )


def read_assertion(response: WebAuthnObject) -> Assertion:
    """Take the response apart. Raises Unacceptable."""
    inner, credential_id = _common(response)
    with _tamed():
        authenticator_data = AuthenticatorData(decode(inner.get("authenticatorData")))
    handle = inner.get("userHandle")
    return Assertion(
        credential_id,
        decode(inner.get("clientDataJSON")),
        authenticator_data,
        decode(inner.get("signature")),
        None if handle is None else decode(handle),
    )


def check(client_data: bytes, authenticator_data: AuthenticatorData, expected: Expected) -> bytes:
    """Client data and RP ID hash (WebAuthn L3, 7.1 steps 5-13 and 7.2); the hash of the client data.

    Raises Unacceptable.
    """
    with _tamed():
        told = json.loads(client_data)
    if not isinstance(told, dict) or told.get("type") != expected.client_type:
        raise Unacceptable("wrong_type")
    if not hmac.compare_digest(decode(told.get("challenge")), expected.challenge):
        raise Unacceptable("wrong_challenge")
    if told.get("origin") != expected.origin or told.get("crossOrigin") not in (None, False):
        raise Unacceptable("wrong_origin")
    if authenticator_data.rp_id_hash != hashlib.sha256(expected.rp_id.encode()).digest():
        raise Unacceptable("wrong_rp_id")
    return hashlib.sha256(client_data).digest()


def _common(response: WebAuthnObject) -> tuple[Mapping[str, Any], bytes]:
    inner = response.get("response")
    credential_id = decode(response.get("rawId"))
    if not isinstance(inner, Mapping) or response.get("type") != "public-key":
        raise Unacceptable("malformed")
    if response.get("id") != response.get("rawId") or not 0 < len(credential_id) <= MAX_CREDENTIAL_ID:
        raise Unacceptable("malformed")
    return inner, credential_id


@contextmanager
def _tamed() -> Iterator[None]:
    """What parsers raise when they are given rubbish becomes one word."""
    try:
        yield
    except _FOREIGN as error:
        raise Unacceptable("malformed") from error
