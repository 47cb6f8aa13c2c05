"""What policy asks of a PIN and of a key; given to the station once the person is verified."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PinMode(StrEnum):
    """Whether the PIN step is part of the enrollment.

    `required`: the key must have a PIN (set it, or enter the one it has) and must be able to have one.
    `if_absent`: set a PIN where the key can have one and has none; a key without PIN support is accepted.
    `never`: no PIN is set here; a key that already has one is asked for it, because the key insists.
    """

    REQUIRED = "required"
    IF_ABSENT = "if_absent"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class PinPolicy:
    """Rules for a new PIN, in code points; the key's own rules apply as well. `own_numbers` are the person's
    digits (staff number, phone) that may not be part of the PIN; they are never stored by the station."""

    mode: PinMode = PinMode.REQUIRED
    min_length: int = 6
    max_length: int = 63
    no_sequences: bool = True
    no_repeats: bool = True
    deny: tuple[str, ...] = ()
    own_numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyPolicy:
    """Which keys are welcome. AAGUIDs in their lower-case UUID form; empty `aaguids_allowed` means any.

    `accept_existing_pin` false refuses keys that already carry a PIN (fresh keys only).
    """

    aaguids_allowed: tuple[str, ...] = ()
    aaguids_denied: tuple[str, ...] = ()
    accept_existing_pin: bool = True
    min_free_slots: int = 1


@dataclass(frozen=True, slots=True)
class EnrollmentPolicy:
    """What the station must obey in the key step."""

    pin: PinPolicy = PinPolicy()
    key: KeyPolicy = KeyPolicy()
