"""Staff are asked where the service wants them, or where nothing else verified somebody; then it goes on by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hardware.authenticator import PinState
from kiosk import errors
from kiosk.contract.enrollments import MaskedPerson, Phase, Verified
from kiosk.contract.keys import HeldKey, Intent
from kiosk.contract.phone import PhoneCode, PhoneStanding, PhoneStatus
from kiosk.contract.policy import EnrollmentPolicy, KeyCount, KeyPolicy, ResetMode
from kiosk.contract.profile import VerificationMethod
from kiosk.contract.staff import Approval, ApprovalAction, ApprovalState
from kiosk.enrollment import answers, events
from kiosk.enrollment.answers_of_phone import PhoneMoved, PhoneOpened
from kiosk.enrollment.answers_of_staff import ApprovalMoved, ApprovalOpened, ApprovalUnseen
from kiosk.enrollment.effects import (
    ChooseIntent,
    OpenNextKey,
    RequestApproval,
    TakeBackApproval,
    VerifyPerson,
    WatchApproval,
)
from kiosk.enrollment.staff import waited_for
from kiosk.enrollment.states import (
    Backup,
    ChooseMethod,
    CodeWork,
    ConfirmPerson,
    EnterCode,
    Identify,
    InsertKey,
    KeysHeld,
    Phone,
    Remedy,
    ResetKey,
    ResetStage,
    Stopped,
    WaitForStaff,
)
from kiosk.enrollment.visit import Trouble, Visit
from tests.kiosk.enrollment.walk import ADDRESS, MAIL, ON_PHONE, PROFILE, WITH_PIN, Walk

HELPED = replace(PROFILE, overrides=True, approvals=True)
HELD = (HeldKey("k1", "Bench Key 5", "2026-01-01", "1234"),)


def standing(
    state: ApprovalState = ApprovalState.PENDING, action: ApprovalAction = ApprovalAction.VERIFY, reason: str = ""
) -> Approval:
    return Approval("a1", action, state, "42", 1, 0, 300, reason)


def needed(walk: Walk, action: ApprovalAction = ApprovalAction.VERIFY) -> Walk:
    """What was asked of the service must wait for staff, and they see it."""
    asked = walk.fail(errors.ApprovalNeeded(action=action.value)).asked(RequestApproval)
    assert (asked.action, asked.enrollment_id) == (action, walk.now(WaitForStaff).visit.enrollment_id)
    return walk.answer(lambda n: ApprovalOpened(n, standing(action=action)))


def decided(walk: Walk, state: ApprovalState = ApprovalState.APPROVED, reason: str = "") -> Walk:
    action = walk.now(WaitForStaff).action
    return walk.answer(lambda n: ApprovalMoved(n, standing(state, action, reason)))


def confirming(walk: Walk) -> Walk:
    """Somebody says that they are the person shown."""
    return walk.identified(VerificationMethod.SELF_CONFIRMATION, person=MaskedPerson("M••• O•••")).say(
        events.PersonConfirmed()
    )


def with_code(walk: Walk) -> Walk:
    return walk.coded().say(events.CodeTyped("123456"))


def unasked(walk: Walk) -> Walk:
    """Nothing verifies the person, and the service is told so."""
    return walk.identified(VerificationMethod.NONE)


def by_phone(walk: Walk) -> Walk:
    walk.profile = ON_PHONE
    walk.identified(VerificationMethod.PHONE, VerificationMethod.EMAIL)
    walk.say(events.MethodChosen(VerificationMethod.PHONE))
    walk.answer(lambda n: PhoneOpened(n, "e1", PhoneCode("t1", "iVBORw0KGgo=", 300, "https://e.example/m/A")))
    return walk.answer(lambda n: PhoneMoved(n, PhoneStanding(PhoneStatus.COMPLETED, "417", 100)))


def choosing(walk: Walk) -> Walk:
    """Somebody with a key says that it is lost."""
    walk.coded().say(events.CodeTyped("123456"))
    two = EnrollmentPolicy(count=KeyCount(1, 2))
    told = Verified(Phase.KEY, "Maria Okafor", (MAIL,), two, HELD, (Intent.REPLACE,))
    walk.answer(lambda n: answers.PersonVerified(n, told))
    return walk.say(events.IntentChosen(Intent.REPLACE, ("k1",)))


def backing_up(walk: Walk) -> Walk:
    return walk.read_back(policy=EnrollmentPolicy(count=KeyCount(1, 2))).say(events.Continued())


# ── what was asked goes on, once staff said yes ─────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("before", "method", "confirmed", "said"),
    [
        (confirming, VerificationMethod.SELF_CONFIRMATION, True, None),
        (with_code, VerificationMethod.EMAIL, False, "123456"),
        (unasked, VerificationMethod.NONE, False, None),
        (by_phone, VerificationMethod.PHONE, False, "t1"),
    ],
)
def test_somebody_is_verified_by_what_they_said_before(
    walk: Walk, before: Callable[[Walk], Walk], method: VerificationMethod, said: str | None, *, confirmed: bool
) -> None:
    needed(before(walk))
    asked = decided(walk).asked(VerifyPerson)
    assert (asked.method, asked.confirmed, asked.answer and asked.answer.reveal()) == (method, confirmed, said)
    assert isinstance(walk.state, ChooseMethod | ConfirmPerson | EnterCode | Phone)
    told = Verified(Phase.KEY, "Maria Okafor", (MAIL,), EnrollmentPolicy())
    assert isinstance(walk.answer(lambda n: answers.PersonVerified(n, told)).state, InsertKey)


def test_a_lost_key_is_given_up_once_staff_said_yes(walk: Walk) -> None:
    asked = decided(needed(choosing(walk), ApprovalAction.REPLACE_KEY)).asked(ChooseIntent)
    assert (asked.intent, asked.lost, walk.now(KeysHeld).busy) == (Intent.REPLACE, ("k1",), True)


def test_a_backup_key_comes_once_staff_said_yes(walk: Walk) -> None:
    decided(needed(backing_up(walk), ApprovalAction.ANOTHER_KEY)).asked(OpenNextKey)
    assert walk.now(Backup).busy


def test_a_key_is_wiped_once_staff_said_yes(walk: Walk) -> None:
    walk.profile = HELPED
    policy = EnrollmentPolicy(key=KeyPolicy(reset=ResetMode.STAFF))
    walk.inserted(replace(WITH_PIN, pin=PinState.BLOCKED, pin_retries=0), policy=policy)
    walk.say(events.ResetWanted(), events.ResetWanted())
    asked = walk.asked(RequestApproval)
    assert (asked.action, asked.key and asked.key.address) == (ApprovalAction.RESET, ADDRESS)
    walk.answer(lambda n: ApprovalOpened(n, standing(action=ApprovalAction.RESET)))
    decided(walk)
    assert walk.now(ResetKey).stage is ResetStage.TAKE_OUT


def test_a_key_that_was_taken_out_while_staff_were_asked_is_wiped_once_it_is_back(walk: Walk) -> None:
    walk.profile = HELPED
    policy = EnrollmentPolicy(key=KeyPolicy(reset=ResetMode.STAFF))
    walk.inserted(replace(WITH_PIN, pin=PinState.BLOCKED, pin_retries=0), policy=policy)
    walk.say(events.ResetWanted(), events.ResetWanted())
    walk.answer(lambda n: ApprovalOpened(n, standing(action=ApprovalAction.RESET)))
    walk.say(events.KeyRemoved(ADDRESS))
    assert decided(walk).now(ResetKey).stage is ResetStage.PUT_IN


def test_what_staff_have_approved_before_is_not_waited_for(walk: Walk) -> None:
    confirming(walk).fail(errors.ApprovalNeeded(action="verify"))
    walk.answer(lambda n: ApprovalOpened(n, standing(ApprovalState.APPROVED)))
    assert walk.asked(VerifyPerson).method is VerificationMethod.SELF_CONFIRMATION


# ── nothing else verified them ──────────────────────────────────────────────────────────────────


def failed(walk: Walk, error: Trouble) -> Walk:
    walk.profile = HELPED
    return with_code(walk).fail(error)


@pytest.mark.parametrize(
    "error", [errors.Locked(), errors.NotVerified(), errors.VerificationUnavailable(), errors.WrongCode()]
)
def test_staff_can_say_who_somebody_is_whose_own_ways_failed(walk: Walk, error: Trouble) -> None:
    failed(walk, error).say(events.StaffWanted())
    assert walk.asked(RequestApproval).action is ApprovalAction.OVERRIDE
    walk.answer(lambda n: ApprovalOpened(n, standing(action=ApprovalAction.OVERRIDE)))
    asked = decided(walk).asked(VerifyPerson)
    assert (asked.method, asked.answer and asked.answer.reveal()) == (VerificationMethod.STAFF, "a1")
    assert walk.now(ChooseMethod).busy


def test_staff_are_not_asked_where_the_person_has_not_tried(walk: Walk) -> None:
    walk.profile = HELPED
    before = walk.coded().state
    assert (walk.say(events.StaffWanted()).state, walk.effects) == (before, ())


def test_staff_are_not_asked_where_policy_lets_them_override_nothing(walk: Walk) -> None:
    before = with_code(walk).fail(errors.NotVerified()).state
    assert (walk.say(events.StaffWanted()).state, walk.effects) == (before, ())


def test_a_visit_has_no_staff_to_ask_before_anybody_said_who_they_are(walk: Walk) -> None:
    walk.profile = HELPED
    before = walk.to_identify().say(events.StaffWanted()).state
    assert isinstance(before, Identify)
    assert not [each for each in walk.all if isinstance(each, RequestApproval)]


# ── the request as it stands ────────────────────────────────────────────────────────────────────


def test_a_request_is_watched_until_it_is_decided(walk: Walk) -> None:
    watched = needed(confirming(walk)).asked(WatchApproval)
    assert (watched.approval_id, watched.seconds) == ("a1", 300)
    assert decided(walk, ApprovalState.PENDING).effects == ()
    assert isinstance(walk.state, WaitForStaff)


def test_a_line_that_is_down_is_told_until_it_is_back(walk: Walk) -> None:
    down = errors.ServiceUnreachable()
    needed(confirming(walk)).answer(lambda n: ApprovalUnseen(n, down))
    assert walk.now(WaitForStaff).problem == down
    assert decided(walk, ApprovalState.PENDING).now(WaitForStaff).problem is None


def test_who_is_told_no_is_told_why_and_may_ask_again(walk: Walk) -> None:
    decided(needed(confirming(walk)), ApprovalState.DENIED, "Please bring your badge.")
    problem = walk.now(WaitForStaff).problem
    assert isinstance(problem, errors.Denied)
    assert problem.reason == "Please bring your badge."
    assert walk.say(events.Continued()).asked(RequestApproval).action is ApprovalAction.VERIFY
    assert walk.now(WaitForStaff).approval is None


@pytest.mark.parametrize("state", [ApprovalState.EXPIRED, ApprovalState.TAKEN_BACK])
def test_staff_are_asked_again_where_nobody_came(walk: Walk, state: ApprovalState) -> None:
    before = decided(needed(confirming(walk)), state)
    assert (before.now(WaitForStaff).problem, before.effects) == (None, ())
    walk.say(events.Continued()).asked(RequestApproval)


def test_nobody_is_asked_twice_while_they_can_decide(walk: Walk) -> None:
    before = needed(confirming(walk)).state
    assert (walk.say(events.Continued()).state, walk.effects) == (before, ())


def test_what_cannot_be_asked_now_may_be_asked_again(walk: Walk) -> None:
    down = errors.ServiceUnreachable()
    confirming(walk).fail(errors.ApprovalNeeded(action="verify")).fail(down)
    assert (walk.now(WaitForStaff).problem, walk.effects) == (down, ())
    walk.say(events.Continued()).asked(RequestApproval)


def test_a_watch_that_is_given_up_takes_the_request_back(walk: Walk) -> None:
    needed(confirming(walk)).fail(errors.ServiceBroken())
    assert walk.asked(TakeBackApproval).approval_id == "a1"
    assert walk.now(WaitForStaff).approval is None


@pytest.mark.parametrize("error", [errors.SessionExpired(), errors.OutOfStep()])
def test_a_visit_that_is_over_at_the_service_begins_anew(walk: Walk, error: Trouble) -> None:
    needed(confirming(walk)).fail(error)
    assert walk.now(Stopped).remedy is Remedy.START_OVER


# ── back to where they came from ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("before", [confirming, unasked, by_phone, choosing])
def test_who_goes_back_takes_the_request_back_and_stands_where_they_were(
    walk: Walk, before: Callable[[Walk], Walk]
) -> None:
    screen = type(before(walk).state)
    action = ApprovalAction.REPLACE_KEY if screen is KeysHeld else ApprovalAction.VERIFY
    needed(walk, action).say(events.WentBack())
    assert walk.asked(TakeBackApproval).approval_id == "a1"
    assert type(walk.state) is screen
    assert not walk.state.busy  # type: ignore[union-attr]  # each of these screens has it


def test_a_code_that_staff_did_not_let_pass_is_typed_anew(walk: Walk) -> None:
    needed(with_code(walk)).say(events.WentBack())
    state = walk.now(EnterCode)
    assert (state.work, state.typed) == (CodeWork.IDLE, None)


def test_a_request_that_is_over_is_not_taken_back(walk: Walk) -> None:
    decided(needed(confirming(walk)), ApprovalState.DENIED).say(events.WentBack())
    assert (type(walk.state), walk.effects) == (ConfirmPerson, ())


def test_who_goes_back_from_staff_finds_the_trouble_again(walk: Walk) -> None:
    walk.profile = HELPED
    policy = EnrollmentPolicy(key=KeyPolicy(reset=ResetMode.STAFF))
    walk.inserted(replace(WITH_PIN, pin=PinState.BLOCKED, pin_retries=0), policy=policy)
    walk.say(events.ResetWanted(), events.ResetWanted(), events.WentBack())
    assert walk.now(ResetKey).stage is ResetStage.ASK


def test_nothing_else_moves_somebody_who_waits_for_staff(walk: Walk) -> None:
    before = needed(confirming(walk)).state
    assert (walk.say(events.CodeTyped("123456")).state, walk.effects) == (before, ())


def test_the_time_of_a_visit_stands_still_while_staff_can_decide_and_no_longer(walk: Walk) -> None:
    confirming(walk)
    assert not waited_for(walk.state)
    walk.fail(errors.ApprovalNeeded(action=ApprovalAction.VERIFY.value))
    assert waited_for(walk.state)
    walk.answer(lambda n: ApprovalOpened(n, standing()), lambda n: ApprovalUnseen(n, errors.ServiceUnreachable()))
    assert waited_for(walk.state)
    decided(walk, ApprovalState.EXPIRED)
    assert not waited_for(walk.state)


def test_it_stands_still_too_where_staff_are_asked_beside_the_key() -> None:
    asked = ResetKey(Visit(PROFILE, "en"), ResetStage.APPROVAL)
    assert waited_for(asked)
    assert not waited_for(replace(asked, problem=errors.NotApproved()))
