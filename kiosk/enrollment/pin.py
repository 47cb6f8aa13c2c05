"""The PIN of the key: set it, enter it, change it, have it made up, or do without where the key knows its owner."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from hardware.authenticator import KeyInfo, PinState
from hardware.errors import (
    AgentLost,
    HardwareError,
    KeyGone,
    PinAlreadySet,
    PinAuthBlocked,
    PinBlocked,
    PinChangeForced,
    PinRefused,
    PinRequired,
    WrongPin,
)
from kiosk.contract.policy import PinDelivery, PinMode, PinOrigin
from kiosk.enrollment import ceremony, finger, letter, port
from kiosk.enrollment.admission import verifies_itself
from kiosk.enrollment.answers import Failed, PinAccepted, PinGenerated
from kiosk.enrollment.effects import ChangePin as Change
from kiosk.enrollment.effects import CloseKey, PinNoted, SetPin, SetRandomPin, UseBuiltInUv, VerifyPin
from kiosk.enrollment.events import Continued, Event, KeyRemoved, PinChosen, PinReplaced, PinTyped, WentBack
from kiosk.enrollment.hand_over import shortest_pin
from kiosk.enrollment.pin_rules import PinRules
from kiosk.enrollment.states import ChangePin, ChoosePin, EnterPin, InsertKey, RandomPin, Remedy
from kiosk.enrollment.step import Step, next_attempt, stay, stop
from kiosk.enrollment.visit import KeyIdentity, Trouble, Visit
from kiosk.errors import LetterNotPrinted

FEW_TRIES = 3
"""With so many PIN tries left, or fewer, the person must say that they want to risk one."""

Asking = ChoosePin | EnterPin | ChangePin


def ask(visit: Visit, info: KeyInfo, problem: Trouble | None = None, *, by_itself: bool = True) -> Step:
    """What the PIN of this key wants now: nothing where the key may and can verify its owner `by_itself`."""
    if by_itself and verifies_itself(info, visit.policy):
        visit = _bound(next_attempt(visit))
        return InsertKey(visit, reading=True, same=True, key=info.address), (UseBuiltInUv(visit.attempt),)
    match info.pin:
        case PinState.BLOCKED:
            return stop(visit, PinBlocked(), Remedy.ANOTHER_KEY)
        case PinState.AUTH_BLOCKED:
            return _pause(visit)
        case PinState.CHANGE_FORCED:
            return _ask_change(visit, info, info.pin_retries, problem), ()
        case PinState.SET:
            return _ask_old(visit, info, problem)
        case PinState.NOT_SET | PinState.UNSUPPORTED:
            return _ask_new(visit, info, problem)
        case _:
            assert_never(info.pin)


def unlocked(visit: Visit, *, has_pin: bool = False) -> Step:
    """The key is unlocked, or unlocks itself: bind the visit to it, and go on."""
    visit = _bound(visit)
    assert visit.bound is not None
    bound = replace(visit.bound, has_pin=visit.bound.has_pin or has_pin)
    return finger.ask(replace(visit, bound=bound, unlocked=True, paused=False))


def on_pin(state: Asking | RandomPin, event: Event) -> Step:
    """One step at any page about the PIN."""
    match state:
        case ChoosePin():
            return on_choose(state, event)
        case EnterPin():
            return on_enter(state, event)
        case ChangePin():
            return on_change(state, event)
        case RandomPin():
            return on_random(state, event)
        case _:
            assert_never(state)


def on_choose(state: ChoosePin, event: Event) -> Step:
    """One step while a PIN for a fresh key is chosen."""
    match event:
        case PinChosen(pin) if not state.busy:
            visit = _bound(next_attempt(state.visit))
            return replace(state, visit=visit, busy=True, problem=None), (SetPin(visit.attempt, pin),)
        case Failed(_, PinRefused() as error):
            visit = replace(state.visit, bound=None)
            return replace(state, visit=visit, busy=False, problem=error), ()
        case _:
            return _common(state, event)


def on_enter(state: EnterPin, event: Event) -> Step:
    """One step while the PIN of a key is asked for."""
    match event:
        case PinTyped(pin) if not state.busy and not state.caution:
            visit = next_attempt(state.visit)
            return replace(state, visit=visit, busy=True, problem=None), (VerifyPin(visit.attempt, pin),)
        case Failed(_, PinChangeForced() as error) if state.visit.key is not None:
            return _ask_change(state.visit, state.visit.key, None, error), ()
        case _:
            return _guess(state, event)


def on_change(state: ChangePin, event: Event) -> Step:
    """One step while the key wants its PIN changed."""
    match event:
        case PinReplaced(current, new) if not state.busy and not state.caution:
            visit = next_attempt(state.visit)
            return replace(state, visit=visit, busy=True, problem=None), (Change(visit.attempt, current, new),)
        case Failed(_, PinRefused() as error):
            return replace(state, busy=False, problem=error), ()
        case _:
            return _guess(state, event)


def on_random(state: RandomPin, event: Event) -> Step:
    """One step while a PIN is made up: it stays on the screen, or with the printer, until the person goes on."""
    if state.pin is not None:
        return _on_known(state, event)
    visit = state.visit
    match event:
        case PinGenerated(_, pin):
            known = replace(state, visit=replace(visit, random_pin=True), pin=pin, problem=None)
            return letter.print_it(known) if state.letter else (known, ())
        case Continued() if state.problem is not None and visit.key is not None:
            return _random(visit, visit.key)
        case Failed(_, LetterNotPrinted(why="no_printer") as error):  # nobody at this screen can mend that
            return stop(visit, error, Remedy.DESK)
        case Failed(_, PinAlreadySet()):  # by somebody else
            return port.look(_known_to_have_pin(visit))
        case Failed(_, PinRefused() as error):
            return replace(state, problem=error), ()
        case _:
            return _common(state, event)


def _on_known(state: RandomPin, event: Event) -> Step:
    """The key has the PIN, wherever the key is by now: its owner must get to know it."""
    visit = state.visit
    match event:
        case KeyRemoved():
            return replace(state, visit=replace(visit, unlocked=False)), (CloseKey(same_visit=True),)
        case Continued() if state.printed or not state.letter:
            here = visit.key is not None and visit.key.address in visit.port.keys
            following, effects = unlocked(visit, has_pin=True) if here else port.look(_known_to_have_pin(visit))
            return following, effects if state.letter else (PinNoted(), *effects)
        case _:
            return letter.on_letter(state, event) if state.letter else stay(state)


def _guess(state: EnterPin | ChangePin, event: Event) -> Step:
    """What can come of a PIN that was typed: tries are counted."""
    match event:
        case Continued() if state.caution:
            return replace(state, caution=False, problem=None), ()
        case Failed(_, WrongPin(left) as error):
            return _wrong(state, left, error)
        case Failed(_, PinAuthBlocked()):
            return _pause(state.visit)
        case Failed(_, PinBlocked() as error):
            return stop(state.visit, error, Remedy.ANOTHER_KEY)
        case _:
            return _common(state, event)


def _pause(visit: Visit) -> Step:
    """The key listens again once it was taken out and put back. One that does not is as good as locked."""
    if visit.paused:
        return stop(replace(visit, paused=False), PinBlocked(), Remedy.ANOTHER_KEY)
    return port.take_out(replace(visit, paused=True), PinAuthBlocked())


def _common(state: Asking | RandomPin, event: Event) -> Step:
    """What all PIN steps have in common."""
    visit = state.visit
    match event:
        case PinAccepted():
            return unlocked(visit, has_pin=True)
        case KeyRemoved() | Failed(_, KeyGone()):
            return port.look(visit, KeyGone())
        case Failed(_, AgentLost() as error):
            return port.lost(visit, error)
        case Failed(_, PinAlreadySet() | PinRequired()):  # not as it was when it was read
            return port.look(visit)
        case Failed(_, HardwareError() as error):
            return port.take_out(visit, error)
        case Failed(_, error):
            return _told(state, error), ()
        case WentBack() if not _busy(state):
            return port.take_out(visit)
        case _:
            return stay(state)


def _told(state: Asking | RandomPin, error: Trouble) -> Asking | RandomPin:
    if isinstance(state, RandomPin):
        return replace(state, problem=error)
    return replace(state, busy=False, problem=error)


def _busy(state: Asking | RandomPin) -> bool:
    return state.problem is None if isinstance(state, RandomPin) else state.busy


def _wrong(state: EnterPin | ChangePin, left: int | None, error: WrongPin) -> Step:
    if left == 0:
        return stop(state.visit, PinBlocked(), Remedy.ANOTHER_KEY)
    state = replace(state, visit=replace(state.visit, paused=False))
    return replace(state, retries_left=left, caution=_few(left), busy=False, problem=error), ()


def _few(left: int | None) -> bool:
    return left is not None and left <= FEW_TRIES


def _ask_old(visit: Visit, info: KeyInfo, problem: Trouble | None) -> Step:
    if _unsure(visit):
        return _random(visit, info)
    return EnterPin(visit, info.pin_retries, _few(info.pin_retries), problem), ()


def _ask_new(visit: Visit, info: KeyInfo, problem: Trouble | None) -> Step:
    if info.pin is PinState.UNSUPPORTED or visit.policy.pin.mode is PinMode.NEVER:
        return ceremony.go_on(_bound(visit))
    if visit.policy.pin.origin is PinOrigin.RANDOM:
        return _random(visit, info)
    return ChoosePin(visit, _rules(visit, info), problem), ()


def _ask_change(visit: Visit, info: KeyInfo, left: int | None, problem: Trouble | None) -> ChangePin:
    return ChangePin(visit, _rules(visit, info), left, _few(left), problem)


def _random(visit: Visit, info: KeyInfo) -> Step:
    visit = _bound(next_attempt(visit))
    rules = _rules(visit, info)
    length = min(max(visit.policy.pin.random_length, rules.min_length), rules.max_length)
    printed = visit.policy.pin.delivery is PinDelivery.LETTER
    state = RandomPin(visit, must_change=ceremony.will_force_change(visit, info), letter=printed)
    return state, (SetRandomPin(visit.attempt, rules, length, printed, visit.enrollment_id),)


def _rules(visit: Visit, info: KeyInfo) -> PinRules:
    return PinRules.of(info, visit.policy.pin, shortest_pin(info, visit.policy))


def _unsure(visit: Visit) -> bool:
    """Whether the key left while a random PIN was being set, so that it may be one that nobody has seen."""
    random = visit.policy.pin.origin is PinOrigin.RANDOM
    return random and not visit.random_pin and visit.bound is not None and not visit.bound.has_pin


def _bound(visit: Visit) -> Visit:
    """From now on the visit belongs to this very key."""
    return replace(visit, bound=visit.bound or (KeyIdentity.of(visit.key) if visit.key else None), unlocked=False)


def _known_to_have_pin(visit: Visit) -> Visit:
    return replace(visit, bound=replace(visit.bound, has_pin=True) if visit.bound else None)
