"""What is to be done with the key beside credentials, all of it on the device lane: part of `enrollment.effects`."""

from __future__ import annotations

from dataclasses import dataclass

from hardware.authenticator import KeyAddress, KeyInfo, KeySettings
from kiosk.enrollment.pin_rules import PinRules
from kiosk.enrollment.visit import KeyIdentity
from kiosk.secret import Secret


@dataclass(frozen=True, slots=True)
class InspectKey:
    """Open the key at this address (closing any other) unless it is open already, and read it.

    `probes` are credentials (RP ID, id) that this visit made on its key: whether they are there tells two keys apart
    that have no serial number. Answer: KeyInspected.
    """

    attempt: int
    address: KeyAddress
    probes: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class SelectKey:
    """Let all these keys blink until one is touched; the others are left in peace. Answers: TouchWanted (one for each
    key that blinks), KeySelected."""

    attempt: int
    keys: tuple[KeyAddress, ...]
    seconds: int


@dataclass(frozen=True, slots=True)
class SetPin:
    """Set the first PIN of the open key. Answer: PinAccepted."""

    attempt: int
    pin: Secret


@dataclass(frozen=True, slots=True)
class VerifyPin:
    """Unlock the open key. Answer: PinAccepted."""

    attempt: int
    pin: Secret


@dataclass(frozen=True, slots=True)
class SetRandomPin:
    """Make up a PIN by these rules and set it; a key that left while one was being set is tried with that one first.
    No key is given one before the journal knows whose enrollment (`enrollment_id`) it is, nor, where it goes into a
    `letter`, before the printer is ready. Answer: PinGenerated."""

    attempt: int
    rules: PinRules
    length: int
    letter: bool = False
    enrollment_id: str = ""


@dataclass(frozen=True, slots=True)
class PinNoted:
    """The owner has the PIN by chance that was on the screen. No answer."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is in a letter beside the PIN. `serial_end` is the end of the key's serial number, `locale` (BCP 47) the
    person's. `must_change`: the key asks for another PIN at its first use."""

    organization: str
    person: str
    model: str
    serial_end: str
    locale: str
    must_change: bool = False


@dataclass(frozen=True, slots=True)
class PrintLetter:
    """Print the letter with this PIN, a copy of its own, which is wiped after the work. Answer: LetterPrinted."""

    attempt: int
    pin: Secret
    letter: Letter


@dataclass(frozen=True, slots=True)
class ChangePin:
    """Change the PIN of the open key. Answer: PinAccepted."""

    attempt: int
    current: Secret
    new: Secret


@dataclass(frozen=True, slots=True)
class UseBuiltInUv:
    """Let the open key verify its owner by itself from now on. Answer: PinAccepted."""

    attempt: int


@dataclass(frozen=True, slots=True)
class EnrollFingerprint:
    """Enroll one finger on the open key. Answers: TouchWanted, SampleTaken, FingerEnrolled."""

    attempt: int
    seconds: int


@dataclass(frozen=True, slots=True)
class ConfigureKey:
    """Make the open key what it shall be at hand-over. Answer: KeyConfigured."""

    attempt: int
    settings: KeySettings


@dataclass(frozen=True, slots=True)
class ResetKey:
    """Open the key that has just been put in, check that it is `expected` (`before` is its last reading), wipe it.
    Answers: TouchWanted, KeyReset."""

    attempt: int
    address: KeyAddress
    expected: KeyIdentity
    seconds: int
    before: KeyInfo | None = None


@dataclass(frozen=True, slots=True)
class CountCredentials:
    """Count what is on the open, unlocked key, so that the person knows what wiping would cost. Answer:
    CredentialsCounted."""

    attempt: int


@dataclass(frozen=True, slots=True)
class CloseKey:
    """Close the key and wipe what its PIN left behind. No answer.

    `same_visit`: it is expected back, so a random PIN that it may or may not have taken is still remembered.
    """

    same_visit: bool = False
