"""Staff must approve: they are asked, waited for, and what they approved goes on by itself where it stood."""

from __future__ import annotations

from dataclasses import replace

from kiosk.contract.profile import VerificationMethod
from kiosk.contract.staff import Approval, ApprovalAction, ApprovalState
from kiosk.enrollment import more_keys, reset
from kiosk.enrollment.answers import Failed
from kiosk.enrollment.answers_of_staff import ApprovalMoved, ApprovalOpened, ApprovalUnseen
from kiosk.enrollment.ask_staff import ask
from kiosk.enrollment.effects import VerifyPerson, WatchApproval
from kiosk.enrollment.events import Continued, Event, WentBack
from kiosk.enrollment.states import (
    Backup,
    ChooseMethod,
    CodeWork,
    ConfirmPerson,
    EnterCode,
    Identify,
    KeysHeld,
    Phone,
    Remedy,
    ResetKey,
    ResetStage,
    ShowBadge,
    State,
    Stopped,
    Supervised,
    WaitForStaff,
)
from kiosk.enrollment.step import Step, next_attempt, stay, stop, take_back_request
from kiosk.enrollment.visit import Visit
from kiosk.errors import (
    CodeTooOld,
    Denied,
    Locked,
    NotVerified,
    OutOfStep,
    SessionExpired,
    VerificationUnavailable,
    WrongCode,
)
from kiosk.secret import Secret

FAILED = (Locked, NotVerified, VerificationUnavailable, WrongCode, CodeTooOld)
"""Failed verifications that staff may mend."""
_GOES_ON = (ChooseMethod, ConfirmPerson, EnterCode, Phone, KeysHeld, Backup)
"""Where a request is made that staff may have to approve."""
_ACTIONS = {each.value for each in ApprovalAction}


def may_be_wanted(state: State) -> bool:
    """Whether the person may ask staff to say who they are: their own ways have failed them."""
    if not isinstance(state, Identify | ChooseMethod | EnterCode | ShowBadge | ConfirmPerson | Stopped):
        return False
    visit = state.visit
    here = visit.profile.overrides and bool(visit.enrollment_id) and visit.form is None and not visit.person
    return here and isinstance(state.problem, FAILED)


def wanted(state: State) -> Step:
    """The person asks for staff, because nothing else has verified them."""
    if not may_be_wanted(state):
        return stay(state)
    assert isinstance(state, Identify | ChooseMethod | EnterCode | ShowBadge | ConfirmPerson | Stopped)
    return ask(WaitForStaff(state.visit, ApprovalAction.OVERRIDE, state))


def knows(state: State, action: str) -> bool:
    """Whether what was asked of the service here can wait for staff."""
    return isinstance(state, _GOES_ON) and action in _ACTIONS


def needed(state: State, action: str) -> Step:
    """The service wants staff to approve what was asked of it."""
    assert isinstance(state, ChooseMethod | ConfirmPerson | EnterCode | Phone | KeysHeld | Backup)
    return ask(WaitForStaff(state.visit, ApprovalAction(action), state))


def on_staff(state: WaitForStaff, event: Event) -> Step:
    """One step while staff are asked, or waited for."""
    match event:
        case ApprovalOpened(_, approval) if state.approval is None:
            watching = WatchApproval(
                state.visit.attempt, state.visit.enrollment_id, approval.approval_id, approval.expires_in
            )
            following, effects = _moved(state, approval)
            return following, effects or (watching,)
        case ApprovalMoved(_, approval) if pending(state):
            return _moved(state, approval)
        case ApprovalUnseen(_, error) if pending(state):
            return replace(state, problem=error), ()
        case Failed(_, SessionExpired() | OutOfStep() as error):
            return stop(state.visit, error, Remedy.START_OVER)
        case Failed(_, error):
            return replace(state, approval=None, problem=error), take_back_request(state)
        case Continued() if over(state):
            return ask(state)
        case WentBack():
            return _back(state), take_back_request(state) if pending(state) else ()
        case _:
            return stay(state)


def pending(state: WaitForStaff) -> bool:
    """Whether staff can still decide."""
    return state.approval is not None and state.approval.state is ApprovalState.PENDING


def over(state: WaitForStaff) -> bool:
    """Whether nothing comes of it any more, unless they are asked again."""
    return not pending(state) and (state.approval is not None or state.problem is not None)


def waited_for(state: State) -> bool:
    """Whether staff are asked, or may decide: they have a time of their own, which ends by itself, and that of the
    visit stands still."""
    match state:
        case WaitForStaff():
            return not over(state)
        case ResetKey(stage=ResetStage.APPROVAL, problem=None):
            return True
        case _:
            return False


def _moved(state: WaitForStaff, approval: Approval) -> Step:
    state = replace(state, approval=approval, problem=None)
    match approval.state:
        case ApprovalState.APPROVED:
            return _approved(state, approval)
        case ApprovalState.DENIED:
            return replace(state, problem=Denied(approval.reason)), ()
        case _:
            return state, ()


def _approved(state: WaitForStaff, approval: Approval) -> Step:
    """The same once more, which staff have now let pass."""
    visit = next_attempt(state.visit)
    if state.action is ApprovalAction.OVERRIDE:
        effect = VerifyPerson(
            visit.attempt, visit.enrollment_id, VerificationMethod.STAFF, Secret(approval.approval_id)
        )
        return ChooseMethod(visit, visit.offers, busy=True), (effect,)
    came_from = state.came_from
    match came_from:
        case ResetKey():
            return reset.take_out(replace(came_from, visit=visit))
        case KeysHeld() | Backup():
            return more_keys.once_more(replace(came_from, visit=visit))
        case _:
            return _verified_again(came_from, visit)


def _verified_again(came_from: Supervised, visit: Visit) -> Step:
    method, answer, confirmed = VerificationMethod.NONE, None, False
    following: State = ChooseMethod(visit, visit.offers, busy=True)
    match came_from:
        case ConfirmPerson():
            method, confirmed = VerificationMethod.SELF_CONFIRMATION, True
            following = replace(came_from, visit=visit, busy=True, problem=None)
        case EnterCode(typed=Secret() as typed):
            method, answer = came_from.method, Secret(typed.reveal())
            following = replace(came_from, visit=visit, work=CodeWork.CHECKING, problem=None)
        case Phone(done=done):
            method, answer = VerificationMethod.PHONE, Secret(done)
            following = replace(came_from, visit=visit, busy=True, problem=None)
    return following, (VerifyPerson(visit.attempt, visit.enrollment_id, method, answer, confirmed),)


def _back(state: WaitForStaff) -> State:
    """To the screen from which staff were asked; nothing is under way there any more."""
    visit = next_attempt(state.visit)
    came_from = state.came_from
    match came_from:
        case EnterCode():
            return replace(came_from, visit=visit, work=CodeWork.IDLE, typed=None)
        case ChooseMethod() | ConfirmPerson() | ShowBadge() | Identify() | KeysHeld() | Backup() | Phone():
            return replace(came_from, visit=visit, busy=False)
        case _:
            return replace(came_from, visit=visit)
