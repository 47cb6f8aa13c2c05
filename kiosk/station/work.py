"""What a lane is given and what it gives back: effects and events, and the two steps that only the station knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event as Flag
from typing import Protocol

from kiosk.enrollment.effects import (
    ActivateStation,
    ChangePin,
    ClaimMobileId,
    CleanUp,
    ConfirmTotp,
    Effect,
    PrintLetter,
    SetPin,
    VerifyPerson,
    VerifyPin,
)
from kiosk.enrollment.events import Event


@dataclass(frozen=True, slots=True)
class ForgetParty:
    """The second half of a CleanUp, on the network lane: the relying party forgets. Answer: CleanedUp."""

    clean_up: CleanUp
    left_on_key: bool

    @property
    def attempt(self) -> int:
        """The attempt of the CleanUp."""
        return self.clean_up.attempt


@dataclass(frozen=True, slots=True)
class Settle:
    """Nobody is at the kiosk: bring what the journal still holds to its end. No answer."""


Work = Effect | ForgetParty | Settle
Outcome = Event | ForgetParty


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work; `cancel` ends it early where that is safe."""

    work: Work
    cancel: Flag = field(default_factory=Flag)

    def wipe(self) -> None:
        """Forget the PIN or code that the work carries, whatever became of it."""
        match self.work:
            case ActivateStation(code=secret) | SetPin(pin=secret) | VerifyPin(pin=secret) | PrintLetter(pin=secret):
                secret.wipe()
            case ConfirmTotp(code=secret) | ClaimMobileId(shown=secret):
                secret.wipe()
            case ChangePin(current=current, new=new):
                current.wipe()
                new.wipe()
            case VerifyPerson(answer=answer) if answer is not None:
                answer.wipe()
            case _:
                pass


class Performer(Protocol):
    """What owns a lane's heavy objects; made, used and closed in the lane's thread only."""

    def perform(self, job: Job) -> Outcome | None:
        """Do the work and give its one answer, or None where it has none.

        Raises HardwareError or KioskError; the lane turns them into `Failed`.
        """
        ...

    def idle(self) -> None:
        """Nothing was asked for a while."""
        ...

    def close(self) -> None:
        """The lane ends."""
        ...


@dataclass(frozen=True, slots=True)
class LaneContext:
    """What a lane gives its performer: `post` hands an event up early (touch!), `stopping` is set when all ends."""

    post: Callable[[Event], None]
    stopping: Flag


Build = Callable[[LaneContext], Performer]
"""Makes a performer, in the lane's thread; raises KioskError when it cannot now."""
