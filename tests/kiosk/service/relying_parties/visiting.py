"""One visit at a relying party, step by step, as the service goes through it."""

from __future__ import annotations

from kiosk.service.directories.connector import Person
from kiosk.service.relying_parties.connector import (
    BegunCeremony,
    CreationOptions,
    CreationRequest,
    RegisteredCredential,
    RelyingParty,
    UserVerification,
)
from kiosk.service.relying_parties.webauthn import decode
from tests.faces.frame import NADA
from tests.kiosk.service.running import NOON
from tests.kiosk.service.soft_key import SoftKey

PERSON = Person("d:1", NADA, "Nada", "Hassan", email=NADA)


def begin(
    party: RelyingParty, person: Person = PERSON, wanted: UserVerification = UserVerification.REQUIRED
) -> CreationOptions:
    return party.begin(CreationRequest(person, b"h" * 32, (), wanted))


def begun(options: CreationOptions, name: str = "Nada's key") -> BegunCeremony:
    told = options.public_key
    return BegunCeremony(
        decode(told["challenge"]),
        told["rp"]["id"],
        options.origin,
        decode(told["user"]["id"]),
        UserVerification.REQUIRED,
        NOON,
        options.account,
        options.reference,
        options.state,
        name,
    )


def complete(
    party: RelyingParty, options: CreationOptions, key: SoftKey, name: str = "Nada's key"
) -> RegisteredCredential:
    return party.complete(begun(options, name), key.register(options.public_key, options.origin))
