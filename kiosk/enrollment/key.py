"""The key: select it among several, read it, admit or refuse it before anything is asked."""

from __future__ import annotations

from dataclasses import replace

from hardware.authenticator import KeyInfo, PinState
from hardware.errors import AgentLost, Cancelled, KeyGone, KeySwapped, KeyUnusable, NoAccess, Unsupported, UvBlocked
from kiosk.contract.enrollments import CheckedKey
from kiosk.enrollment import ceremony, identify, pin, port
from kiosk.enrollment.admission import admit
from kiosk.enrollment.answers import Failed, KeyAllowed, KeyInspected, KeySelected, PinAccepted, TouchWanted
from kiosk.enrollment.effects import CancelDevice, CheckKey
from kiosk.enrollment.events import Continued, Event, WentBack
from kiosk.enrollment.hand_over import protected
from kiosk.enrollment.identity import Likeness, admits, done_already, place_of
from kiosk.enrollment.parties import concluded, left
from kiosk.enrollment.states import InsertKey, Remedy, SelectKey
from kiosk.enrollment.step import Step, next_attempt, stay, stop
from kiosk.enrollment.visit import KeyIdentity, KeyModel, Trouble, Visit
from kiosk.errors import KeyNotAdmitted, KeyNotAllowed, OtherPort, Refusal, SameKey, ServiceError, SeveralKeys


def on_key(state: InsertKey | SelectKey, event: Event) -> Step:
    """One step while a key is waited for, selected or read."""
    return on_insert(state, event) if isinstance(state, InsertKey) else on_select(state, event)


def on_insert(state: InsertKey, event: Event) -> Step:
    """One step while a key is waited for or read."""
    visit = state.visit
    match event:
        case KeyInspected(_, info, model, ours):
            return _inspected(replace(visit, key=info, model=_named(visit, info, model)), info, ours, state.problem)
        case KeyAllowed(_, checked) if visit.key is not None:
            return pin.ask(_allowed(visit, visit.key, checked), visit.key, state.problem)
        case PinAccepted() if visit.key is not None:
            return pin.unlocked(visit)
        case Failed(_, error):
            return _unreadable(state, error)
        case Continued() if not state.reading and not state.take_out:
            return port.look(visit)
        case WentBack() if visit.bound is None and not visit.done:
            return identify.ask(next_attempt(visit)), ()
        case _:
            return stay(state)


def on_select(state: SelectKey, event: Event) -> Step:
    """One step while several keys blink."""
    visit = state.visit
    match event:
        case TouchWanted():
            return replace(state, waiting=state.waiting + 1), ()
        case KeySelected(_, address):
            return port.read(next_attempt(visit), address)
        case Continued() if state.problem is not None:
            return port.look(visit)
        case WentBack() if visit.bound is None and not visit.done:
            return identify.ask(next_attempt(visit)), (CancelDevice(),)
        case Failed(_, AgentLost() as error):
            return port.lost(visit, error)
        case Failed(_, Cancelled()):
            return stay(state)
        case Failed():
            return replace(state, problem=SeveralKeys()), ()
        case _:
            return stay(state)


def on_port(state: InsertKey | SelectKey, visit: Visit) -> Step:
    """The keys in the port changed to those of `visit` while one is waited for, read or selected."""
    if isinstance(state, SelectKey):
        following, effects = port.look(visit)
        return following, (CancelDevice(), *effects)
    if not state.take_out:
        return port.look(visit, None if visit.port.keys else state.problem)
    if port.still_in(visit, state.out) and place_of(visit) in (None, state.out):
        return stay(replace(state, visit=visit))
    return port.look(visit)


def admitted(visit: Visit, info: KeyInfo, notice: Trouble | None = None) -> Step:
    """Judge a key that the visit is not bound to, with all reasons, here and at the service; then its PIN."""
    slots = len(left(visit))
    reasons = admit(info, visit.policy, simulator_allowed=visit.simulator_allowed, slots=slots)
    if reasons:
        return stop(visit, KeyNotAdmitted(tuple(reasons)), Remedy.ANOTHER_KEY)
    if visit.allowed == KeyIdentity.of(info):
        return pin.ask(visit, info, notice)
    visit = next_attempt(visit)
    asking = InsertKey(visit, reading=True, problem=notice, key=info.address)
    return asking, (CheckKey(visit.attempt, visit.enrollment_id, info),)


def _allowed(visit: Visit, info: KeyInfo, checked: CheckedKey) -> Visit:
    """The visit with a key that everybody would take; its maker's word for it is better than ours."""
    model = visit.model
    if checked.model:
        model = KeyModel(checked.model, model.maker, checked.picture or model.picture, known=True)
    return replace(visit, allowed=KeyIdentity.of(info), model=model, doubts=checked.doubts)


def _inspected(visit: Visit, info: KeyInfo, ours: bool | None, before: Trouble | None) -> Step:
    notice = before if isinstance(before, AgentLost) else None
    if visit.bound is None:
        if done_already(visit, info, ours=ours):
            return port.take_out(visit, SameKey())
        return admitted(visit, info, notice)
    match admits(visit.bound, info, ours):
        case Likeness.OTHER:
            return port.take_out(visit, KeySwapped())
        case Likeness.UNKNOWN:
            return port.take_out(visit, OtherPort())
    has_pin = visit.bound.has_pin
    visit = replace(visit, bound=replace(KeyIdentity.of(info), has_pin=has_pin))
    if concluded(visit) and _handed_over(visit, info):
        return ceremony.read_back(visit, info)
    return pin.ask(visit, info, notice)


def _named(visit: Visit, info: KeyInfo, model: KeyModel) -> KeyModel:
    """The name by the service, once it has named this model."""
    return visit.model if visit.allowed is not None and visit.allowed.aaguid == info.aaguid else model


def _handed_over(visit: Visit, info: KeyInfo) -> bool:
    """Whether a key that came back at the very end was made all that it shall be: a forced change came last."""
    if visit.configured:
        return True
    done = info.pin is PinState.CHANGE_FORCED or ceremony.wanted_of(visit, info) is None
    return done and protected(info, visit.policy, random_pin=visit.random_pin)


def _unreadable(state: InsertKey, error: Trouble) -> Step:
    visit = state.visit
    match error:
        case NoAccess():
            return replace(state, reading=False, problem=error), ()
        case ServiceError():
            return _unjudged(state, error)
        case KeyGone():
            return port.look(visit)
        case AgentLost():
            return port.lost(visit, error, state.key)
        case UvBlocked() | Unsupported() if (
            visit.key is not None
        ):  # it was read, and does not verify its owner after all
            return pin.ask(visit, visit.key, error, by_itself=False)
        case KeyUnusable():
            return stop(visit, error, Remedy.ANOTHER_KEY)
        case _:
            return port.take_out(visit, error, state.key)


def _unjudged(state: InsertKey, error: ServiceError) -> Step:
    """The service does not want this key, or could not say."""
    match error:
        case KeyNotAllowed():
            return stop(state.visit, error, Remedy.ANOTHER_KEY)
        case Refusal():
            return stop(state.visit, error, Remedy.START_OVER)
        case _:
            return replace(state, reading=False, problem=error), ()
