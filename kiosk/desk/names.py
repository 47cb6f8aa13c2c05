"""The names on a key that staff look at: its owner types the PIN, once, and nothing of it is kept."""

from __future__ import annotations

from dataclasses import replace

from hardware.authenticator import KeyInfo, PinState
from hardware.errors import PinAuthBlocked, PinBlocked, PinChangeForced, WrongPin
from kiosk.desk.effects import ListNames
from kiosk.desk.events import Confirmed, Event, Failed, NamesListed, PinTyped, WentBack
from kiosk.desk.signing import Step, few, next_attempt
from kiosk.desk.states import EnterOwnersPin, LookAtKey
from kiosk.enrollment.visit import Trouble

_AFTER: dict[type[Trouble], PinState] = {
    PinAuthBlocked: PinState.AUTH_BLOCKED,
    PinBlocked: PinState.BLOCKED,
    PinChangeForced: PinState.CHANGE_FORCED,
}
"""What these say of the PIN of the key."""


def may_be_listed(state: LookAtKey) -> bool:
    """Whether the key tells what is on it to somebody who knows its PIN, and nothing else is awaited of it."""
    info = state.info
    settled = state.told is not None or state.problem is not None
    return info is not None and settled and state.names is None and info.can_delete and info.pin is PinState.SET


def ask(state: LookAtKey) -> Step:
    """The owner is asked for the PIN."""
    assert state.info is not None
    return EnterOwnersPin(state.desk, state, few(state.info.pin_retries)), ()


def on_pin(state: EnterOwnersPin, event: Event) -> Step:
    """One step while the owner types the PIN, and while the names are read."""
    look, info = state.look, state.look.info
    assert info is not None
    match event:
        case Confirmed() if state.caution:
            return replace(state, caution=False, problem=None), ()
        case PinTyped(pin) if not (state.busy or state.caution):
            asked = ListNames(state.desk.attempt, info.address, pin)
            return replace(state, busy=True, problem=None), (asked,)
        case NamesListed(_, names, now):
            problem = look.problem if look.told is None else None
            return replace(look, desk=state.desk, info=now, names=names, problem=problem), ()
        case Failed(_, WrongPin(retries_left=left) as problem):
            look = replace(look, info=replace(info, pin_retries=left))
            return replace(state, look=look, caution=few(left), busy=False, problem=problem), ()
        case Failed(_, problem):
            return replace(look, desk=state.desk, info=_changed(info, problem), problem=problem), ()
        case WentBack():
            return replace(look, desk=next_attempt(state.desk)), ()
        case _:
            return state, ()


def _changed(info: KeyInfo, problem: Trouble) -> KeyInfo:
    """The key as it is after this: its PIN may be blocked now."""
    pin = _AFTER.get(type(problem), info.pin)
    return replace(info, pin=pin, pin_retries=0 if pin is PinState.BLOCKED else info.pin_retries)
