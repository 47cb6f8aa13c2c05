"""The rules of screening, pure: who is asked for what, what several answers come to, when somebody is asked again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from kiosk.service.screening.connector import CallType, Finding, Screener

FIRST_WAIT: Final = timedelta(seconds=15)
LONGEST_WAIT: Final = timedelta(minutes=30)
LEASE_MARGIN: Final = timedelta(seconds=30)
_PARTS: Final = frozenset({CallType.SCREENING, CallType.SYNC})


class ScreeningState(StrEnum):
    """Where one screening of a person stands. `due`: to be asked, now or again; `held`: a person has to judge;
    `let_in` and `kept_out` are what that person said; `replaced` by a newer screening."""

    DUE = "due"
    PASSED = "passed"
    HELD = "held"
    LET_IN = "let_in"
    KEPT_OUT = "kept_out"
    REPLACED = "replaced"


OPEN: Final = (ScreeningState.DUE, ScreeningState.HELD)
"""The states in which nobody passes by it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all checkers together say: `finding` is None where one of them did not answer. `checker` and `reference` are
    of the one that decided."""

    finding: Finding | None
    checker: str = ""
    reference: str = ""

    @property
    def state(self) -> ScreeningState:
        """Where the screening goes: on only where everybody said clear."""
        match self.finding:
            case Finding.CLEAR:
                return ScreeningState.PASSED
            case Finding.POSSIBLE | Finding.HIT:
                return ScreeningState.HELD
            case None:
                return ScreeningState.DUE


NOBODY_ASKED: Final = Verdict(Finding.POSSIBLE)
"""Where there is no checker, a person decides."""

_ORDER: Final = (Finding.HIT, Finding.POSSIBLE, None, Finding.CLEAR)


def questions(screeners: Sequence[Screener], call_type: CallType) -> tuple[tuple[Screener, CallType], ...]:
    """Whom to ask, and for what: who screens comes first, for only those who pass are told to the system of
    enrollments."""
    asked = []
    for each in screeners:
        wanted = each.serves & (_PARTS if call_type is CallType.BOTH else {call_type})
        if wanted:
            asked.append((each, CallType.BOTH if len(wanted) > 1 else min(wanted)))
    return tuple(sorted(asked, key=lambda question: question[1] is not CallType.SCREENING))


def screens(screeners: Iterable[Screener], call_type: CallType) -> bool:
    """Whether anybody is there to judge for this call type: where screening is part of it, somebody who screens."""
    needed = CallType.SYNC if call_type is CallType.SYNC else CallType.SCREENING
    return any(needed in each.serves for each in screeners)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict that decides: a hit before a doubt before silence; clear only if all are."""
    return min(verdicts, key=lambda each: _ORDER.index(each.finding))


def lease(screeners: Iterable[Screener]) -> timedelta:
    """How long one round of questions takes at most."""
    return timedelta(seconds=sum(each.patience for each in screeners)) + LEASE_MARGIN


def back_off(tries: int) -> timedelta:
    """How long to wait after so many tries (from 1): doubling, and never longer than half an hour."""
    return min(FIRST_WAIT * (1 << min(max(tries, 1) - 1, 16)), LONGEST_WAIT)
