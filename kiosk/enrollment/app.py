"""The key works: set up an authenticator app as a fallback, where policy wants that, and show its recovery codes."""

from __future__ import annotations

from dataclasses import replace

from kiosk.contract.policy import Demand
from kiosk.enrollment import phone_code
from kiosk.enrollment.answers import Failed, TotpEnrolled, TotpReady
from kiosk.enrollment.effects import CloseKey, ConfirmTotp, FetchTotp
from kiosk.enrollment.events import CodeTyped, Continued, Event, Skipped
from kiosk.enrollment.hand_over import WANTED
from kiosk.enrollment.states import RecoveryCodes, SetUpApp
from kiosk.enrollment.step import Step, next_attempt, stay
from kiosk.enrollment.visit import Trouble, Visit
from kiosk.errors import OutOfStep, SessionExpired, TotpWrongState, WrongCode
from kiosk.secret import Secret


def start(visit: Visit) -> Step:
    """The key is proved, handed over and read back: it may be pulled out from now on.

    Where a phone stands instead of it, an app on that phone would be lost with it: it is set up only where policy wants
    nobody to go without its recovery codes.
    """
    if visit.policy.totp not in WANTED or (visit.phone_alone and visit.policy.totp is not Demand.REQUIRE):
        following, effects = phone_code.after_key(visit)
        return following, (CloseKey(), *effects)
    following, effects = _fetch(SetUpApp(visit, optional=visit.policy.totp is not Demand.REQUIRE))
    return following, (CloseKey(), *effects)


def on_app(state: SetUpApp, event: Event) -> Step:
    """One step while the app is set up. Nothing that happens here takes the key back."""
    match event:
        case TotpReady(_, setup) if state.setup is None:
            return replace(state, setup=setup, busy=False, problem=None), ()
        case TotpEnrolled(_, codes) if state.busy:
            return RecoveryCodes(state.visit, codes), ()
        case Failed(_, error):
            return _failed(state, error)
        case _:
            return stay(state) if state.busy else _answered(state, event)


def on_codes(state: RecoveryCodes, event: Event) -> Step:
    """The codes are shown until the person has kept them."""
    return phone_code.after_key(state.visit) if isinstance(event, Continued) else stay(state)


def _answered(state: SetUpApp, event: Event) -> Step:
    match event:
        case CodeTyped(code) if state.setup is not None:
            visit = next_attempt(state.visit)
            effect = ConfirmTotp(visit.attempt, visit.enrollment_id, Secret(code))
            return replace(state, visit=visit, busy=True, problem=None), (effect,)
        case Continued() if state.setup is None:
            return _fetch(state)
        case Skipped() if state.optional:
            return phone_code.after_key(state.visit)
        case _:
            return stay(state)


def _fetch(state: SetUpApp) -> Step:
    visit = next_attempt(state.visit)
    fetching = replace(state, visit=visit, setup=None, busy=True, problem=None)
    return fetching, (FetchTotp(visit.attempt, visit.enrollment_id),)


def _failed(state: SetUpApp, error: Trouble) -> Step:
    match error:
        case TotpWrongState() if state.setup is None:
            return phone_code.after_key(state.visit)  # it is set up already
        case WrongCode():
            return replace(state, busy=False, problem=error), ()
        case OutOfStep() | SessionExpired() | TotpWrongState():
            # not to be had in this visit any more, so nobody is held up by it
            return replace(state, setup=None, busy=False, problem=error, optional=True), ()
        case _:
            return replace(state, busy=False, problem=error), ()
