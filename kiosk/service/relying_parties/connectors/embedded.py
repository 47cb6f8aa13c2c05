"""A relying party that this service keeps itself: makes the options, verifies the answer and its attestation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Self

from pydantic import model_validator

from kiosk.contract.enrollments import WebAuthnObject
from kiosk.contract.profile import RelyingPartyName
from kiosk.service.catalog import Connector
from kiosk.service.directories.connector import Person
from kiosk.service.relying_parties.connector import (
    BegunCeremony,
    CreationOptions,
    CreationRequest,
    ListedCredential,
    PartyPolicy,
    RegisteredCredential,
)
from kiosk.service.relying_parties.options import cut
from kiosk.service.relying_parties.registration import believed
from kiosk.service.relying_parties.settings import PartySettings
from kiosk.service.relying_parties.webauthn import encode
from kiosk.service.settings_model import HttpsUrl, RpId
from kiosk.service.store import credentials as rows
from kiosk.service.wiring import Wiring

ALGORITHMS: Final = (-7, -8, -257)
"""ES256, EdDSA and RS256 (RFC 9053, RFC 8812), best first."""


class EmbeddedParty(PartySettings):
    """A relying party that this service keeps itself."""

    kind: Literal["embedded"] = "embedded"
    """Which connector."""
    rp_id: RpId
    """The WebAuthn RP ID: a domain."""
    origin: HttpsUrl
    """The web origin of its sign-in page."""

    @model_validator(mode="after")
    def _origin_belongs_to_rp(self) -> Self:
        host = (self.origin.removeprefix("https://")).partition("/")[0].partition(":")[0]
        if host != self.rp_id and not host.endswith("." + self.rp_id):
            raise ValueError("origin is not within rp_id")
        return self


@dataclass(frozen=True, slots=True)
class EmbeddedRelyingParty:
    """A `RelyingParty` without a network: `complete` verifies, and the caller stores what it returns."""

    settings: EmbeddedParty
    wiring: Wiring

    remote = False

    @property
    def name(self) -> RelyingPartyName:
        """From the settings."""
        return RelyingPartyName(self.settings.id, self.settings.name)

    @property
    def deadline(self) -> timedelta:
        """Nothing here waits for anybody."""
        return timedelta(seconds=2)

    def policy(self) -> PartyPolicy:
        """The service's own rules are asked elsewhere; what remains are the algorithms."""
        return PartyPolicy(algorithms=ALGORITHMS)

    def begin(self, request: CreationRequest) -> CreationOptions:
        """WebAuthn L3, 5.4: a discoverable credential on a roaming key."""
        lifetime, trust = self.wiring.lifetime, self.wiring.trust
        options: WebAuthnObject = {
            "rp": {"id": self.settings.rp_id, "name": self.settings.name},
            "user": _user(request.person, request.user_handle),
            "challenge": encode(self.wiring.random.token(32)),
            "pubKeyCredParams": [{"type": "public-key", "alg": algorithm} for algorithm in ALGORITHMS],
            "timeout": int(lifetime.total_seconds() * 1000),
            "excludeCredentials": [{"type": "public-key", "id": encode(each)} for each in request.exclude],
            "authenticatorSelection": {
                "authenticatorAttachment": "cross-platform",
                "residentKey": "required",
                "requireResidentKey": True,
                "userVerification": request.user_verification.value,
            },
            "attestation": trust.policy.conveyance.value,
            "extensions": {"credProps": True},
        }
        return CreationOptions(options, self.settings.origin, lifetime, account=request.person.user_id)

    def complete(self, begun: BegunCeremony, response: WebAuthnObject) -> RegisteredCredential:
        """WebAuthn L3, 7.1. Raises RelyingPartyRefused, AttestationRejected."""
        return believed(begun, response, self.wiring.trust, ALGORITHMS)

    def abort(self, account: str, reference: str, since: datetime) -> None:
        """Nothing is half made here: the row of the ceremony is all that there is."""

    def list_credentials(self, account: str) -> tuple[ListedCredential, ...]:
        """What is stored for the person."""
        with self.wiring.store.read() as tx:
            found = rows.credentials_of_user(tx, account)
        mine = (each for each in found if each.relying_party == self.settings.id)
        return tuple(ListedCredential(each.id, frozenset({each.credential_id})) for each in mine)

    def delete(self, account: str, reference: str) -> None:
        """Delete the row."""
        self.wiring.store.write(lambda tx: rows.delete_credential(tx, account, reference))

    def probe(self) -> str:
        """There is nobody to ask."""
        return "kept by this service itself"


def _user(person: Person, handle: bytes) -> WebAuthnObject:
    return {"id": encode(handle), "name": cut(person.upn), "displayName": cut(person.display_name)}


CONNECTOR = Connector("embedded", EmbeddedParty, EmbeddedRelyingParty)
