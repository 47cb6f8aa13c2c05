"""The words of the desk: short, and in the terms that staff know."""

from __future__ import annotations

import re

from PySide6.QtCore import QCoreApplication

from kiosk.contract.staff import ApprovalAction, AskStaff, Role, StaffPurpose
from kiosk.desk.states import (
    AskSure,
    Closed,
    Deciding,
    EnterCode,
    EnterOwnersPin,
    EnterPin,
    InsertStaffKey,
    Leaving,
    LookAtKey,
    Menu,
    Next,
    Reference,
    Requests,
    State,
    Sure,
    TakeOut,
    Touch,
)
from kiosk.enrollment.visit import Trouble
from kiosk.errors import OutOfStep, SessionExpired, StationRefused
from ui.messages import message
from ui.text import clean

_BOLD = re.compile(r"</?b>")


def title_of(state: State) -> str:
    """What the view is called."""
    say = QCoreApplication.translate
    match state:
        case TakeOut(problem=problem):
            over = isinstance(problem, SessionExpired)
            return say("Desk", "Sign in again") if over else say("Desk", "Take the key out")
        case InsertStaffKey():
            return say("Desk", "Put your own staff key in")
        case EnterPin():
            return say("Desk", "PIN of your staff key")
        case Touch():
            return say("Desk", "Touch your staff key")
        case EnterCode():
            return say("Desk", "Sealed code")
        case Menu():
            return say("Desk", "Staff desk")
        case Requests():
            return say("Desk", "Requests of this kiosk")
        case _:
            return _further(state)


def _further(state: State) -> str:
    say = QCoreApplication.translate
    match state:
        case Deciding(request=request):
            return say("Desk", "Request {number}").format(number=request.number)
        case LookAtKey(info=None):
            return say("Desk", "Put in the key to look at")
        case LookAtKey():
            return say("Desk", "This key")
        case EnterOwnersPin():
            return say("Desk", "PIN of this key")
        case Reference():
            return say("Desk", "What happened")
        case AskSure(what=Sure.END_VISIT):
            return say("Desk", "End the visit?")
        case AskSure():
            return say("Desk", "Close the kiosk?")
        case _:
            return ""


def sentence_of(state: State) -> str:
    """One line below the title."""
    say = QCoreApplication.translate
    match state:
        case TakeOut(then=Next.CLOSE):
            return say("Desk", "You are signed out. The person goes on when your key is out.")
        case TakeOut():
            return say("Desk", "The reader must be empty before the next step.")
        case InsertStaffKey(reading=True):
            return say("Desk", "The key is being read…")
        case InsertStaffKey():
            return say("Desk", "What the person has begun stays as it is.")
        case Touch(waiting=False):
            return say("Desk", "One moment…")
        case EnterCode():
            return say("Desk", "Where your key is lost or broken: your name, and a code of your sealed letter.")
        case Menu(desk=desk) if desk.staff is not None:
            return clean(desk.staff.name)
        case _:
            return _further_sentence(state)


def _further_sentence(state: State) -> str:
    say = QCoreApplication.translate
    match state:
        case Requests(requests=None) | Reference(told=None) | LookAtKey(told=None, problem=None):
            return say("Desk", "One moment…") if not isinstance(state, LookAtKey) or state.info is not None else ""
        case Requests(requests=(), desk=desk):
            may_not = say("Desk", "You may look, but not approve. Ask a colleague who may.")
            return say("Desk", "Nobody waits here.") if desk.may(Role.APPROVE) else may_not
        case Reference(told=told) if told is not None and not told.events:
            return say("Desk", "Nothing is known under this reference.")
        case EnterOwnersPin(busy=True):
            return say("Desk", "The names are being read…")
        case EnterOwnersPin():
            return say("Desk", "Its owner types it, for this one look. It is not kept.")
        case AskSure(what=Sure.END_VISIT):
            return say("Desk", "What was begun for the person is taken back.")
        case AskSure():
            return say("Desk", "The kiosk closes, and the computer can be used.")
        case _:
            return ""


def action_words(action: ApprovalAction) -> str:
    """What is asked for."""
    say = QCoreApplication.translate
    return {
        ApprovalAction.VERIFY: say("Desk", "Confirm who this person is"),
        ApprovalAction.OVERRIDE: say("Desk", "Verify the person by an identity document"),
        ApprovalAction.RESET: say("Desk", "Wipe this key"),
        ApprovalAction.ANOTHER_KEY: say("Desk", "One more key for this person"),
        ApprovalAction.REPLACE_KEY: say("Desk", "Replace a lost key"),
        ApprovalAction.GUEST: say("Desk", "Let a guest register"),
    }[action]


def inventory_words(state: str) -> str:
    """How the inventory has a key; a state that is not known here, as it is."""
    say = QCoreApplication.translate
    known = {
        "unknown": say("Desk", "not known"),
        "in_stock": say("Desk", "in stock"),
        "issued": say("Desk", "given out"),
        "awaiting": say("Desk", "waits to be handed over"),
        "lost": say("Desk", "lost"),
        "returned": say("Desk", "returned, not wiped yet"),
        "recalled": say("Desk", "recalled"),
        "retired": say("Desk", "out of use for good"),
    }
    return known.get(state) or clean(state.replace("_", " "))


def problem_words(state: State) -> str:
    """What went wrong; empty where nothing did. Who is not staff, and whose key is none of staff, read the same."""
    say, problem = QCoreApplication.translate, trouble_of(state)
    match problem:
        case None:
            return ""
        case SessionExpired():
            return say("Desk", "Your sign-in has run out, or was ended. Sign in again to go on.")
        case StationRefused() if _decides(state):
            return say("Desk", "This was not accepted. Only somebody who may approve here can decide: ask an approver.")
        case StationRefused():
            return say("Desk", "This was not accepted. Is it your staff key, or your own code?")
        case OutOfStep():
            return say("Desk", "Nobody waits for this any more: it was decided, or taken back.")
        case _:
            return message(problem).notice


def trouble_of(state: State) -> Trouble | None:
    """What went wrong before this view came."""
    problem: Trouble | None = getattr(state, "problem", None)
    return problem


def _decides(state: State) -> bool:
    """Whether somebody signs a decision, or was about to."""
    asked = getattr(state, "asked", None) or getattr(state, "then", None)
    return isinstance(asked, AskStaff) and asked.purpose is StaffPurpose.DECIDE


def spoken(state: State) -> str:
    """What a screen reader says when this view comes: its title, then what went wrong, else the line below it."""
    rest = _BOLD.sub("", problem_words(state)) or sentence_of(state)
    return f"{title_of(state)}. {rest}" if rest else title_of(state)


def is_over(state: State) -> bool:
    """Whether nothing of the desk is shown."""
    return isinstance(state, Closed | Leaving)
