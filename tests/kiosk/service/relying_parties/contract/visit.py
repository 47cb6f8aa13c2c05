"""One registration as the service would do it, at any stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kiosk.service.directories.connector import Person
from kiosk.service.relying_parties.connector import (
    BegunCeremony,
    CreationOptions,
    CreationRequest,
    ListedCredential,
    RegisteredCredential,
    UserVerification,
    find,
)
from kiosk.service.relying_parties.webauthn import decode
from tests.kiosk.service.relying_parties.contract.stand import Stand
from tests.kiosk.service.soft_key import Json, SoftKey

HANDLE = b"h" * 32


@dataclass
class Visit:
    """One registration at a stand, as the service would do it."""

    stand: Stand
    key: SoftKey
    options: CreationOptions
    begun: BegunCeremony

    def answer(self, **changed: Any) -> Json:
        """What the key says to the options."""
        return self.key.register({**self.options.public_key, **changed}, self.options.origin)

    def complete(self, response: Json | None = None) -> RegisteredCredential:
        made = self.stand.party.complete(self.begun, self.answer() if response is None else response)
        self.stand.keep(self.begun, made)
        return made

    def found(self, reference: str = "") -> ListedCredential | None:
        """Our credential among those that the party lists."""
        listed = self.stand.party.list_credentials(self.options.account)
        return find(listed, self.key.credential_id, reference or self.options.reference)


def asked(person: Person, *exclude: bytes) -> CreationRequest:
    return CreationRequest(person, HANDLE, exclude, UserVerification.REQUIRED)


def begin(stand: Stand, *exclude: bytes, person: Person | None = None, **bent: Any) -> Visit:
    options = stand.party.begin(asked(person or stand.person, *exclude))
    told = options.public_key
    begun = BegunCeremony(
        challenge=decode(told["challenge"]),
        rp_id=told["rp"]["id"],
        origin=options.origin,
        user_handle=decode(told["user"]["id"]),
        user_verification=UserVerification.REQUIRED,
        now=stand.bed.clock.now(),
        account=options.account,
        reference=options.reference,
        state=options.state,
        name="Nada's key",
    )
    return Visit(stand, stand.key(**bent), options, begun)


def registered(stand: Stand) -> Visit:
    visit = begin(stand)
    visit.complete()
    return visit
