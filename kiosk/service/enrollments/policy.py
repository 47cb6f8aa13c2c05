"""What the station must obey in the key step, made of the settings for one person."""

from __future__ import annotations

from kiosk.contract.policy import EnrollmentPolicy, HandOverPolicy, KeyCount, KeyPolicy, PhonePolicy, PinPolicy
from kiosk.service.directories.connector import Person
from kiosk.service.settings import ServiceSettings

_SHORTEST_NUMBER = 4


def policy_for(settings: ServiceSettings, person: Person) -> EnrollmentPolicy:
    """What the station must obey in the key step of this person."""
    pin, key = settings.pin, settings.key
    return EnrollmentPolicy(
        PinPolicy(
            pin.mode,
            pin.min_length,
            pin.max_length,
            pin.no_sequences,
            pin.no_repeats,
            pin.deny,
            own_numbers(person) if pin.no_own_numbers else (),
            pin.origin,
            pin.random_length,
            pin.built_in_uv,
            pin.enroll_fingerprint,
            pin.delivery,
        ),
        KeyPolicy(
            key.aaguids_allowed,
            key.aaguids_denied,
            key.accept_existing_pin,
            key.min_free_slots,
            dict(key.min_firmware),
            dict(key.certification),
            key.reset,
            key.only_deletable,
        ),
        HandOverPolicy(**settings.hand_over.model_dump()),
        settings.partial,
        settings.accounts.totp.offer,
        None if settings.phone.place is None else PhonePolicy(settings.phone.place, settings.phone.demand),
        settings.projects.ask_at_kiosk,
        KeyCount(settings.life.least, settings.life.in_a_visit),
        settings.life.handed_over,
    )


def own_numbers(person: Person) -> tuple[str, ...]:
    """The digits of the person's staff number and phone, longest first; short ones would forbid too much."""
    texts = (person.employee_id, person.phone)
    numbers = {"".join(character for character in text if character in "0123456789") for text in texts}
    return tuple(
        sorted((each for each in numbers if len(each) >= _SHORTEST_NUMBER), key=lambda each: (-len(each), each))
    )
