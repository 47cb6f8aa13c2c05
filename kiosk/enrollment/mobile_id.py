"""The mobile ID of a project: the person shows it once they are verified, and it is theirs."""

from __future__ import annotations

from dataclasses import replace

from kiosk.contract.policy import Demand
from kiosk.enrollment import phone_code
from kiosk.enrollment.answers import Failed
from kiosk.enrollment.answers_of_phone import IdClaimed
from kiosk.enrollment.effects import ClaimMobileId
from kiosk.enrollment.events import Continued, Event, IdShown, Skipped
from kiosk.enrollment.hand_over import WANTED
from kiosk.enrollment.states import IdTaken, Remedy, ShowId
from kiosk.enrollment.step import Step, next_attempt, stay, stop
from kiosk.enrollment.visit import Trouble, Visit
from kiosk.errors import OutOfStep, SessionExpired, StationRefused
from kiosk.secret import Secret

_LONGEST = 512
"""Characters of what a scanner may have read; the codes of projects have far fewer."""


def start(visit: Visit) -> Step:
    """The person is verified: their mobile ID, where policy wants that; then their phone, or the key."""
    if visit.policy.mobile_id not in WANTED:
        return phone_code.before_key(visit)
    return ShowId(next_attempt(visit), optional=visit.policy.mobile_id is not Demand.REQUIRE), ()


def on_id(state: ShowId | IdTaken, event: Event) -> Step:
    """One step while the mobile ID is asked for, or shown until the person has seen it."""
    if isinstance(state, ShowId):
        return _on_show(state, event)
    return phone_code.before_key(state.visit) if isinstance(event, Continued) else stay(state)


def _on_show(state: ShowId, event: Event) -> Step:
    match event:
        case IdClaimed(_, mobile_id) if state.busy:
            return IdTaken(state.visit, mobile_id), ()
        case Failed(_, error):
            return _failed(state, error)
        case IdShown(text) if text.strip() and not state.busy:
            visit = next_attempt(state.visit)
            effect = ClaimMobileId(visit.attempt, visit.enrollment_id, Secret(text.strip()[:_LONGEST]))
            return replace(state, visit=visit, problem=None, busy=True), (effect,)
        case Skipped() if state.optional and not state.busy:
            return phone_code.before_key(state.visit)
        case _:
            return stay(state)


def _failed(state: ShowId, error: Trouble) -> Step:
    match error:
        case SessionExpired() | OutOfStep():
            return stop(state.visit, error, Remedy.START_OVER)
        case StationRefused():
            return stop(state.visit, error, Remedy.DESK)
        case _:
            return replace(state, problem=error, busy=False), ()
