"""How can we check it is you: the offers of policy, in its order, one after another if need be."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.contract.enrollments import VerificationOffer
from kiosk.contract.profile import VerificationMethod
from kiosk.enrollment import phone_code, register
from kiosk.enrollment.answers import CodeDelivered, Failed
from kiosk.enrollment.effects import SendCode, VerifyPerson
from kiosk.enrollment.events import BadgeShown, CodeRequested, CodeTyped, Event, MethodChosen, PersonConfirmed, WentBack
from kiosk.enrollment.states import ChooseMethod, CodeWork, ConfirmPerson, EnterCode, Remedy, ShowBadge, State
from kiosk.enrollment.step import Step, next_attempt, stay, stop
from kiosk.enrollment.visit import Trouble, Visit
from kiosk.errors import (
    HeldForReview,
    NotVerified,
    OutOfStep,
    SessionExpired,
    StationRefused,
    VerificationUnavailable,
    WrongCode,
)
from kiosk.secret import Secret

Verifying = ChooseMethod | EnterCode | ShowBadge | ConfirmPerson


def start(visit: Visit) -> Step:
    """Go to the only way there is, or let the person choose."""
    if len(visit.offers) == 1:
        return enter(visit, visit.offers[0].method)
    if not visit.offers:
        return stop(visit, VerificationUnavailable(), Remedy.DESK)
    return ChooseMethod(visit, visit.offers), ()


def enter(visit: Visit, method: VerificationMethod) -> Step:
    """Begin to verify in this way."""
    others = tuple(o for o in visit.offers if o.method != method)
    visit = next_attempt(visit)
    match method:
        case VerificationMethod.EMAIL | VerificationMethod.SMS:
            hint = next((o.hint for o in visit.offers if o.method == method), "")
            state = EnterCode(visit, method, hint, others=others, work=CodeWork.SENDING)
            return state, (SendCode(visit.attempt, visit.enrollment_id, method),)
        case VerificationMethod.AUTOMATIC:
            return _badge(visit, others)
        case VerificationMethod.TOTP:
            return EnterCode(visit, method, "", resend_after=0, expires_in=0, others=others), ()
        case VerificationMethod.SELF_CONFIRMATION:
            if visit.masked is None:
                return register.ask_again(visit, NotVerified()), ()
            return ConfirmPerson(visit, visit.masked), ()
        case VerificationMethod.NONE | VerificationMethod.STAFF:
            effect = VerifyPerson(visit.attempt, visit.enrollment_id, method)
            return ChooseMethod(visit, visit.offers, busy=True), (effect,)
        case VerificationMethod.PHONE:
            return phone_code.confirm(visit)
        case _:
            assert_never(method)


def on_verify(state: Verifying, event: Event) -> Step:
    """One step while the person is being verified; `flow` hands the verified person to `key`."""
    match event:
        case MethodChosen(method) if _offered(state.visit, method) and not _busy(state):
            return enter(state.visit, method)
        case WentBack():
            return _back(state)
        case Failed(_, error):
            return _failed(state, error)
        case _:
            return _answer(state, event)


def _answer(state: Verifying, event: Event) -> Step:
    """What the person, or the service, answers to one way of verifying."""
    if _busy(state):
        return _sent(state, event)
    visit = next_attempt(state.visit)
    match state, event:
        case EnterCode(), CodeTyped(code):
            effect = VerifyPerson(visit.attempt, visit.enrollment_id, state.method, Secret(code))
            checking = replace(state, visit=visit, work=CodeWork.CHECKING, problem=None, typed=Secret(code))
            return checking, (effect,)
        case EnterCode(), CodeRequested() if state.method is not VerificationMethod.TOTP:
            again = replace(state, visit=visit, work=CodeWork.SENDING, problem=None)
            return again, (SendCode(visit.attempt, visit.enrollment_id, state.method),)
        case ShowBadge(), BadgeShown(number) if number.strip():
            shown = replace(state, visit=visit, busy=True, problem=None)
            return shown, (_verify_badge(visit, number),)
        case ConfirmPerson(), PersonConfirmed():
            method = VerificationMethod.SELF_CONFIRMATION
            confirm = VerifyPerson(visit.attempt, visit.enrollment_id, method, confirmed=True)
            return replace(state, visit=visit, busy=True, problem=None), (confirm,)
        case _:
            return stay(state)


def _sent(state: Verifying, event: Event) -> Step:
    match state, event:
        case EnterCode(), CodeDelivered(_, sent):
            return replace(
                state,
                hint=sent.hint or state.hint,
                digits=sent.digits,
                sent=state.sent + 1,
                resend_after=sent.resend_after,
                expires_in=sent.expires_in,
                work=CodeWork.IDLE,
                problem=None,
            ), ()
        case _:
            return stay(state)


def _badge(visit: Visit, others: tuple[VerificationOffer, ...]) -> Step:
    """Who showed the badge to say who they are need not show it again."""
    number = visit.criteria.get("badge", "")
    if number:
        return ShowBadge(visit, others, busy=True), (_verify_badge(visit, number),)
    return ShowBadge(visit, others), ()


def _verify_badge(visit: Visit, number: str) -> VerifyPerson:
    return VerifyPerson(visit.attempt, visit.enrollment_id, VerificationMethod.AUTOMATIC, Secret(number.strip()))


def _back(state: Verifying) -> Step:
    if isinstance(state, ChooseMethod):
        return register.ask_again(next_attempt(state.visit)), ()
    return back(state.visit)


def back(visit: Visit) -> Step:
    """Another way to be verified; who has one only says again who they are."""
    visit = next_attempt(visit)
    if len(visit.offers) < 2:
        return register.ask_again(visit), ()
    return ChooseMethod(visit, visit.offers), ()


def without(visit: Visit, method: VerificationMethod, error: Trouble) -> Step:
    """This way does not work today: offer those that are left."""
    others = tuple(offer for offer in visit.offers if offer.method is not method)
    if not others:
        return stop(visit, error, Remedy.DESK)
    return ChooseMethod(replace(next_attempt(visit), offers=others), others, problem=error), ()


def _failed(state: Verifying, error: Trouble) -> Step:
    match error:
        case SessionExpired() | OutOfStep():
            return stop(state.visit, error, Remedy.START_OVER)
        case StationRefused() | HeldForReview():
            return stop(state.visit, error, Remedy.DESK)
        case VerificationUnavailable():
            return _fall_back(state, error)
        case NotVerified(reference=reference) if isinstance(state, EnterCode):
            return _told(state, WrongCode(reference)), ()  # of an app; how many tries are left is not told then
        case NotVerified() if isinstance(state, ChooseMethod):
            return register.ask_again(state.visit, error), ()
        case _:
            return _told(state, error), ()


def _fall_back(state: Verifying, error: Trouble) -> Step:
    """This way does not work today: offer those that are left."""
    others = state.others if isinstance(state, EnterCode | ShowBadge) else ()
    if not others:
        return stop(state.visit, error, Remedy.DESK)
    visit = replace(state.visit, offers=others)
    return ChooseMethod(visit, others, problem=error), ()


def _told(state: Verifying, error: Trouble) -> State:
    if isinstance(state, EnterCode):
        return replace(state, work=CodeWork.IDLE, problem=error, typed=None)
    return replace(state, busy=False, problem=error)


def _busy(state: Verifying) -> bool:
    if isinstance(state, EnterCode):
        return state.work is not CodeWork.IDLE
    return state.busy


def _offered(visit: Visit, method: VerificationMethod) -> bool:
    return any(offer.method == method for offer in visit.offers)
