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
    NoSuitableAlgorithm,
    OptionsRefused,
    PinChangeForced,
    PinRequired,
    TouchTimeout,
    UvBlocked,
)
from kiosk.contract.enrollments import AbandonReason
from kiosk.enrollment import ceremony as work
from kiosk.enrollment import outcome, port
from kiosk.enrollment.answers import CeremonyBegun, CredentialMade, Failed, TouchWanted
from kiosk.enrollment.effects import CancelDevice, Effect
from kiosk.enrollment.events import Continued, Event, KeyRemoved, WentBack
from kiosk.enrollment.parties import can_sign
from kiosk.enrollment.states import Prove, Remedy, Task, Touch
from kiosk.enrollment.step import Step, clean_up, forget_ceremony, next_attempt, stay, stop
from kiosk.enrollment.visit import Trouble, Visit
from kiosk.errors import (
    CeremonyExpired,
    KeyNotAllowed,
    OutcomeUnknown,
    PartyUnavailable,
    Refusal,
    RegistrationRefused,
    SessionExpired,
)

_REFUSED = (AlreadyRegistered, KeyUnusable, KeyNotAllowed, RegistrationRefused, OptionsRefused)
"""Troubles after which this relying party certainly gets no credential from this key."""

_To = Callable[[Visit, Trouble | None], Step]


def on_touch(state: Touch, event: Event) -> Step:
    """One step while options are fetched and the key waits for a finger."""
    visit = state.visit
    match event:
        case CeremonyBegun(_, ceremony):
            return _make(replace(state, visit=replace(visit, ceremony=ceremony), tries=0))
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


def _make(state: Touch) -> Step:
    """Have the key touched, unless it cannot sign in a way that is asked for."""
    visit = state.visit
    assert visit.key is not None
    assert visit.ceremony is not None
    if not can_sign(visit.key, visit.ceremony):
        return outcome.refused(visit, NoSuitableAlgorithm(), Remedy.ANOTHER_KEY)
    return work.make(state)


def _leave(visit: Visit, to: _To, problem: Trouble | None, reason: AbandonReason) -> Step:
    """Give this ceremony up and go back to the port."""
    visit = next_attempt(visit)
    before: tuple[Effect, ...] = (CancelDevice(), *clean_up(visit, reason))
    state, effects = to(forget_ceremony(visit), problem)
    return state, (*before, *effects)


def _failed(state: Touch, error: Trouble) -> Step:
    visit = state.visit
    if isinstance(error, _REFUSED):
        ours = isinstance(error, OptionsRefused)
        return outcome.refused(visit, error, Remedy.DESK if ours else Remedy.ANOTHER_KEY)
    if isinstance(error, PartyUnavailable):
        return outcome.wait(Prove(visit, state.party, state.number, state.total, Task.PREPARE, state.tries), error)
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


def _no_way_on(error: Trouble) -> Remedy | None:
    """What helps when this visit certainly gets no credential; None when trying again may help."""
    match error:
        case SessionExpired():
            return Remedy.START_OVER
        case OutcomeUnknown() | CeremonyExpired():
            return None
        case Refusal():
            return Remedy.ANOTHER_KEY
        case _:
            return None
