"""A random PIN goes into a sealed letter: it is printed until the person has it, and shown to nobody."""

from __future__ import annotations

from dataclasses import replace

from kiosk.enrollment.answers import Failed, LetterPrinted
from kiosk.enrollment.effects import Letter, PrintLetter
from kiosk.enrollment.events import Continued, Event, LetterWanted
from kiosk.enrollment.states import RandomPin
from kiosk.enrollment.step import Step, next_attempt, stay
from kiosk.enrollment.visit import Visit
from kiosk.secret import Secret

_END = 4
"""So many characters of a serial number tell keys apart, and do not give the number away."""


def print_it(state: RandomPin) -> Step:
    """The printer gets the letter, with a PIN that is its own to wipe."""
    assert state.pin is not None
    visit = next_attempt(state.visit)
    effect = PrintLetter(visit.attempt, Secret(state.pin.reveal()), _letter(visit, must_change=state.must_change))
    return replace(state, visit=visit, printed=False, problem=None), (effect,)


def on_letter(state: RandomPin, event: Event) -> Step:
    """One step while the letter is printed or asked for. Trouble of any kind leaves the PIN where it is, so that it can
    be printed again."""
    match event:
        case LetterPrinted() if state.printing:
            return replace(state, printed=True), ()
        case LetterWanted() if state.printed:
            return print_it(state)
        case Continued() if state.problem is not None:
            return print_it(state)
        case Failed(_, error) if state.printing:
            return replace(state, problem=error), ()
        case _:
            return stay(state)


def _letter(visit: Visit, *, must_change: bool) -> Letter:
    serial = visit.key.address.serial if visit.key is not None else ""
    return Letter(visit.profile.organization, visit.person, visit.model.name, serial[-_END:], visit.locale, must_change)
