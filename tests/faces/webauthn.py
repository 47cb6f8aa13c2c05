"""Registrations and log-ins checked as a relying party must (WebAuthn §7.1, §7.2), with fido2 and nothing of ours."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from fido2 import cbor
from fido2.attestation.base import Attestation, InvalidAttestation, verify_x509_chain
from fido2.cose import CoseKey
from fido2.webauthn import AttestationObject, AuthenticatorData

from tests.faces.truth import Credential

_B64URL = re.compile(r"[A-Za-z0-9_-]*\Z")
ES256, RS256 = -7, -257


class Rejected(Exception):
    """The answer of the key is not good: why."""


@dataclass(frozen=True)
class Wanted:
    """What a ceremony asks for."""

    challenge: bytes
    origins: Collection[str]
    rp_id: str
    user_verification: bool = True
    formats: tuple[str, ...] = ("packed", "none")
    roots: tuple[x509.Certificate, ...] | None = None
    """The attestation must chain to one of them; None: it need not."""
    algorithms: tuple[int, ...] = (ES256, RS256)


@dataclass(frozen=True)
class Made:
    """A credential that was made as it should."""

    credential_id: bytes
    public_key: bytes
    aaguid: UUID
    sign_count: int
    format: str
    certificates: tuple[bytes, ...]
    extensions: dict[str, Any]


def b64url(text: Any) -> bytes:
    """Base64url without padding, and nothing else. Raises Rejected."""
    if not isinstance(text, str) or not _B64URL.match(text) or len(text) % 4 == 1:
        raise Rejected("not base64url without padding")
    found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64url_text(found) != text:
        raise Rejected("base64url with stray bits")
    return found


def b64(text: Any) -> bytes:
    """Standard base64 with padding, and nothing else. Raises Rejected."""
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, TypeError) as problem:
        raise Rejected("not standard base64") from problem


def b64url_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def b64_text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def url_token(data: bytes) -> str:
    """.NET's UrlTokenEncode: base64url, with the number of `=` that were taken away at its end."""
    text = base64.urlsafe_b64encode(data).decode()
    return text.rstrip("=") + str(text.count("="))


def challenge_of(client_data: bytes) -> bytes:
    """The challenge that was answered, before anything is checked. Raises Rejected."""
    return b64url(_client_data(client_data).get("challenge"))


def registered(client_data: bytes, attestation_object: bytes, wanted: Wanted) -> Made:
    """The credential. Raises Rejected with the reason."""
    _check_client_data(client_data, "webauthn.create", wanted)
    try:
        statement = AttestationObject(attestation_object)
        auth_data = statement.auth_data
        made = auth_data.credential_data
    except (ValueError, KeyError, TypeError, IndexError) as problem:
        raise Rejected("the attestation object cannot be read") from problem
    _check_flags(auth_data, wanted)
    if made is None:
        raise Rejected("no credential in it")
    if made.public_key.get(3) not in wanted.algorithms:
        raise Rejected("an algorithm that was not asked for")
    if statement.fmt not in wanted.formats:
        raise Rejected(f"attestation format {statement.fmt}")
    path = _check_attestation(statement, hashlib.sha256(client_data).digest())
    if wanted.roots is not None and not _leads_to(path, wanted.roots):
        raise Rejected("the attestation leads to no trusted root")
    return Made(
        bytes(made.credential_id),
        cbor.encode(dict(made.public_key)),
        UUID(bytes=bytes(made.aaguid)),
        auth_data.counter,
        statement.fmt,
        tuple(path),
        dict(auth_data.extensions or {}),
    )


def proved(assertion: dict[str, Any], credential: Credential, wanted: Wanted) -> None:
    """The log-in is good; the counter of the credential moves on. Raises Rejected with the reason."""
    response = assertion["response"]
    client_data, raw = b64url(response["clientDataJSON"]), b64url(response["authenticatorData"])
    _check_client_data(client_data, "webauthn.get", wanted)
    auth_data = AuthenticatorData(raw)
    _check_flags(auth_data, wanted)
    handle = response.get("userHandle")
    if handle and credential.user_handle and b64url(handle) != credential.user_handle:
        raise Rejected("somebody else's user handle")
    if credential.sign_count and auth_data.counter <= credential.sign_count:
        raise Rejected("the counter went back")
    key = CoseKey.parse(cbor.decode(credential.public_key))  # type: ignore[arg-type]  # COSE is a map
    try:
        key.verify(raw + hashlib.sha256(client_data).digest(), b64url(response["signature"]))
    except InvalidSignature as problem:
        raise Rejected("not signed by this key") from problem
    credential.sign_count = auth_data.counter


def _client_data(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw.decode("utf-8"))
    except ValueError as problem:
        raise Rejected("the client data is not JSON") from problem
    if not isinstance(found, dict):
        raise Rejected("the client data is no object")
    return found


def _check_client_data(raw: bytes, kind: str, wanted: Wanted) -> None:
    found = _client_data(raw)
    if found.get("type") != kind:
        raise Rejected("another kind of ceremony")
    if b64url(found.get("challenge")) != wanted.challenge:
        raise Rejected("another challenge")
    if found.get("origin") not in wanted.origins:
        raise Rejected(f"origin {found.get('origin')}")
    if found.get("crossOrigin"):
        raise Rejected("a frame of another origin")


def _check_flags(auth_data: AuthenticatorData, wanted: Wanted) -> None:
    if auth_data.rp_id_hash != hashlib.sha256(wanted.rp_id.encode()).digest():
        raise Rejected("another rp.id")
    if not auth_data.is_user_present():
        raise Rejected("nobody was present")
    if wanted.user_verification and not auth_data.is_user_verified():
        raise Rejected("nobody was verified")


def _check_attestation(statement: AttestationObject, client_data_hash: bytes) -> list[bytes]:
    try:
        result = Attestation.for_type(statement.fmt)().verify(statement.att_stmt, statement.auth_data, client_data_hash)
        if result.trust_path:
            verify_x509_chain(result.trust_path)
    except (InvalidAttestation, InvalidSignature, ValueError, KeyError, TypeError) as problem:
        raise Rejected(f"the attestation is wrong: {type(problem).__name__}") from problem
    return list(result.trust_path)


def _leads_to(path: list[bytes], roots: tuple[x509.Certificate, ...]) -> bool:
    if not path:
        return False
    last = x509.load_der_x509_certificate(path[-1])
    for root in roots:
        try:
            last.verify_directly_issued_by(root)
        except (ValueError, TypeError, InvalidSignature):
            continue
        return True
    return last in roots
