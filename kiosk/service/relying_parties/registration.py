"""What a registration response holds, checked by ourselves: for parties that leave it to us, and before all others."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fido2 import cbor
from fido2.webauthn import AttestedCredentialData

from kiosk.contract.enrollments import WebAuthnObject
from kiosk.service.attestation.trust import Trust
from kiosk.service.relying_parties.connector import (
    BegunCeremony,
    RegisteredCredential,
    RelyingPartyRefused,
    UserVerification,
)
from kiosk.service.relying_parties.webauthn import Expected, Registration, Unacceptable, check, read_registration


@dataclass(frozen=True, slots=True)
class Checked:
    """A response that answers what was asked. `client_data_hash` is what its attestation signs."""

    registration: Registration
    credential: RegisteredCredential
    client_data_hash: bytes


def checked(begun: BegunCeremony, response: WebAuthnObject, algorithms: tuple[int, ...] = ()) -> Checked:
    """Challenge, origin, RP ID, flags, algorithm (any, if none are given): WebAuthn L3, 7.1. Its attestation is not
    judged. Raises RelyingPartyRefused."""
    try:
        registration = read_registration(response)
        expected = Expected("webauthn.create", begun.challenge, begun.origin, begun.rp_id)
        client_data_hash = check(registration.client_data, registration.authenticator_data, expected)
        made = _credential(registration, begun.user_verification, algorithms)
    except Unacceptable as error:
        raise RelyingPartyRefused(error.word) from error
    credential = RegisteredCredential(
        credential_id=made.credential_id,
        public_key=cbor.encode(dict(made.public_key)),
        sign_count=registration.authenticator_data.counter,
        aaguid=str(made.aaguid),
        attestation="not judged here",
        transports=registration.transports,
    )
    return Checked(registration, credential, client_data_hash)


def believed(
    begun: BegunCeremony, response: WebAuthnObject, trust: Trust, algorithms: tuple[int, ...] = ()
) -> RegisteredCredential:
    """As `checked`, and its attestation judged. Raises RelyingPartyRefused, AttestationRejected."""
    found = checked(begun, response, algorithms)
    verdict = trust.judge(found.registration.attestation_object, found.client_data_hash, begun.now)
    return replace(
        found.credential,
        aaguid=verdict.aaguid,
        attestation=f"{verdict.format}:{verdict.type}{':trusted' if verdict.trusted else ''}",
        serial=verdict.serial,
    )


def _credential(
    registration: Registration, user_verification: UserVerification, algorithms: tuple[int, ...]
) -> AttestedCredentialData:
    """The flags, and the credential that was made. Raises Unacceptable."""
    told = registration.authenticator_data
    if not told.is_user_present():
        raise Unacceptable("not_present")
    if user_verification is UserVerification.REQUIRED and not told.is_user_verified():
        raise Unacceptable("not_verified")
    credential = told.credential_data
    if credential is None or credential.credential_id != registration.credential_id:
        raise Unacceptable("wrong_credential")
    if algorithms and credential.public_key.get(3) not in algorithms:
        raise Unacceptable("wrong_algorithm")
    return credential
