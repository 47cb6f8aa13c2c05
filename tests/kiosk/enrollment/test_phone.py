"""A phone takes part: before, after or instead of the key, to be verified, and to type a code or a form there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk import errors
from kiosk.contract.enrollments import FinishedEnrollment, PartyOutcome, PartyResult, Phase, Verified
from kiosk.contract.mobile_ids import MobileId
from kiosk.contract.phone import PhoneCode, PhonePurpose, PhoneReason, PhoneStanding, PhoneStatus
from kiosk.contract.policy import Demand, EnrollmentPolicy, PhonePlace, PhonePolicy
from kiosk.contract.profile import FormKind, VerificationMethod
from kiosk.enrollment import answers, events
from kiosk.enrollment.answers_of_phone import IdClaimed, PhoneMoved, PhoneOpened, PhoneUnseen
from kiosk.enrollment.effects import (
    CancelEnrollment,
    ClaimMobileId,
    ClosePhone,
    FinishEnrollment,
    OpenPhone,
    VerifyPerson,
    WatchPhone,
)
from kiosk.enrollment.states import (
    ChooseMethod,
    CodeWork,
    Done,
    EnterCode,
    Identify,
    IdTaken,
    InsertKey,
    Phone,
    Register,
    Remedy,
    SetUpApp,
    ShowId,
    Stopped,
    Welcome,
)
from kiosk.enrollment.visit import Trouble
from tests.kiosk.enrollment.walk import MAIL, ON_PHONE, Walk

CODE = PhoneCode("t1", "iVBORw0KGgo=", 300, "https://enroll.example.org/m/AAAA")
FINISHED = FinishedEnrollment(Phase.DONE, "K7M-4Q2", (PartyOutcome(MAIL, PartyResult.NOT_TRIED),))
PHONE, EMAIL, TOTP = VerificationMethod.PHONE, VerificationMethod.EMAIL, VerificationMethod.TOTP


def policy(place: PhonePlace, demand: Demand = Demand.BEST_EFFORT, **more: Demand) -> EnrollmentPolicy:
    return EnrollmentPolicy(phone=PhonePolicy(place, demand), **more)  # type: ignore[arg-type]  # handed through


def shown(walk: Walk, transaction_id: str = "t1") -> Walk:
    """The code is there."""
    code = replace(CODE, transaction_id=transaction_id)
    return walk.answer(lambda n: PhoneOpened(n, walk.now(Phone).visit.enrollment_id or "e9", code))


def moved(walk: Walk, status: PhoneStatus, reason: str = "") -> Walk:
    """The code stands so."""
    number = "417" if status is PhoneStatus.SCANNED else ""
    return walk.answer(lambda n: PhoneMoved(n, PhoneStanding(status, number, 200, reason)))


def completed(walk: Walk) -> Walk:
    """The phone does what it is wanted for."""
    return moved(moved(shown(walk), PhoneStatus.SCANNED), PhoneStatus.COMPLETED)


# ── its own passkey ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("demand", [Demand.REQUIRE, Demand.BEST_EFFORT])
def test_before_the_key_the_phone_gets_a_passkey(walk: Walk, demand: Demand) -> None:
    walk.verified(policy=policy(PhonePlace.BEFORE, demand))
    state = walk.now(Phone)
    assert (state.purpose, state.busy, state.code) == (PhonePurpose.PASSKEY, True, None)
    assert state.optional is (demand is Demand.BEST_EFFORT)
    assert (state.instead, state.returns) == (False, False)
    assert walk.asked(OpenPhone).enrollment_id == "e1"
    shown(walk)
    assert walk.asked(WatchPhone) == WatchPhone(walk.attempt, "t1", 300)
    assert (walk.now(Phone).shown, walk.now(Phone).busy) == (1, False)
    moved(walk, PhoneStatus.SCANNED)
    assert walk.now(Phone).standing == PhoneStanding(PhoneStatus.SCANNED, "417", 200)
    moved(walk, PhoneStatus.COMPLETED)
    assert walk.now(InsertKey).visit.phone_ready
    assert not walk.now(InsertKey).visit.phone_alone


def test_after_the_key_the_phone_is_the_last_thing(walk: Walk) -> None:
    walk.read_back(policy=policy(PhonePlace.AFTER, totp=Demand.BEST_EFFORT))
    assert isinstance(walk.fail(errors.ServiceUnreachable()).state, SetUpApp)
    assert walk.say(events.Skipped()).now(Phone).purpose is PhonePurpose.PASSKEY
    completed(walk)
    assert walk.now(Done).visit.phone_ready
    assert not walk.now(Done).visit.phone_alone
    assert walk.now(Done).visit.finished == (MAIL,)


@pytest.mark.parametrize(("totp", "kind"), [(Demand.BEST_EFFORT, Done), (Demand.REQUIRE, SetUpApp)])
def test_an_app_on_the_phone_that_stands_alone_is_set_up_only_where_policy_insists(
    walk: Walk, totp: Demand, kind: type[Done | SetUpApp]
) -> None:
    completed(walk.verified(policy=policy(PhonePlace.INSTEAD, totp=totp)))
    walk.answer(lambda n: answers.EnrollmentFinished(n, FINISHED))
    assert walk.now(kind).visit.phone_alone


def test_instead_of_the_key_the_service_has_the_last_word(walk: Walk) -> None:
    completed(walk.verified(policy=policy(PhonePlace.INSTEAD)))
    assert walk.now(Phone).busy
    assert walk.asked(FinishEnrollment).enrollment_id == "e1"
    walk.answer(lambda n: answers.EnrollmentFinished(n, FINISHED))
    visit = walk.now(Done).visit
    assert (visit.phone_alone, visit.receipt, visit.finished, visit.key) == (True, "K7M-4Q2", (), None)


@pytest.mark.parametrize("place", [PhonePlace.BEFORE, PhonePlace.INSTEAD])
def test_who_has_no_phone_takes_a_key(walk: Walk, place: PhonePlace) -> None:
    shown(walk.verified(policy=policy(place))).say(events.Skipped())
    assert not walk.now(InsertKey).visit.phone_ready
    assert ClosePhone("t1") in walk.effects


def test_who_must_have_a_phone_cannot_go_on_without(walk: Walk) -> None:
    shown(walk.verified(policy=policy(PhonePlace.INSTEAD, Demand.REQUIRE)))
    assert walk.say(events.Skipped(), events.WentBack(), events.Continued()).now(Phone).code == CODE
    assert not walk.effects


@pytest.mark.parametrize("place", PhonePlace)
def test_a_demand_to_refuse_phones_is_no_demand_for_one(walk: Walk, place: PhonePlace) -> None:
    walk.read_back(policy=policy(place, Demand.REFUSE))
    assert not walk.now(Done).visit.phone_ready


def test_who_leaves_a_phone_that_stands_instead_of_a_key_leaves_with_it(walk: Walk) -> None:
    completed(walk.verified(policy=policy(PhonePlace.INSTEAD))).fail(errors.ServiceUnreachable())
    assert isinstance(walk.now(Phone).problem, errors.ServiceUnreachable)
    assert walk.say(events.Skipped(), events.WentBack()).effects == ()  # it was completed
    assert walk.say(events.Continued()).asked(FinishEnrollment).attempt == walk.attempt
    walk.fail(errors.ServiceUnreachable()).say(events.Cancelled())
    assert walk.asked(FinishEnrollment).enrollment_id == "e1"
    assert not any(isinstance(effect, CancelEnrollment) for effect in walk.all)


# ── how a code may end ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [PhoneStatus.EXPIRED, PhoneStatus.FAILED, PhoneStatus.CANCELLED])
def test_a_code_that_is_over_stays_told_until_another_one_is_wanted(walk: Walk, status: PhoneStatus) -> None:
    moved(shown(walk.verified(policy=policy(PhonePlace.BEFORE))), status, PhoneReason.REPLACED)
    assert walk.now(Phone).standing == PhoneStanding(status, "", 200, "replaced")
    before = walk.attempt
    walk.say(events.Continued())
    assert [type(effect) for effect in walk.effects] == [OpenPhone]
    assert (walk.now(Phone).standing, walk.now(Phone).busy) == (None, True)
    assert walk.say(PhoneMoved(before, PhoneStanding(PhoneStatus.COMPLETED))).now(Phone).busy  # of the old one
    assert shown(walk, "t2").now(Phone).shown == 2


def test_a_line_that_fails_is_told_and_heals_by_itself(walk: Walk) -> None:
    shown(walk.verified(policy=policy(PhonePlace.BEFORE)))
    walk.answer(lambda n: PhoneUnseen(n, errors.ServiceUnreachable()))
    assert isinstance(walk.now(Phone).problem, errors.ServiceUnreachable)
    assert walk.now(Phone).code == CODE
    moved(walk, PhoneStatus.PENDING)
    assert walk.now(Phone).problem is None
    walk.answer(lambda n: PhoneUnseen(n, errors.ServiceUnreachable())).say(events.Continued())
    assert [type(effect) for effect in walk.effects] == [ClosePhone, OpenPhone]


@pytest.mark.parametrize("event", [events.Cancelled(), events.IdleExpired(), events.TimeExpired()])
def test_who_leaves_takes_the_code_along(walk: Walk, event: events.Event) -> None:
    shown(walk.verified(policy=policy(PhonePlace.BEFORE))).say(event)
    assert isinstance(walk.state, Welcome)
    assert ClosePhone("t1") in walk.effects
    assert walk.asked(CancelEnrollment).enrollment_id == "e1"


def test_who_leaves_after_the_key_keeps_it(walk: Walk) -> None:
    shown(walk.read_back(policy=policy(PhonePlace.AFTER, Demand.REQUIRE))).say(events.TimeExpired())
    assert walk.now(Welcome).problem is None
    assert ClosePhone("t1") in walk.effects
    assert not any(isinstance(effect, CancelEnrollment | FinishEnrollment) for effect in walk.effects)


@pytest.mark.parametrize("error", [errors.OutOfStep(), errors.SessionExpired(), errors.PhonesUnavailable()])
def test_after_the_key_nobody_is_held_up(walk: Walk, error: Trouble) -> None:
    walk.read_back(policy=policy(PhonePlace.AFTER, Demand.REQUIRE)).fail(errors.ServiceUnreachable())
    assert walk.say(events.Skipped()).now(Phone).optional is False
    walk.say(events.Continued()).fail(error)
    assert walk.now(Phone).problem == error
    assert isinstance(walk.say(events.Skipped()).state, Done)


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (errors.PhonesUnavailable(), Remedy.DESK),
        (errors.StationRefused(), Remedy.DESK),
        (errors.HeldForReview(), Remedy.DESK),
        (errors.SessionExpired(), Remedy.START_OVER),
    ],
)
def test_without_the_phone_that_policy_requires_it_stops(walk: Walk, error: Trouble, remedy: Remedy) -> None:
    shown(walk.verified(policy=policy(PhonePlace.BEFORE, Demand.REQUIRE))).fail(error)
    assert walk.now(Stopped).remedy is remedy
    assert ClosePhone("t1") in walk.effects


def test_without_phones_who_may_goes_on(walk: Walk) -> None:
    walk.verified(policy=policy(PhonePlace.INSTEAD)).fail(errors.PhonesUnavailable())
    assert isinstance(walk.now(Phone).problem, errors.PhonesUnavailable)
    assert isinstance(walk.say(events.Skipped()).state, InsertKey)


# ── to be verified ──────────────────────────────────────────────────────────────────────────────


def test_a_phone_that_is_the_only_way_is_asked_for_at_once(walk: Walk) -> None:
    walk.identified(PHONE)
    assert (walk.now(Phone).purpose, walk.now(Phone).returns) == (PhonePurpose.CONFIRM, True)
    completed(walk)
    verify = walk.asked(VerifyPerson)
    assert (verify.method, verify.answer is not None and verify.answer.reveal()) == (PHONE, "t1")
    walk.answer(lambda n: answers.PersonVerified(n, Verified(Phase.KEY, "Maria", (MAIL,), EnrollmentPolicy())))
    assert walk.now(InsertKey).visit.person == "Maria"


def test_a_completed_code_that_cannot_be_told_is_told_again(walk: Walk) -> None:
    completed(walk.identified(PHONE)).fail(errors.ServiceUnreachable())
    assert walk.say(events.Continued()).asked(VerifyPerson).attempt == walk.attempt
    walk.fail(errors.NotVerified()).say(events.Continued())
    assert walk.asked(OpenPhone).purpose is PhonePurpose.CONFIRM


def test_another_way_may_be_taken_instead(walk: Walk) -> None:
    shown(walk.identified(PHONE, EMAIL).say(events.MethodChosen(PHONE))).say(events.WentBack())
    assert isinstance(walk.state, ChooseMethod)
    assert ClosePhone("t1") in walk.effects
    walk.say(events.MethodChosen(PHONE)).fail(errors.PhonesUnavailable())
    assert [offer.method for offer in walk.now(ChooseMethod).offers] == [EMAIL]


def test_who_has_no_other_way_says_who_they_are_or_goes_to_the_desk(walk: Walk) -> None:
    assert isinstance(walk.identified(PHONE).say(events.WentBack()).state, Identify)  # while it is fetched
    assert Walk().identified(PHONE).fail(errors.PhonesUnavailable()).now(Stopped).remedy is Remedy.DESK


# ── to type there ───────────────────────────────────────────────────────────────────────────────


def test_a_code_may_be_typed_on_the_phone_and_then_here_after_all() -> None:
    walk = Walk(profile=ON_PHONE).coded(VerificationMethod.SMS)
    before = walk.now(EnterCode)
    shown(walk.say(events.PhoneWanted()))
    assert walk.now(Phone).purpose is PhonePurpose.CODE
    walk.say(events.WentBack())
    assert replace(walk.now(EnterCode), visit=before.visit) == before
    walk.say(events.PhoneWanted()).fail(errors.PhonesUnavailable())
    assert isinstance(walk.now(EnterCode).problem, errors.PhonesUnavailable)
    assert walk.now(EnterCode).work is CodeWork.IDLE
    completed(walk.say(events.PhoneWanted()))
    assert walk.asked(VerifyPerson).method is PHONE


def test_a_code_is_typed_here_where_nobody_offers_else_or_none_was_sent(walk: Walk) -> None:
    assert isinstance(walk.coded().say(events.PhoneWanted()).state, EnterCode)
    app = Walk(profile=ON_PHONE).identified(TOTP).say(events.PhoneWanted())
    assert isinstance(app.state, EnterCode)
    assert isinstance(Walk(profile=ON_PHONE).identified(EMAIL).say(events.PhoneWanted()).state, EnterCode)  # sending


def test_a_form_may_be_filled_in_on_the_phone() -> None:
    walk = Walk(profile=ON_PHONE).to_form(FormKind.VISITOR).say(events.PhoneWanted())
    asked = walk.asked(OpenPhone)
    assert (asked.enrollment_id, asked.purpose, asked.form) == ("", PhonePurpose.REGISTER, FormKind.VISITOR)
    shown(walk)
    assert walk.now(Phone).visit.enrollment_id == "e9"
    moved(walk, PhoneStatus.EXPIRED).say(events.Continued())
    assert walk.asked(OpenPhone).enrollment_id == "e9"  # which is cancelled first
    completed(walk)
    walk.answer(lambda n: answers.PersonVerified(n, Verified(Phase.KEY, "Ada", (MAIL,), EnrollmentPolicy())))
    assert walk.now(InsertKey).visit.form is None


def test_what_was_typed_into_the_form_is_still_there() -> None:
    walk = Walk(profile=ON_PHONE).to_form().filled(email="nonsense").say(events.PhoneWanted())
    shown(walk).say(events.WentBack())
    assert walk.now(Register).visit.criteria["given_name"] == "Ada"
    walk.say(events.PhoneWanted()).fail(errors.PhonesUnavailable())
    assert isinstance(walk.now(Register).problem, errors.PhonesUnavailable)
    assert isinstance(Walk().to_form().say(events.PhoneWanted()).state, Register)  # not offered


# ── the mobile ID ───────────────────────────────────────────────────────────────────────────────


def test_the_mobile_id_is_asked_for_before_the_phone_and_the_key(walk: Walk) -> None:
    walk.verified(policy=policy(PhonePlace.BEFORE, mobile_id=Demand.REQUIRE))
    assert walk.say(events.Skipped(), events.IdShown("  ")).now(ShowId).optional is False
    walk.say(events.IdShown(" 42 "))
    assert walk.asked(ClaimMobileId).shown.reveal() == "42"
    assert walk.say(events.IdShown("43"), events.Skipped()).effects == ()
    walk.fail(errors.IdOutOfRange())
    assert (walk.now(ShowId).busy, type(walk.now(ShowId).problem)) == (False, errors.IdOutOfRange)
    walk.say(events.IdShown("41")).answer(lambda n: IdClaimed(n, MobileId("Harbor", 41)))
    assert walk.say(events.WentBack()).now(IdTaken).mobile_id.number == 41
    assert walk.say(events.Continued()).now(Phone).purpose is PhonePurpose.PASSKEY


def test_who_has_no_mobile_id_goes_on_where_that_is_allowed(walk: Walk) -> None:
    walk.verified(policy=EnrollmentPolicy(mobile_id=Demand.BEST_EFFORT))
    assert walk.now(ShowId).optional
    assert isinstance(walk.say(events.Skipped()).state, InsertKey)


@pytest.mark.parametrize(
    ("error", "remedy"), [(errors.SessionExpired(), Remedy.START_OVER), (errors.StationRefused(), Remedy.DESK)]
)
def test_a_visit_that_is_over_ends_there_too(walk: Walk, error: Trouble, remedy: Remedy) -> None:
    walk.verified(policy=EnrollmentPolicy(mobile_id=Demand.REQUIRE)).say(events.IdShown("42")).fail(error)
    assert walk.now(Stopped).remedy is remedy


def test_neither_link_nor_picture_nor_what_was_shown_is_in_a_repr(walk: Walk) -> None:
    walk.verified(policy=policy(PhonePlace.BEFORE, mobile_id=Demand.REQUIRE)).say(events.IdShown("keywright:id:x"))
    told = repr((walk.state, walk.effects, events.IdShown("keywright:id:x")))
    shown(walk.answer(lambda n: IdClaimed(n, MobileId("Harbor", 41))).say(events.Continued()))
    told += repr((walk.state, PhoneOpened(1, "e1", CODE)))
    assert not any(hidden in told for hidden in ("keywright:id:x", CODE.link, CODE.qr_code))
