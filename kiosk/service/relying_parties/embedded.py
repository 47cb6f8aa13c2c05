"""A relying party that this service keeps itself: makes the options, verifies the answer and its attestation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from fido2 import cbor
from fido2.webauthn import AttestedCredentialData

from kiosk.contract.enrollments import WebAuthnObject
from kiosk.contract.profile import RelyingPartyName
from kiosk.service.attestation.anchors import TrustAnchors
from kiosk.service.attestation.rules import judge
from kiosk.service.attestation.settings import AttestationPolicy
from kiosk.service.directories.connector import Person
from kiosk.service.parts import Random
from kiosk.service.relying_parties.connector import (
    BegunCeremony,
    CreationOptions,
    CreationRequest,
    RegisteredCredential,
    RelyingPartyRefused,
    UserVerification,
)
from kiosk.service.relying_parties.webauthn import (
    Expected,
    Registration,
    Unacceptable,
    check,
    encode,
    read_registration,
)
from kiosk.service.settings import RelyingPartySettings

ALGORITHMS: Final = (-7, -8, -257)
"""ES256, EdDSA and RS256 (RFC 9053, RFC 8812), best first."""


@dataclass(frozen=True, slots=True)
class EmbeddedRelyingParty:
    """A `RelyingParty` without a network: `complete` verifies, and the caller stores what it returns."""

    settings: RelyingPartySettings
    attestation: AttestationPolicy
    anchors: TrustAnchors
    random: Random
    lifetime: timedelta

    @property
    def name(self) -> RelyingPartyName:
        """From the settings."""
        return RelyingPartyName(self.settings.id, self.settings.name)

    @property
    def rp_id(self) -> str:
        """From the settings."""
        return self.settings.rp_id

    @property
    def origin(self) -> str:
        """From the settings."""
        return self.settings.origin

    @property
    def deadline(self) -> timedelta:
        """Nothing here waits for anybody."""
        return timedelta(seconds=2)

    def creation_options(self, request: CreationRequest) -> CreationOptions:
        """WebAuthn L3, 5.4: a discoverable credential on a roaming key."""
        challenge = self.random.token(32)
        options: WebAuthnObject = {
            "rp": {"id": self.rp_id, "name": self.settings.name},
            "user": _user(request.person, request.user_handle),
            "challenge": encode(challenge),
            "pubKeyCredParams": [{"type": "public-key", "alg": algorithm} for algorithm in ALGORITHMS],
            "timeout": int(self.lifetime.total_seconds() * 1000),
            "excludeCredentials": [{"type": "public-key", "id": encode(each)} for each in request.exclude],
            "authenticatorSelection": {
                "authenticatorAttachment": "cross-platform",
                "residentKey": "required",
                "requireResidentKey": True,
                "userVerification": request.user_verification.value,
            },
            "attestation": self.attestation.conveyance.value,
            "extensions": {"credProps": True},
        }
        return CreationOptions(options, challenge, self.lifetime)

    def complete(self, begun: BegunCeremony, response: WebAuthnObject) -> RegisteredCredential:
        """WebAuthn L3, 7.1. Raises RelyingPartyRefused, AttestationRejected."""
        try:
            registration = read_registration(response)
            expected = Expected("webauthn.create", begun.challenge, self.origin, self.rp_id)
            client_data_hash = check(registration.client_data, registration.authenticator_data, expected)
            credential = _credential(registration, begun.user_verification)
        except Unacceptable as error:
            raise RelyingPartyRefused(error.word) from error
        verdict = judge(registration.attestation_object, client_data_hash, self.attestation, self.anchors, begun.now)
        return RegisteredCredential(
            credential_id=credential.credential_id,
            public_key=cbor.encode(dict(credential.public_key)),
            sign_count=registration.authenticator_data.counter,
            aaguid=verdict.aaguid,
            attestation=f"{verdict.format}:{verdict.type}{':trusted' if verdict.trusted else ''}",
            transports=registration.transports,
            serial=verdict.serial,
        )


def _user(person: Person, handle: bytes) -> WebAuthnObject:
    return {"id": encode(handle), "name": person.upn, "displayName": person.display_name}


def _credential(registration: Registration, user_verification: UserVerification) -> AttestedCredentialData:
    """The flags, and the credential that was made. Raises Unacceptable."""
    told = registration.authenticator_data
    if not told.is_user_present():
        raise Unacceptable("not_present")
    if user_verification is UserVerification.REQUIRED and not told.is_user_verified():
        raise Unacceptable("not_verified")
    credential = told.credential_data
    if credential is None or credential.credential_id != registration.credential_id:
        raise Unacceptable("wrong_credential")
    if credential.public_key.get(3) not in ALGORITHMS:
        raise Unacceptable("wrong_algorithm")
    return credential
