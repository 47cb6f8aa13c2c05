"""What a person can press on the phone page, by how its code stands."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import QCoreApplication

from kiosk.contract.phone import PhonePurpose, PhoneReason, PhoneStatus
from kiosk.enrollment.events import Continued, Skipped, WentBack
from kiosk.enrollment.states import Phone
from ui.pages.page import Action
from ui.pages.phone_words import instead_of_phone


class Stage(Enum):
    """What the page shows. `UNREADABLE`: there is a code that cannot be drawn; `HERE`: a phone works on it."""

    PREPARING = auto()
    FAILED = auto()
    WAITING = auto()
    HERE = auto()
    DONE = auto()
    OVER = auto()
    UNREADABLE = auto()


def stage_of(state: Phone, *, drawn: bool) -> Stage:
    """How the code stands; `drawn`: it could be."""
    if state.code is None:
        return Stage.FAILED if state.problem is not None else Stage.PREPARING
    match state.standing.status if state.standing is not None else PhoneStatus.PENDING:
        case PhoneStatus.PENDING:
            return Stage.WAITING if drawn else Stage.UNREADABLE
        case PhoneStatus.SCANNED:
            return Stage.HERE
        case PhoneStatus.COMPLETED:
            return Stage.DONE
        case _:
            return Stage.OVER


def step_of(state: Phone) -> int:
    """Before the key, and instead of it, the phone has the place of the key; after it, all steps are done."""
    match state.purpose:
        case PhonePurpose.REGISTER:
            return 0
        case PhonePurpose.CODE | PhonePurpose.CONFIRM:
            return 1
        case PhonePurpose.PASSKEY:
            return 5 if state.visit.finished else 2


def again(state: Phone, stage: Stage, *, too_late: bool) -> Action | None:
    """Another code, where this one is of no use any more; `too_late`: its time is over, and nobody answers."""
    say = QCoreApplication.translate
    free = not state.busy
    if stage is Stage.FAILED:
        return Action(say("Phone", "Try again"), "restart", Continued(), enabled=free)
    if stage is not Stage.OVER and not too_late:
        return None
    locked = state.standing is not None and state.standing.reason == PhoneReason.LOCKED
    if locked and state.returns:
        return Action(say("Phone", "Choose another way"), "forward", WentBack(), enabled=free)
    return Action(say("Phone", "Show a new code"), "restart", Continued(), enabled=free)


def aside(state: Phone, stage: Stage) -> Action | None:
    """The way without a phone, at the end edge; none once the phone is done."""
    say = QCoreApplication.translate
    free = not state.busy
    if stage is Stage.DONE or state.done:
        return None
    if state.optional and state.instead:
        return Action(say("Phone", "Use a key instead"), "key", Skipped(), "secondary", enabled=free)
    if state.optional:
        return Action(say("Phone", "I have no phone with me"), "", Skipped(), "secondary", enabled=free)
    if state.returns and state.purpose in (PhonePurpose.CODE, PhonePurpose.REGISTER):
        return Action(instead_of_phone(state.purpose), "keyboard", WentBack(), "secondary")
    return None


def back(state: Phone, stage: Stage) -> Action | None:
    """The way back, where no button at the end edge leads there."""
    if stage is Stage.DONE or state.done or not state.returns:
        return None
    if not state.optional and state.purpose in (PhonePurpose.CODE, PhonePurpose.REGISTER):
        return None
    return Action(instead_of_phone(state.purpose), "back", WentBack(), "ghost")
