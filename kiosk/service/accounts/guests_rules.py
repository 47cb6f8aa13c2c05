"""The rules of guests, pure: who answers for whom, how long they stay, what a screening does to an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from kiosk.contract.profile import FormKind
from kiosk.service.accounts.rules import AccountState
from kiosk.service.accounts.settings import KioskRegistrationSettings
from kiosk.service.screening.connector import CallType
from kiosk.service.screening.rules import ScreeningState, Verdict

LONGEST_DAYS: Final = 366
"""How many days anybody's visit may last from today."""
_CONTRACTORS: Final = 10
"""How many times longer a contractor may stay."""

NO_SPONSOR: Final = "sponsor"
"""In place of a checker's id: nobody answers for the guest."""
NOT_SCREENED: Final = "nobody"
"""In place of a checker's id: nobody screened them."""


class GuestKind(StrEnum):
    """What sort of guest somebody is: enrolled by a client, by a partner, or at the kiosk."""

    ENROLLED = "enrolled"
    EXTERNAL = "external"
    VISITOR = "visitor"
    CONTRACTOR = "contractor"


SPONSORED: Final = frozenset({GuestKind.VISITOR, GuestKind.CONTRACTOR})
"""Who needs an employee that answers for them."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a verdict does: where the screening goes, who decided, and where the account goes (None: stays)."""

    state: ScreeningState
    checker: str
    account: AccountState | None = None


def effect(verdict: Verdict, call_type: CallType, status: AccountState, *, sponsored: bool) -> Effect:
    """Only who was screened, is clear, and has somebody to answer for them gets in. Who is in already stays until a
    checker finds something: one that is down takes nothing away."""
    state, checker = verdict.state, verdict.checker
    if state is ScreeningState.PASSED and status is AccountState.PENDING:
        if not sponsored:
            return Effect(ScreeningState.HELD, NO_SPONSOR)
        if call_type is CallType.SYNC:
            return Effect(ScreeningState.HELD, NOT_SCREENED)
        return Effect(state, checker, AccountState.ACTIVE)
    if state is ScreeningState.HELD:
        return Effect(state, checker or NOT_SCREENED, AccountState.ON_HOLD if status is AccountState.ACTIVE else None)
    return Effect(state, checker)


def longest_stay(kiosk: KioskRegistrationSettings | None, kind: FormKind | GuestKind) -> int:
    """How many days from today the last day of such a guest may be."""
    if kiosk is None or kind not in (FormKind.VISITOR, FormKind.CONTRACTOR):
        return LONGEST_DAYS
    days = kiosk.longest_days
    return days if kind == FormKind.VISITOR else min(days * _CONTRACTORS, LONGEST_DAYS)


def may_end_on(ends_on: date, today: date, longest: int) -> bool:
    """Whether somebody may stay until the end of this day."""
    return today <= ends_on <= today + timedelta(days=longest)
