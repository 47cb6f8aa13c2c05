"""The relying party that phones register passkeys at: one that this service keeps, under the pages' own address."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.contract.profile import VerificationMethod
from kiosk.errors import ConfigurationError
from kiosk.service.relying_parties.connectors.embedded import EmbeddedParty
from kiosk.service.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class PhoneParty:
    """Where passkeys of phones belong. `origin` is what browsers call the pages."""

    id: str
    name: str
    rp_id: str
    origin: str


def phone_party(settings: ServiceSettings) -> PhoneParty | None:
    """The relying party of phones; None where there is none whose RP ID the pages may use (WebAuthn L3, 5.1.3)."""
    wanted, url = settings.phone.relying_party, settings.phone.url
    kept = [each for each in settings.relying_parties if isinstance(each, EmbeddedParty)]
    party = next((each for each in kept if wanted in ("", each.id)), None)
    if party is None or url is None:
        return None
    origin = url.lower().removesuffix(":443")
    host = origin.removeprefix("https://").partition(":")[0]
    within = host == party.rp_id or host.endswith(f".{party.rp_id}")
    return PhoneParty(party.id, party.name, party.rp_id, origin) if within else None


def check_phones(settings: ServiceSettings) -> None:
    """Raise ConfigurationError for passkeys of phones that no browser would make, or that nobody could ask for."""
    phone = settings.phone
    confirms = VerificationMethod.PHONE in settings.verification.methods
    if confirms and phone.url is None:
        raise ConfigurationError("verification.methods", "phone needs phone.url, where its page is")
    makes = phone.place is not None and phone.enroller is None
    if (confirms or makes or phone.relying_party) and phone.url is not None and phone_party(settings) is None:
        raise ConfigurationError(
            "phone.url", "is not within the RP ID of phone.relying_party, or that is not a relying party kept here"
        )
