"""The words of the screens that wipe a key."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from kiosk.config import Place
from kiosk.enrollment.states import ResetKey, ResetStage
from ui.pages.key_places import slot_place


@dataclass(frozen=True)
class Says:
    """What one screen says; what it does not need is empty."""

    title: str
    sentence: str = ""
    notice: str = ""
    wipe: str = ""
    status: str = ""
    detail: str = ""


def says(state: ResetKey, slot: Place, *, sure: bool) -> Says:
    """The words for this stage; `sure`: the first of the two questions was answered."""
    match state.stage:
        case ResetStage.ASK:
            return _asks(state.lost, sure=sure)
        case ResetStage.APPROVAL:
            return _waits_for_staff()
        case ResetStage.TAKE_OUT:
            return _out()
        case ResetStage.PUT_IN:
            return _comes() if came_back(state) else _in(slot, state.seconds)
        case ResetStage.TOUCH:
            return _touch(long=state.long_touch)


def came_back(state: ResetKey) -> bool:
    """Whether the key that is to be wiped is in again, and will blink in a moment."""
    key = state.visit.key
    return state.stage is ResetStage.PUT_IN and key is not None and key.address in state.visit.port.keys


def lost_words(lost: int | None) -> str:
    """What is lost, in one sentence."""
    say = QCoreApplication.translate
    if lost is None:
        return say("Reset", "Every sign-in on the key, and its PIN.")
    if not lost:
        return say("Reset", "There is no sign-in on the key. Only its PIN is lost.")
    return say("Reset", "%n sign-in(s), and the PIN.", "", lost)


def _asks(lost: int | None, *, sure: bool) -> Says:
    say = QCoreApplication.translate
    what = say("Reset", "<b>This will be lost.</b> {what}").format(what=lost_words(lost))
    if sure:
        return Says(
            say("Reset", "Are you sure?"),
            say("Reset", "Nobody can bring back what is lost."),
            what,
            say("Reset", "Yes, wipe it"),
        )
    return Says(
        say("Reset", "Wipe this key?"),
        say("Reset", "It becomes like a new one, and you set it up again."),
        what,
        say("Reset", "Wipe it"),
    )


def _waits_for_staff() -> Says:
    say = QCoreApplication.translate
    return Says(
        say("Reset", "Somebody must agree"),
        say("Reset", "Please ask the people at the desk. They agree on their own screen."),
        status=say("Reset", "Waiting for the desk"),
        detail=say("Reset", "The next screen opens by itself."),
    )


def _out() -> Says:
    say = QCoreApplication.translate
    return Says(
        say("Reset", "Take the key out"),
        say("Reset", "Keep it in your hand: it goes in again at once."),
        status=say("Reset", "Waiting until the slot is empty"),
        detail=say("Reset", "The next screen opens by itself."),
    )


def _in(slot: Place, seconds: int) -> Says:
    say = QCoreApplication.translate
    return Says(
        say("Reset", "Put the same key back"),
        slot_place(slot),
        status=say("Reset", "Looking for your key"),
        detail=say("Reset", "Then touch it at once. There are only %n second(s).", "", seconds),
    )


def _comes() -> Says:
    say = QCoreApplication.translate
    return Says(
        say("Reset", "Leave the key in"),
        say("Reset", "Touch it as soon as it blinks."),
        status=say("Reset", "Looking at your key"),
        detail=say("Reset", "It will blink in a moment."),
    )


def _touch(*, long: bool) -> Says:
    say = QCoreApplication.translate
    if long:
        return Says(
            say("Reset", "Hold your finger on the key"),
            say("Reset", "Keep it there for five seconds, until the light goes out."),
            status=say("Reset", "Waiting for your finger"),
        )
    return Says(
        say("Reset", "Touch your key now"),
        say("Reset", "Put a finger on the disc or the blinking light. Then it is wiped."),
        status=say("Reset", "Waiting for your touch"),
    )
