"""The smallest words of the flow: a step, a fresh attempt, the end of a visit."""

from __future__ import annotations

from dataclasses import replace

from hardware.authenticator import PinState
from hardware.errors import FingerprintsFull, KeyFull, PinBlocked
from kiosk.contract.enrollments import AbandonReason
from kiosk.contract.policy import Partial, ResetMode
from kiosk.enrollment.admission import CURED_BY_RESET
from kiosk.enrollment.effects import (
    CancelDevice,
    CancelEnrollment,
    CleanUp,
    CloseKey,
    ClosePhone,
    CountCredentials,
    Effect,
    FinishEnrollment,
    TakeBackApproval,
)
from kiosk.enrollment.parties import concluded, forget_proved, rolls_back
from kiosk.enrollment.states import (
    Backup,
    Done,
    Phone,
    RecoveryCodes,
    Remedy,
    SetUpApp,
    State,
    Stopped,
    WaitForStaff,
    Welcome,
)
from kiosk.enrollment.visit import KeyIdentity, Trouble, Visit
from kiosk.errors import KeyNotAdmitted

Step = tuple[State, tuple[Effect, ...]]
"""Where the person is now, and what is to be done about it."""


def finished(state: State) -> bool:
    """Whether the key (or the phone, instead) is proved, and the service has been told so: whoever leaves takes nothing
    back."""
    if isinstance(state, WaitForStaff):
        return finished(state.came_from)
    return isinstance(state, SetUpApp | RecoveryCodes | Done | Backup) or (
        isinstance(state, Phone) and concluded(state.visit)
    )


def stay(state: State) -> Step:
    """Nothing changes: the event means nothing here (a late one, a double tap)."""
    return state, ()


def next_attempt(visit: Visit) -> Visit:
    """The visit with a new attempt: answers to older work are no longer listened to."""
    return replace(visit, attempt=visit.attempt + 1)


def forget_ceremony(visit: Visit) -> Visit:
    """The visit without the relying party in hand."""
    return replace(visit, ceremony=None, response=None, completed=None, assertion=None)


def forget_key(visit: Visit) -> Visit:
    """The visit without the key in hand (the binding stays)."""
    return replace(visit, key=None, unlocked=False)


def clean_up(visit: Visit, reason: AbandonReason) -> tuple[Effect, ...]:
    """What takes back the ceremony in hand, if there is one."""
    if visit.ceremony is None:
        return ()
    return (CleanUp(visit.attempt, visit.enrollment_id, visit.ceremony, visit.response, reason),)


def take_back(visit: Visit) -> tuple[Effect, ...]:
    """What takes away again all that was proved with the key of this visit."""
    reason = AbandonReason.ANOTHER_KEY
    return tuple(
        CleanUp(visit.attempt, visit.enrollment_id, ceremony, response, reason) for ceremony, response in visit.made
    )


def stop(visit: Visit, problem: Trouble, remedy: Remedy, reason: AbandonReason = AbandonReason.KEY_REFUSED) -> Step:
    """Stop here; take back what was begun (where policy wants all or nothing, also what was proved), then close the
    key. Which key it was is remembered, so that it can be taken out; where a wiped key would do, the visit is about
    this very one from now on."""
    visit = next_attempt(visit)
    back = _rolled_back(visit)
    cleaning, taken = (*clean_up(visit, reason), *back), visit.finished if back else ()
    visit = forget_proved(visit) if back else visit
    resettable = may_reset(visit, problem)
    counting = (CountCredentials(visit.attempt),) if resettable and visit.unlocked else ()
    after = forget_ceremony(_marked(visit, problem) if resettable else replace(visit, unlocked=False))
    stopped = Stopped(after, problem, remedy, len(cleaning), resettable=resettable, taken_back=taken)
    return stopped, (*cleaning, *counting, CloseKey())


def may_reset(visit: Visit, problem: Trouble) -> bool:
    """Whether wiping the key in hand would help, policy and key let it be wiped, and nothing good is on it yet."""
    key, mode = visit.key, visit.policy.key.reset
    if (
        key is None
        or visit.finished
        or mode is ResetMode.NEVER
        or (mode is ResetMode.STAFF and not _staff_there(visit))
    ):
        return False
    here = "usb" if key.address.simulated else key.address.transport.value
    if key.transports_for_reset and here not in key.transports_for_reset:
        return False
    if isinstance(problem, KeyNotAdmitted):
        return {*problem.reasons} <= CURED_BY_RESET
    return isinstance(problem, PinBlocked | KeyFull | FingerprintsFull)


def _staff_there(visit: Visit) -> bool:
    """Whether staff can be asked: here, or through the service."""
    return visit.approvals or visit.profile.approvals


def _marked(visit: Visit, problem: Trouble) -> Visit:
    assert visit.key is not None
    key = replace(visit.key, pin=PinState.BLOCKED) if isinstance(problem, PinBlocked) else visit.key
    return replace(visit, key=key, unlocked=False, stored=None, bound=visit.bound or KeyIdentity.of(key))


def end(state: State, visit: Visit, problem: Trouble | None = None) -> Step:
    """End the visit, forget everything about the person, take back whatever is not finished."""
    visit = next_attempt(visit)
    begun = clean_up(visit, AbandonReason.CANCELLED)
    effects: tuple[Effect, ...] = (CancelDevice(), *begun, *_rolled_back(visit), CloseKey())
    effects = (*effects, *close_phone(state), *take_back_request(state))
    if visit.enrollment_id and not finished(state):
        effects = (*effects, _last_word(visit))
    fresh = Visit(
        profile=visit.profile,
        locale=visit.profile.languages[0],
        attempt=visit.attempt,
        simulator_allowed=visit.simulator_allowed,
        approvals=visit.approvals,
        port=visit.port,
    )
    return Welcome(fresh, problem), effects


def take_back_request(state: State) -> tuple[Effect, ...]:
    """What takes a request back that staff have not decided."""
    if not isinstance(state, WaitForStaff) or state.approval is None:
        return ()
    return (TakeBackApproval(state.visit.enrollment_id, state.approval.approval_id),)


def close_phone(state: State) -> tuple[Effect, ...]:
    """What takes back the code on the screen, if one is there that a phone could still go on with."""
    if not isinstance(state, Phone) or state.code is None:
        return ()
    over = state.standing is not None and state.standing.status.over
    return () if over else (ClosePhone(state.code.transaction_id),)


def _rolled_back(visit: Visit) -> tuple[Effect, ...]:
    return take_back(visit) if rolls_back(visit) and not concluded(visit) else ()


def _last_word(visit: Visit) -> Effect:
    """What the service is told of a visit that ends before its end: what was proved is kept where policy keeps it, and
    a phone that stands instead of a key always."""
    keeps = visit.policy.partial is Partial.KEEP and bool(visit.finished) and not concluded(visit)
    keeps = keeps or visit.phone_alone
    return FinishEnrollment(visit.attempt, visit.enrollment_id) if keeps else CancelEnrollment(visit.enrollment_id)
