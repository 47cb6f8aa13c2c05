"""The key and its PIN: read it, admit or refuse it before asking anything, set the PIN or ask for it."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from hardware.authenticator import KeyInfo, PinState
from hardware.errors import (
    HardwareError,
    KeyGone,
    KeySwapped,
    KeyUnusable,
    NoAccess,
    PinAlreadySet,
    PinAuthBlocked,
    PinBlocked,
    PinChangeForced,
    PinRefused,
    WrongPin,
)
from kiosk.contract.policy import PinMode
from kiosk.enrollment import finish, identify, port
from kiosk.enrollment.admission import admit
from kiosk.enrollment.answers import Failed, KeyInspected, PinAccepted
from kiosk.enrollment.effects import SetPin, VerifyPin
from kiosk.enrollment.events import Continued, Event, KeyRemoved, PinChosen, PinTyped, WentBack
from kiosk.enrollment.pin_rules import PinRules
from kiosk.enrollment.states import ChoosePin, EnterPin, InsertKey, Remedy
from kiosk.enrollment.step import Step, next_attempt, stay, stop
from kiosk.enrollment.visit import KeyIdentity, Trouble, Visit
from kiosk.errors import KeyNotAdmitted

FEW_TRIES = 3
"""With so many PIN tries left, or fewer, the person must say that they want to risk one."""


def on_key(state: InsertKey | ChoosePin | EnterPin, event: Event) -> Step:
    """One step while a key is waited for, or its PIN."""
    match state:
        case InsertKey():
            return on_insert(state, event)
        case ChoosePin():
            return on_choose_pin(state, event)
        case EnterPin():
            return on_enter_pin(state, event)
        case _:
            assert_never(state)


def on_insert(state: InsertKey, event: Event) -> Step:
    """One step while a key is waited for or read."""
    visit = state.visit
    match event:
        case KeyInspected(_, info):
            return _inspected(visit, info)
        case Failed(_, NoAccess() as error):
            return replace(state, reading=False, problem=error), ()
        case Failed(_, error):
            return _unreadable(visit, error)
        case Continued() if not state.reading and not state.take_out:
            return port.look(visit)
        case WentBack() if visit.bound is None:
            return identify.ask(next_attempt(visit)), ()
        case _:
            return stay(state)


def on_port(state: InsertKey, visit: Visit) -> Step:
    """The keys in the port changed to those of `visit` while one is waited for or read."""
    if state.take_out:
        return port.look(visit) if not visit.port.keys else stay(replace(state, visit=visit))
    return port.look(visit, None if visit.port.keys else state.problem)


def _inspected(visit: Visit, info: KeyInfo) -> Step:
    visit = replace(visit, key=info)
    if visit.bound is not None and not visit.bound.admits(KeyIdentity.of(info)):
        return port.take_out(visit, KeySwapped())
    if visit.parties and len(visit.finished) == len(visit.parties):
        return finish.read_back(visit, info)
    reasons = admit(info, visit.policy, simulator_allowed=visit.simulator_allowed)
    if visit.bound is None and reasons:
        return stop(visit, KeyNotAdmitted(tuple(reasons)), Remedy.ANOTHER_KEY)
    return _ask_pin(visit, info)


def _ask_pin(visit: Visit, info: KeyInfo) -> Step:
    match info.pin:
        case PinState.BLOCKED:
            return stop(visit, PinBlocked(), Remedy.ANOTHER_KEY)
        case PinState.CHANGE_FORCED:
            return stop(visit, PinChangeForced(), Remedy.ANOTHER_KEY)
        case PinState.AUTH_BLOCKED:
            return port.take_out(visit, PinAuthBlocked())
        case PinState.SET:
            few = info.pin_retries is not None and info.pin_retries <= FEW_TRIES
            return EnterPin(visit, info.pin_retries, caution=few), ()
        case PinState.NOT_SET if visit.policy.pin.mode is not PinMode.NEVER:
            return ChoosePin(visit, PinRules.of(info, visit.policy.pin)), ()
        case PinState.NOT_SET | PinState.UNSUPPORTED:
            return finish.go_on(_bind(visit, unlocked=False))
        case _:
            assert_never(info.pin)


def _unreadable(visit: Visit, error: Trouble) -> Step:
    match error:
        case KeyGone():
            return port.look(visit)
        case KeyUnusable():
            return stop(visit, error, Remedy.ANOTHER_KEY)
        case _:
            return port.take_out(visit, error)


def on_choose_pin(state: ChoosePin, event: Event) -> Step:
    """One step while a PIN for a fresh key is chosen."""
    match event:
        case PinChosen(pin) if not state.busy:
            visit = _bind(next_attempt(state.visit), unlocked=False)
            return replace(state, visit=visit, busy=True, problem=None), (SetPin(visit.attempt, pin),)
        case Failed(_, PinRefused() as error):
            visit = replace(state.visit, bound=None)
            return replace(state, visit=visit, busy=False, problem=error), ()
        case Failed(_, PinAlreadySet()):
            return port.look(state.visit)
        case _:
            return _on_pin(state, event)


def on_enter_pin(state: EnterPin, event: Event) -> Step:
    """One step while the PIN of a key is asked for."""
    match event:
        case PinTyped(pin) if not state.busy and not state.caution:
            visit = next_attempt(state.visit)
            return replace(state, visit=visit, busy=True, problem=None), (VerifyPin(visit.attempt, pin),)
        case Continued() if state.caution:
            return replace(state, caution=False, problem=None), ()
        case Failed(_, WrongPin(left) as error):
            return _wrong(state, left, error)
        case Failed(_, PinAuthBlocked() as error):
            return port.take_out(state.visit, error)
        case Failed(_, (PinBlocked() | PinChangeForced()) as error):
            return stop(state.visit, error, Remedy.ANOTHER_KEY)
        case _:
            return _on_pin(state, event)


def _on_pin(state: ChoosePin | EnterPin, event: Event) -> Step:
    """What both PIN steps have in common."""
    visit = state.visit
    match event:
        case PinAccepted():
            return finish.go_on(_bind(visit, unlocked=True))
        case KeyRemoved() | Failed(_, KeyGone()):
            return port.look(visit, KeyGone())
        case Failed(_, HardwareError() as error):
            return port.take_out(visit, error)
        case Failed(_, error):
            return replace(state, busy=False, problem=error), ()
        case WentBack() if not state.busy:
            return port.take_out(visit)
        case _:
            return stay(state)


def _wrong(state: EnterPin, left: int | None, error: WrongPin) -> Step:
    if left == 0:
        return stop(state.visit, PinBlocked(), Remedy.ANOTHER_KEY)
    few = left is not None and left <= FEW_TRIES
    return replace(state, retries_left=left, caution=few, busy=False, problem=error), ()


def _bind(visit: Visit, *, unlocked: bool) -> Visit:
    """From now on the visit belongs to this very key."""
    bound = visit.bound or (KeyIdentity.of(visit.key) if visit.key else None)
    return replace(visit, bound=bound, unlocked=unlocked)
