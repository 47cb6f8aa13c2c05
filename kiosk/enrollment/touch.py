"""Touch the key: options are fetched, and the key makes the credential when a finger says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hardware.errors import (
    AgentLost,
    AlreadyRegistered,
    Cancelled,
    HardwareError,
    KeyGone,
    KeyUnusable,
    OptionsRefused,
    PinChangeForced,
    PinRequired,
    TouchTimeout,
    UvBlocked,
)
from kiosk.contract.enrollments import AbandonReason, Phase
from kiosk.enrollment import ceremony as work
from kiosk.enrollment import port
from kiosk.enrollment.answers import CeremonyBegun, CredentialMade, Failed, TouchWanted
from kiosk.enrollment.effects import CancelDevice, Effect
from kiosk.enrollment.events import Continued, Event, KeyRemoved, WentBack
from kiosk.enrollment.states import Remedy, Touch
from kiosk.enrollment.step import Step, clean_up, forget_ceremony, next_attempt, stay, stop
from kiosk.enrollment.visit import Trouble, Visit
from kiosk.errors import CeremonyExpired, OutcomeUnknown, Refusal, SessionExpired

_To = Callable[[Visit, Trouble | None], Step]


def on_touch(state: Touch, event: Event) -> Step:
    """One step while options are fetched and the key waits for a finger."""
    visit = state.visit
    match event:
        case CeremonyBegun(_, ceremony):
            return work.make(replace(state, visit=replace(visit, ceremony=ceremony)))
        case TouchWanted(_, verifying):
            return replace(state, waiting=True, verifying=verifying), ()
        case CredentialMade(_, response) if visit.ceremony is not None:
            return work.complete(replace(visit, response=response))
        case Continued() if state.problem is not None:
            return work.begin(visit)
        case KeyRemoved():
            return _leave(visit, port.look, KeyGone(), AbandonReason.KEY_REMOVED)
        case WentBack():
            return _leave(visit, port.take_out, None, AbandonReason.CANCELLED)
        case Failed(_, error):
            return _failed(state, error)
        case _:
            return stay(state)


def _leave(visit: Visit, to: _To, problem: Trouble | None, reason: AbandonReason) -> Step:
    """Give this ceremony up and go back to the port."""
    visit = next_attempt(visit)
    before: tuple[Effect, ...] = (CancelDevice(), *clean_up(visit, reason))
    state, effects = to(forget_ceremony(visit), problem)
    return state, (*before, *effects)


def _failed(state: Touch, error: Trouble) -> Step:
    visit = state.visit
    if isinstance(error, AlreadyRegistered) and len(visit.parties) > 1:
        return _known(state, error)
    remedy = _no_way_on(error)
    if remedy is not None:
        return stop(visit, error, remedy)
    return _failed_for_now(state, error)


def _failed_for_now(state: Touch, error: Trouble) -> Step:
    visit = state.visit
    match error:
        case Cancelled():
            return stay(state)
        case AgentLost() if visit.ceremony is not None and visit.losses < port.MOST_LOSSES:
            return work.make(replace(state, visit=replace(visit, losses=visit.losses + 1)))
        case TouchTimeout():
            cleaning = clean_up(visit, AbandonReason.CANCELLED)
            return _told(replace(state, visit=forget_ceremony(visit)), error), cleaning
        case KeyGone():
            return _leave(visit, port.look, error, AbandonReason.KEY_REMOVED)
        case PinRequired() | PinChangeForced() | UvBlocked():
            return _leave(visit, port.lost, error, AbandonReason.CANCELLED)
        case HardwareError():
            return _leave(visit, port.take_out, error, AbandonReason.KEY_REFUSED)
        case _:
            return _told(state, error), ()


def _told(state: Touch, error: Trouble) -> Touch:
    return replace(state, waiting=False, verifying=False, problem=error)


def _known(state: Touch, error: AlreadyRegistered) -> Step:
    """One of several relying parties has proved this key before (the visit that did it did not reach the others): go
    on with the rest. When all of them have, this key needs nothing."""
    visit = replace(state.visit, finished=(*state.visit.finished, state.party))
    if len(visit.finished) == len(visit.parties) and not visit.receipt:
        return stop(replace(visit, finished=()), error, Remedy.ANOTHER_KEY)
    following, effects = work.proved(visit, Phase.KEY)
    return following, (*clean_up(visit, AbandonReason.KEY_REFUSED), *effects)


def _no_way_on(error: Trouble) -> Remedy | None:
    """What helps when this key, or this visit, certainly gets no credential; None when trying again may help."""
    match error:
        case OptionsRefused():
            return Remedy.DESK
        case SessionExpired():
            return Remedy.START_OVER
        case OutcomeUnknown() | CeremonyExpired():
            return None
        case AlreadyRegistered() | KeyUnusable() | Refusal():
            return Remedy.ANOTHER_KEY
        case _:
            return None
