"""The assertion that proves a fresh credential: what is asked for, and whether the answer holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from fido2 import cbor
from fido2.cose import CoseKey

from kiosk.contract.enrollments import WebAuthnObject
from kiosk.service.relying_parties.connector import UserVerification
from kiosk.service.relying_parties.webauthn import Assertion, Expected, Unacceptable, check, encode, read_assertion


@dataclass(frozen=True, slots=True)
class ProofRequest:
    """What the key must sign, and with what."""

    challenge: bytes
    credential_id: bytes
    public_key: bytes
    user_handle: bytes
    sign_count: int
    user_verification: UserVerification
    rp_id: str
    origin: str


def proof_options(
    rp_id: str, challenge: bytes, credential_id: bytes, wanted: UserVerification, lifetime: timedelta
) -> WebAuthnObject:
    """PublicKeyCredentialRequestOptionsJSON that names the one credential."""
    return {
        "challenge": encode(challenge),
        "timeout": int(lifetime.total_seconds() * 1000),
        "rpId": rp_id,
        "allowCredentials": [{"type": "public-key", "id": encode(credential_id)}],
        "userVerification": wanted.value,
    }


def verify_proof(request: ProofRequest, response: WebAuthnObject) -> int:
    """The new signature counter, of an assertion that holds (WebAuthn L3, 7.2). Raises Unacceptable.

    User presence is not asked for: the person has touched the key a moment ago, and once a relying party is enough.
    """
    assertion = read_assertion(response)
    expected = Expected("webauthn.get", request.challenge, request.origin, request.rp_id)
    client_data_hash = check(assertion.client_data, assertion.authenticator_data, expected)
    _check_key(request, assertion)
    try:
        key = CoseKey.parse(cast(Mapping[int, Any], cbor.decode(request.public_key)))
        key.verify(assertion.authenticator_data + client_data_hash, assertion.signature)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError, KeyError, NotImplementedError) as error:
        raise Unacceptable("wrong_signature") from error
    return assertion.authenticator_data.counter


def _check_key(request: ProofRequest, assertion: Assertion) -> None:
    if assertion.credential_id != request.credential_id:
        raise Unacceptable("wrong_credential")
    if assertion.user_handle not in (None, request.user_handle):
        raise Unacceptable("wrong_user")
    told = assertion.authenticator_data
    if request.user_verification is UserVerification.REQUIRED and not told.is_user_verified():
        raise Unacceptable("not_verified")
    if told.counter < request.sign_count:
        raise Unacceptable("counter_went_back")
