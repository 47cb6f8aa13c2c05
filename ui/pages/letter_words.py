"""What is said while a PIN is printed into a letter: wait, look whether it is there, or have it printed again."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from kiosk.enrollment.events import Continued, LetterWanted
from kiosk.enrollment.states import RandomPin
from ui.key_words import note
from ui.pages.page import Action, Chrome


def letter_status(state: RandomPin) -> tuple[str, str]:
    """What is under way, and what comes of it."""
    say = QCoreApplication.translate
    if state.pin is None:
        return say("Letter", "Setting a PIN"), say("Letter", "Leave the key in. Nobody sees the PIN but you.")
    return say("Letter", "Printing your letter"), say("Letter", "Leave the key in. This takes about a minute.")


def letter_advice(state: RandomPin) -> str:
    """What the PIN in the letter is for; and what becomes of the key where no letter comes."""
    say = QCoreApplication.translate
    if not state.printed:
        return say("Letter", "The key has its PIN already. If no letter comes, give the key to the desk.")
    if state.must_change:
        return say("Letter", "When you first use the key, you type the PIN in it, and choose one of your own.")
    return say("Letter", "You will type the PIN in it each time you use the key.")


def letter_chrome(state: RandomPin) -> Chrome:
    """What is around it: nothing to press while the printer works."""
    say = QCoreApplication.translate
    keep = say("Letter", "Nobody keeps this PIN for you. Without it the key must be wiped.")
    broken = say("Letter", "If the letter is open, do not take it: tell the desk.")
    if state.printed:
        return Chrome(
            title=say("Letter", "Is your letter there?"),
            sentence=say("Letter", "Take it from the printer, and look whether it is closed."),
            step=3,
            primary=Action(say("Letter", "I have it"), "check", Continued()),
            secondary=Action(say("Letter", "Print it again"), "restart", LetterWanted(), "secondary"),
            scene="letter",
            key=note(state.visit, facts=False),
            help=(broken, keep),
        )
    again = say("Letter", "Print it again") if state.pin is not None else say("Letter", "Try again")
    return Chrome(
        title=say("Letter", "Your PIN comes in a letter"),
        step=3,
        problem=state.problem,
        primary=Action(again, "restart", Continued()) if state.problem is not None else None,
        scene="letter" if state.pin is not None else "key-working",
        key=note(state.visit, facts=False),
        help=(broken, keep),
    )
