"""The smallest words of the flow: a step, a fresh attempt, the end of a visit."""

from __future__ import annotations

from dataclasses import replace

from kiosk.contract.enrollments import AbandonReason
from kiosk.enrollment.effects import CancelDevice, CancelEnrollment, CleanUp, CloseKey, Effect
from kiosk.enrollment.states import Done, Remedy, State, Stopped, Welcome
from kiosk.enrollment.visit import Trouble, Visit

Step = tuple[State, tuple[Effect, ...]]
"""Where the person is now, and what is to be done about it."""


def stay(state: State) -> Step:
    """Nothing changes: the event means nothing here (a late one, a double tap)."""
    return state, ()


def next_attempt(visit: Visit) -> Visit:
    """The visit with a new attempt: answers to older work are no longer listened to."""
    return replace(visit, attempt=visit.attempt + 1)


def forget_ceremony(visit: Visit) -> Visit:
    """The visit without the relying party in hand."""
    return replace(visit, ceremony=None, response=None, completed=None, assertion=None)


def forget_key(visit: Visit) -> Visit:
    """The visit without the key in hand (the binding stays)."""
    return replace(visit, key=None, unlocked=False)


def clean_up(visit: Visit, reason: AbandonReason) -> tuple[Effect, ...]:
    """What takes back the ceremony in hand, if there is one."""
    if visit.ceremony is None:
        return ()
    return (CleanUp(visit.attempt, visit.enrollment_id, visit.ceremony, visit.response, reason),)


def stop(visit: Visit, problem: Trouble, remedy: Remedy, reason: AbandonReason = AbandonReason.KEY_REFUSED) -> Step:
    """Stop here; take back what was begun, then close the key."""
    visit = next_attempt(visit)
    cleaning = clean_up(visit, reason)
    stopped = Stopped(forget_ceremony(forget_key(visit)), problem, remedy, cleaning=bool(cleaning))
    return stopped, (*cleaning, CloseKey())


def end(state: State, visit: Visit, problem: Trouble | None = None) -> Step:
    """End the visit, forget everything about the person, take back whatever is not finished."""
    visit = next_attempt(visit)
    effects: tuple[Effect, ...] = (CancelDevice(), *clean_up(visit, AbandonReason.CANCELLED), CloseKey())
    if visit.enrollment_id and not isinstance(state, Done):
        effects = (*effects, CancelEnrollment(visit.enrollment_id))
    fresh = Visit(
        profile=visit.profile,
        locale=visit.profile.languages[0],
        attempt=visit.attempt,
        simulator_allowed=visit.simulator_allowed,
        port=visit.port,
    )
    return Welcome(fresh, problem), effects
