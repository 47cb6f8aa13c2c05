"""A phone takes part: its code is shown, what becomes of it is told, and the visit goes on where it was completed.

Nothing is on any key meanwhile, so the journal has no part in it. What a phone completed is known to the service: a
station that is lost before it could go on leaves an enrollment there that ends by itself.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.contract.phone import PhonePurpose, PhoneStanding, PhoneStatus
from kiosk.contract.profile import VerificationMethod
from kiosk.enrollment import app, person, phone_code, port, register, verify
from kiosk.enrollment.answers import EnrollmentFinished, Failed, PersonVerified
from kiosk.enrollment.answers_of_phone import PhoneMoved, PhoneOpened, PhoneUnseen
from kiosk.enrollment.effects import FinishEnrollment, VerifyPerson, WatchPhone
from kiosk.enrollment.events import Continued, Event, Skipped, WentBack
from kiosk.enrollment.parties import concluded, told
from kiosk.enrollment.states import Phone, Remedy
from kiosk.enrollment.step import Step, close_phone, next_attempt, stay, stop
from kiosk.enrollment.visit import Trouble, Visit
from kiosk.errors import (
    HeldForReview,
    OutOfStep,
    PhonesUnavailable,
    Refusal,
    SessionExpired,
    StationRefused,
    VerificationUnavailable,
)
from kiosk.secret import Secret

_NOT_HERE = (PhonesUnavailable, StationRefused, VerificationUnavailable)
"""Troubles after which no phone can be had in this visit."""


def on_phone(state: Phone, event: Event) -> Step:
    """One step while a phone is waited for, or works."""
    match event:
        case PhoneOpened(_, enrollment_id, code) if state.busy:
            visit = replace(state.visit, enrollment_id=enrollment_id)
            shown = replace(state, visit=visit, code=code, shown=state.shown + 1, busy=False)
            return shown, (WatchPhone(visit.attempt, code.transaction_id, code.expires_in),)
        case PhoneMoved(_, standing) if state.code is not None:
            return _moved(state, standing, state.code.transaction_id)
        case PhoneUnseen(_, error) if state.code is not None:
            return replace(state, problem=error), ()
        case PersonVerified(_, verified) if state.done:
            return person.verified(state.visit, verified)
        case EnrollmentFinished(_, finished) if state.done:
            return app.start(told(state.visit, finished))
        case Failed(_, error):
            return _failed(state, error)
        case _:
            return stay(state) if state.busy and not isinstance(event, WentBack) else _answered(state, event)


def _answered(state: Phone, event: Event) -> Step:
    match event:
        case Continued() if state.done:
            return _completed(state, state.done)
        case Continued() if state.problem is not None or _over(state):
            return phone_code.show(state)
        case Skipped() if state.optional and not state.done:
            return _without(state)
        case WentBack() if state.returns and not state.done:
            return _back(state)
        case _:
            return stay(state)


def _over(state: Phone) -> bool:
    return state.standing is not None and state.standing.status.over


def _moved(state: Phone, standing: PhoneStanding, transaction_id: str) -> Step:
    state = replace(state, standing=standing, problem=None)
    return _completed(state, transaction_id) if standing.status is PhoneStatus.COMPLETED else (state, ())


def _completed(state: Phone, transaction_id: str) -> Step:
    """The phone did what it was wanted for. The service has the last word on it, where the visit hangs on it."""
    visit = next_attempt(state.visit)
    if state.purpose is not PhonePurpose.PASSKEY:
        effect = VerifyPerson(visit.attempt, visit.enrollment_id, VerificationMethod.PHONE, Secret(transaction_id))
        return replace(state, visit=visit, busy=True, done=transaction_id, problem=None), (effect,)
    visit = replace(visit, phone_ready=True)
    if state.instead:
        told_end = FinishEnrollment(visit.attempt, visit.enrollment_id)
        return replace(state, visit=visit, busy=True, done=transaction_id, problem=None), (told_end,)
    return _on(visit)


def _without(state: Phone) -> Step:
    """No phone is here: the key, or the end."""
    following, effects = _on(next_attempt(state.visit))
    return following, (*close_phone(state), *effects)


def _on(visit: Visit) -> Step:
    return phone_code.done(visit) if concluded(visit) else port.look(visit)


def _back(state: Phone, problem: Trouble | None = None) -> Step:
    """To the screen that they came from, with what was typed there."""
    visit = next_attempt(state.visit)
    closing = close_phone(state)
    if state.came_from is not None:
        return replace(state.came_from, visit=visit, problem=problem), closing
    if state.purpose is PhonePurpose.REGISTER:
        return register.ask_again(visit, problem), closing
    following, effects = verify.back(visit)
    return following, (*closing, *effects)


def _failed(state: Phone, error: Trouble) -> Step:
    if concluded(state.visit):  # the key works: nobody is held up
        gone = isinstance(error, Refusal | StationRefused)
        return replace(_told(state, error), optional=state.optional or gone), ()
    match error:
        case SessionExpired() | OutOfStep():
            return _stop(state, error, Remedy.START_OVER)
        case HeldForReview():
            return _stop(state, error, Remedy.DESK)
        case _ if isinstance(error, _NOT_HERE) and not state.optional:
            return (
                _stop(state, error, Remedy.DESK) if state.purpose is PhonePurpose.PASSKEY else _fall_back(state, error)
            )
        case _:
            return _told(state, error), ()


def _told(state: Phone, error: Trouble) -> Phone:
    """What was completed stays so while it is only the line that fails."""
    done = "" if isinstance(error, Refusal) else state.done
    return replace(state, code=None, standing=None, problem=error, busy=False, done=done)


def _stop(state: Phone, error: Trouble, remedy: Remedy) -> Step:
    following, effects = stop(state.visit, error, remedy)
    return following, (*close_phone(state), *effects)


def _fall_back(state: Phone, error: Trouble) -> Step:
    """Not by phone today: as it is done here, or in another way."""
    if state.purpose is not PhonePurpose.CONFIRM:
        return _back(state, error)
    following, effects = verify.without(state.visit, VerificationMethod.PHONE, error)
    return following, (*close_phone(state), *effects)
