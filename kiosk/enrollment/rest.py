"""Nothing is under way but, perhaps, taking something back: the first screen, the last one, and where it stopped."""

from __future__ import annotations

from dataclasses import replace

from kiosk.enrollment import identify, more_keys, port, register, reset
from kiosk.enrollment.answers import CleanedUp, CredentialsCounted, EnrollmentFinished, Failed
from kiosk.enrollment.events import Continued, Event, RegistrationChosen, ResetWanted, Started
from kiosk.enrollment.parties import forget_proved, told
from kiosk.enrollment.states import Done, Remedy, Stopped, Welcome
from kiosk.enrollment.step import Step, end, next_attempt, stay, take_back
from kiosk.enrollment.visit import Visit


def on_rest(state: Welcome | Done | Stopped, event: Event) -> Step:
    """The states in which nothing is under way but, perhaps, taking something back."""
    match state, event:
        case Welcome(visit), Started():
            return identify.ask(next_attempt(visit)), ()
        case Welcome(), RegistrationChosen(kind):
            return register.choose(state, kind)
        case Done(visit), Continued():
            return end(state, visit)
        case Done(visit), EnrollmentFinished(_, finished):
            return replace(state, visit=told(visit, finished)), ()
        case Stopped(), _:
            return _stopped(state, event)
        case _:
            return stay(state)


def _stopped(state: Stopped, event: Event) -> Step:
    visit = state.visit
    match event:
        case CleanedUp(_, left_on_key):
            return _cleaned(state, left_on_key=left_on_key), ()
        case CredentialsCounted(_, number):
            return replace(state, visit=replace(visit, stored=number)), ()
        case Failed():
            return _cleaned(state, left_on_key=True), ()
        case ResetWanted() if state.resettable and not state.cleaning:
            return reset.ask(visit)
        case Continued() if not state.cleaning:
            if state.remedy in (Remedy.ANOTHER_KEY, Remedy.REPLUG):
                return _another_key(visit)
            return more_keys.leave(state) if visit.done else end(state, visit)
        case _:
            return stay(state)


def _cleaned(state: Stopped, *, left_on_key: bool) -> Stopped:
    """One thing less to take back."""
    return replace(state, cleaning=max(state.cleaning - 1, 0), left_on_key=state.left_on_key or left_on_key)


def _another_key(visit: Visit) -> Step:
    """The person shall leave with one key that works everywhere: what the first one was proved for is taken away."""
    visit = next_attempt(visit)
    back = take_back(visit)
    fresh = replace(
        forget_proved(visit),
        bound=None,
        stored=None,
        random_pin=False,
        no_finger=False,
        configured=False,
        left_on_key=False,
        replaced=visit.replaced or bool(back),
    )
    following, effects = port.take_out(fresh)
    return following, (*back, *effects)
