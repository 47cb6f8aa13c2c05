"""What the person is doing with the key before it is registered: part of `enrollment.states`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hardware.authenticator import KeyAddress, SampleFeedback
from kiosk.enrollment.pin_rules import PinRules
from kiosk.enrollment.visit import Trouble, Visit
from kiosk.secret import Secret


@dataclass(frozen=True, slots=True)
class InsertKey:
    """Put your key in. `take_out`: first take out the one that is in (`out`, or all of them). `reading`: a key (`key`)
    is in and is being read. `same`: it must be the key of before."""

    visit: Visit
    take_out: bool = False
    reading: bool = False
    same: bool = False
    problem: Trouble | None = None
    out: KeyAddress | None = None
    key: KeyAddress | None = None


@dataclass(frozen=True, slots=True)
class SelectKey:
    """Several keys are in: touch the one you mean. `waiting` of the `keys` blink by now; the first one touched is it.
    With `problem` set none of them blinks: leave one in, or try again (`Continued`)."""

    visit: Visit
    keys: tuple[KeyAddress, ...]
    problem: Trouble | None = None
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class ChoosePin:
    """A fresh key: choose its PIN by these rules."""

    visit: Visit
    rules: PinRules
    problem: Trouble | None = None
    busy: bool = False


@dataclass(frozen=True, slots=True)
class EnterPin:
    """A key with a PIN: type it. `retries_left` is None when the key does not tell. `caution`: three tries or fewer are
    left, and the person must say that they want to go on before the field opens."""

    visit: Visit
    retries_left: int | None
    caution: bool = False
    problem: Trouble | None = None
    busy: bool = False


@dataclass(frozen=True, slots=True)
class ChangePin:
    """A key that wants its PIN changed: type the one it has, then a new one by these rules."""

    visit: Visit
    rules: PinRules
    retries_left: int | None
    caution: bool = False
    problem: Trouble | None = None
    busy: bool = False


@dataclass(frozen=True, slots=True)
class RandomPin:
    """The kiosk makes up the PIN. `pin` is None while it is being set, then shown once, until the person goes on. With
    `problem` set it was not set, and `Continued` tries again.

    With `letter` it is never shown: it is being printed until it is `printed`, and the person says whether the letter
    is there (`Continued`), or wants another one (`LetterWanted`). With `problem` set it was not printed.
    """

    visit: Visit
    pin: Secret | None = None
    must_change: bool = False
    problem: Trouble | None = None
    letter: bool = False
    printed: bool = False

    @property
    def printing(self) -> bool:
        """Whether the printer has the letter just now."""
        return self.letter and self.pin is not None and not self.printed and self.problem is None


@dataclass(frozen=True, slots=True)
class EnrollFinger:
    """Touch the sensor again and again. `remaining` counts good samples still needed, None before the first; `feedback`
    is about the last one; `waiting`: for the next. With `problem` set nothing is under way: `Continued` tries again,
    and `Skipped` goes on without where policy lets it (`optional`)."""

    visit: Visit
    remaining: int | None = None
    taken: int = 0
    feedback: SampleFeedback | None = None
    optional: bool = False
    problem: Trouble | None = None
    waiting: bool = False


class ResetStage(StrEnum):
    """Where a reset stands."""

    ASK = "ask"
    APPROVAL = "approval"
    TAKE_OUT = "take_out"
    PUT_IN = "put_in"
    TOUCH = "touch"


@dataclass(frozen=True, slots=True)
class ResetKey:
    """Wipe the key: ask, have it approved, take it out, put the same one back, touch it within `seconds`. `lost` is how
    many sign-ins are on it, None when the key does not tell. `long_touch`: hold it for about five seconds. Only the key
    that the visit is about (`bound`) is ever wiped."""

    visit: Visit
    stage: ResetStage
    lost: int | None = None
    seconds: int = 10
    long_touch: bool = False
    problem: Trouble | None = None
