"""Codes of an authenticator app: to prove who one is, and set up as a fallback once the key works."""

from __future__ import annotations

import pytest

from kiosk import errors
from kiosk.contract.enrollments import VerificationOffer
from kiosk.contract.policy import Demand
from kiosk.contract.profile import VerificationMethod
from kiosk.contract.totp import TotpSetUp
from kiosk.enrollment import answers, events
from kiosk.enrollment.effects import (
    CancelEnrollment,
    CleanUp,
    CloseKey,
    ConfirmTotp,
    Effect,
    FetchTotp,
    FinishEnrollment,
    SendCode,
    VerifyPerson,
)
from kiosk.enrollment.states import ChooseMethod, CodeWork, Done, EnterCode, RecoveryCodes, SetUpApp, Welcome
from kiosk.enrollment.visit import Trouble
from tests.kiosk.enrollment.walk import ADDRESS, Walk

SETUP = TotpSetUp("JBSWY3DPEHPK3PXP", "otpauth://totp/Example:ada?secret=JBSWY3DPEHPK3PXP")
CODES = ("k7m4-q2xw", "p9d3-h6ta")
TAKES_BACK = (CancelEnrollment, CleanUp, FinishEnrollment)


def ready(walk: Walk, demand: Demand = Demand.BEST_EFFORT) -> Walk:
    """Until the secret is shown."""
    return walk.read_back(demand).answer(lambda n: answers.TotpReady(n, SETUP))


def asks_to_take_back(effects: list[Effect]) -> bool:
    """Whether the service is told anything that could undo the key."""
    return any(isinstance(effect, TAKES_BACK) for effect in effects)


# ── to prove who one is ─────────────────────────────────────────────────────────────────────────


def test_for_a_code_of_an_app_nothing_is_sent(walk: Walk) -> None:
    state = walk.identified(VerificationMethod.TOTP).now(EnterCode)
    assert not any(isinstance(effect, SendCode) for effect in walk.all)
    assert (state.hint, state.sent, state.resend_after, state.expires_in) == ("", 0, 0, 0)
    assert state.work is CodeWork.IDLE
    assert walk.say(events.CodeRequested()).effects == ()
    assert walk.say(events.CodeTyped("755224")).asked(VerifyPerson).method is VerificationMethod.TOTP


def test_who_has_the_phone_elsewhere_takes_another_way(walk: Walk) -> None:
    walk.identified(VerificationMethod.EMAIL, VerificationMethod.TOTP).say(events.MethodChosen(VerificationMethod.TOTP))
    assert walk.now(EnterCode).others == (VerificationOffer(VerificationMethod.EMAIL, "m•••@example.org"),)
    walk.say(events.CodeTyped("755224")).fail(errors.NotVerified("REF"))
    problem = walk.now(EnterCode).problem
    assert isinstance(problem, errors.WrongCode)
    assert (problem.reference, problem.tries_left) == ("REF", None)
    assert isinstance(walk.say(events.WentBack()).state, ChooseMethod)


# ── set up after the key ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("demand", [None, Demand.REFUSE])
def test_without_a_demand_the_key_is_the_end(walk: Walk, demand: Demand | None) -> None:
    walk.read_back(demand)
    assert isinstance(walk.state, Done)
    assert CloseKey() in walk.effects


@pytest.mark.parametrize(("demand", "optional"), [(Demand.REQUIRE, False), (Demand.BEST_EFFORT, True)])
def test_the_app_is_set_up_once_the_key_works(walk: Walk, demand: Demand, *, optional: bool) -> None:
    walk.read_back(demand)
    assert walk.now(SetUpApp).optional is optional
    assert walk.asked(FetchTotp).enrollment_id == "e1"
    assert CloseKey() in walk.effects
    walk.answer(lambda n: answers.TotpReady(n, SETUP)).say(events.KeyRemoved(ADDRESS))
    assert walk.now(SetUpApp).setup == SETUP
    walk.say(events.CodeTyped("755224"))
    assert walk.asked(ConfirmTotp).code.reveal() == "755224"
    walk.answer(lambda n: answers.TotpEnrolled(n, CODES)).say(events.KeyInserted(ADDRESS))
    assert walk.now(RecoveryCodes).codes == CODES
    assert walk.now(RecoveryCodes).visit.receipt
    walk.say(events.WentBack(), events.Continued())
    assert isinstance(walk.state, Done)
    assert not asks_to_take_back(walk.all)


def test_neither_secret_nor_codes_are_in_a_repr(walk: Walk) -> None:
    ready(walk).say(events.CodeTyped("755224"))
    shown = repr((walk.state, walk.all, answers.TotpReady(1, SETUP), answers.TotpEnrolled(1, CODES)))
    walk.answer(lambda n: answers.TotpEnrolled(n, CODES))
    assert not any(hidden in shown + repr(walk.state) for hidden in (SETUP.secret, SETUP.uri, "755224", CODES[0]))


def test_a_wrong_code_may_be_typed_again_for_the_same_secret(walk: Walk) -> None:
    ready(walk).say(events.CodeTyped("000000")).fail(errors.WrongCode())
    assert isinstance(walk.now(SetUpApp).problem, errors.WrongCode)
    assert walk.now(SetUpApp).setup == SETUP
    assert walk.say(events.CodeTyped("755224")).asked(ConfirmTotp).code.reveal() == "755224"
    assert walk.now(SetUpApp).problem is None
    assert walk.say(events.CodeTyped("111111")).effects == ()  # one at a time


def test_who_may_goes_on_without(walk: Walk) -> None:
    assert isinstance(ready(walk).say(events.Skipped()).state, Done)
    assert isinstance(ready(Walk(), Demand.REQUIRE).say(events.Skipped()).state, SetUpApp)


def test_without_the_service_it_is_tried_again_or_left(walk: Walk) -> None:
    walk.read_back(Demand.BEST_EFFORT).fail(errors.ServiceUnreachable())
    assert walk.now(SetUpApp).setup is None
    assert walk.say(events.CodeTyped("755224")).effects == ()
    assert walk.say(events.Continued()).asked(FetchTotp).attempt == walk.attempt
    walk.fail(errors.ServiceUnreachable())
    assert isinstance(walk.say(events.Skipped()).state, Done)


def test_a_code_that_did_not_arrive_may_be_typed_again(walk: Walk) -> None:
    ready(walk, Demand.REQUIRE).say(events.CodeTyped("755224")).fail(errors.ServiceUnreachable())
    assert walk.now(SetUpApp).setup == SETUP
    assert walk.say(events.CodeTyped("755224")).asked(ConfirmTotp).code.reveal() == "755224"


def test_who_has_an_app_already_is_done(walk: Walk) -> None:
    walk.read_back(Demand.REQUIRE).fail(errors.TotpWrongState())
    assert isinstance(walk.state, Done)


@pytest.mark.parametrize("error", [errors.OutOfStep(), errors.SessionExpired(), errors.TotpWrongState()])
def test_what_is_not_to_be_had_any_more_holds_nobody_up(walk: Walk, error: Trouble) -> None:
    ready(walk, Demand.REQUIRE).say(events.CodeTyped("755224")).fail(error)
    state = walk.now(SetUpApp)
    assert (state.problem, state.setup, state.optional) == (error, None, True)
    assert isinstance(walk.say(events.Skipped()).state, Done)


@pytest.mark.parametrize("event", [events.Cancelled(), events.IdleExpired(), events.TimeExpired()])
@pytest.mark.parametrize("codes", [False, True])
def test_who_leaves_then_leaves_with_a_key_that_works(walk: Walk, event: events.Event, *, codes: bool) -> None:
    ready(walk, Demand.REQUIRE)
    if codes:
        walk.say(events.CodeTyped("755224")).answer(lambda n: answers.TotpEnrolled(n, CODES))
    walk.say(event)
    assert walk.now(Welcome).problem is None
    assert not asks_to_take_back(walk.all)
