"""A key is wiped only if policy lets it, somebody says so, it is the very key, and it is touched in time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hardware import errors as hw
from hardware.authenticator import KeyInfo, PinState, Transport
from kiosk import errors
from kiosk.contract.enrollments import CheckedKey, Phase
from kiosk.contract.policy import EnrollmentPolicy, KeyPolicy, ResetMode
from kiosk.enrollment import answers, effects, events, states
from kiosk.enrollment.reset import STRICT_BEFORE, STRICT_WINDOW, WINDOW, YUBICO, seconds_to_reset
from kiosk.enrollment.states import ResetStage
from kiosk.secret import Secret
from tests.kiosk.enrollment.walk import ADDRESS, FRESH, MAIL, VPN, WITH_PIN, Walk

SELF = EnrollmentPolicy(key=KeyPolicy(reset=ResetMode.SELF))
STAFF = EnrollmentPolicy(key=KeyPolicy(reset=ResetMode.STAFF))
BLOCKED = replace(WITH_PIN, pin=PinState.BLOCKED, pin_retries=0)
AGAIN = replace(ADDRESS, attach_id=2)
THIRD = replace(ADDRESS, attach_id=3)


def blocked(walk: Walk, policy: EnrollmentPolicy = SELF, info: KeyInfo = BLOCKED) -> states.Stopped:
    return walk.inserted(info, policy=policy).now(states.Stopped)


def put_in(walk: Walk) -> Walk:
    """Until the key is back in, and being wiped."""
    blocked(walk)
    walk.say(events.ResetWanted(), events.ResetWanted(), events.KeyRemoved(ADDRESS))
    assert walk.now(states.ResetKey).stage is ResetStage.PUT_IN
    return walk.say(events.KeyInserted(AGAIN))


# ── whether it is offered ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("mode", [ResetMode.NEVER, ResetMode.STAFF])
def test_it_is_not_offered_where_policy_or_a_missing_approval_forbids_it(walk: Walk, mode: ResetMode) -> None:
    assert not blocked(walk, EnrollmentPolicy(key=KeyPolicy(reset=mode))).resettable
    walk.say(events.ResetWanted()).now(states.Stopped)


def test_it_is_offered_where_staff_can_be_asked() -> None:
    assert blocked(Walk(approvals=True), STAFF).resettable


@pytest.mark.parametrize(
    ("transport", "allowed", "offered"),
    [
        (Transport.USB, (), True),
        (Transport.USB, ("usb",), True),
        (Transport.NFC, ("usb",), False),
        (Transport.SIMULATED, ("usb",), True),
        (Transport.UDP, ("nfc",), False),
    ],
)
def test_it_is_offered_only_over_a_transport_that_the_key_allows(
    walk: Walk, transport: Transport, allowed: tuple[str, ...], offered: bool
) -> None:
    address = replace(ADDRESS, transport=transport)
    stopped = blocked(walk, info=replace(BLOCKED, address=address, transports_for_reset=allowed))
    assert stopped.resettable is offered


@pytest.mark.parametrize(
    ("key", "policy", "offered"),
    [
        (replace(FRESH, remaining_credentials=0), KeyPolicy(reset=ResetMode.SELF), True),
        (WITH_PIN, KeyPolicy(reset=ResetMode.SELF, accept_existing_pin=False), True),
        (replace(FRESH, options={}), KeyPolicy(reset=ResetMode.SELF), False),
        (
            replace(FRESH, options={}, remaining_credentials=0),
            KeyPolicy(reset=ResetMode.SELF, accept_existing_pin=False),
            False,
        ),
    ],
)
def test_it_is_offered_only_where_it_would_help(walk: Walk, key: KeyInfo, policy: KeyPolicy, offered: bool) -> None:
    assert blocked(walk, EnrollmentPolicy(key=policy), key).resettable is offered


def test_a_key_that_one_relying_party_relies_on_is_not_wiped(walk: Walk) -> None:
    walk.touching(parties=(MAIL, VPN), policy=SELF).made().completed().proved(Phase.KEY)
    walk.say(events.KeyRemoved(ADDRESS), events.KeyInserted(ADDRESS)).read(replace(FRESH, pin=PinState.BLOCKED))
    assert not walk.now(states.Stopped).resettable


def test_a_full_key_says_how_much_would_be_lost(walk: Walk) -> None:
    walk.touching(policy=SELF).fail(hw.KeyFull())
    counting = walk.asked(effects.CountCredentials)
    assert walk.effects.index(counting) < walk.effects.index(walk.asked(effects.CloseKey))
    assert walk.say(events.ResetWanted()).now(states.Stopped).cleaning
    walk.answer(answers.CleanedUp, lambda n: answers.CredentialsCounted(n, 25)).say(events.ResetWanted())
    assert walk.now(states.ResetKey).lost == 25


def test_a_pin_that_was_wrong_once_too_often_can_be_cured(walk: Walk) -> None:
    walk.inserted(WITH_PIN, policy=SELF).say(events.PinTyped(Secret("1234"))).fail(hw.WrongPin(0))
    stopped = walk.now(states.Stopped)
    assert stopped.resettable
    assert stopped.visit.key is not None
    assert stopped.visit.key.pin is PinState.BLOCKED
    assert not any(isinstance(e, effects.CountCredentials) for e in walk.all)


def test_another_key_is_as_good_as_ever(walk: Walk) -> None:
    blocked(walk)
    assert walk.say(events.Continued()).now(states.InsertKey).visit.bound is None


# ── asked, approved ─────────────────────────────────────────────────────────────────────────────


def test_the_person_is_asked_and_nothing_happens_by_itself(walk: Walk) -> None:
    blocked(walk)
    state = walk.say(events.ResetWanted()).now(states.ResetKey)
    assert (state.stage, state.lost, state.seconds, state.long_touch) == (ResetStage.ASK, None, WINDOW, False)
    assert walk.say(events.Continued(), events.KeyInserted(AGAIN)).effects == ()
    assert not any(isinstance(e, effects.ResetKey) for e in walk.all)


def test_staff_are_asked_where_policy_wants_it() -> None:
    walk = Walk(approvals=True)
    blocked(walk, STAFF)
    walk.say(events.ResetWanted(), events.ResetWanted())
    asked = walk.asked(effects.AskApproval)
    assert (asked.enrollment_id, asked.key) == ("e1", BLOCKED)
    assert walk.now(states.ResetKey).stage is ResetStage.APPROVAL
    walk.fail(errors.NotApproved())
    assert (walk.now(states.ResetKey).stage, type(walk.now(states.ResetKey).problem)) == (
        ResetStage.ASK,
        errors.NotApproved,
    )
    walk.say(events.ResetWanted()).answer(answers.Approved)
    assert walk.now(states.ResetKey).stage is ResetStage.TAKE_OUT


def test_a_count_that_comes_late_is_shown(walk: Walk) -> None:
    blocked(walk)
    walk.say(events.ResetWanted()).answer(lambda n: answers.CredentialsCounted(n, 3))
    assert walk.now(states.ResetKey).lost == 3


# ── taken out, put back, touched ────────────────────────────────────────────────────────────────


def test_the_key_is_taken_out_put_back_and_touched_and_begins_anew(walk: Walk) -> None:
    put_in(walk)
    assert isinstance(walk.effects[0], effects.CancelDevice)
    asked = walk.asked(effects.ResetKey)
    assert (asked.address, asked.expected.serial, asked.seconds) == (AGAIN, "S1", WINDOW)
    assert walk.answer(answers.TouchWanted).now(states.ResetKey).stage is ResetStage.TOUCH
    walk.answer(lambda n: answers.KeyReset(n, replace(FRESH, address=AGAIN)))
    assert walk.asked(effects.CheckKey).key.address == AGAIN
    walk.answer(lambda n: answers.KeyAllowed(n, CheckedKey()))
    assert walk.now(states.ChoosePin).visit.bound is None
    walk.say(events.PinChosen(Secret("704913"))).answer(answers.PinAccepted).begun()


def test_a_key_that_is_out_already_is_asked_for(walk: Walk) -> None:
    blocked(walk)
    walk.say(events.KeyRemoved(ADDRESS), events.ResetWanted(), events.ResetWanted())
    assert walk.now(states.ResetKey).stage is ResetStage.PUT_IN


@pytest.mark.parametrize("error", [hw.ResetTooLate(), hw.TouchTimeout(), hw.AgentLost(), hw.KeySwapped()])
def test_what_can_be_tried_again_begins_with_taking_the_key_out(walk: Walk, error: Exception) -> None:
    put_in(walk).fail(error)
    state = walk.now(states.ResetKey)
    assert (state.stage, state.problem) == (ResetStage.TAKE_OUT, error)
    walk.say(events.KeyRemoved(AGAIN))
    assert (walk.now(states.ResetKey).stage, walk.now(states.ResetKey).problem) == (ResetStage.PUT_IN, error)
    walk.say(events.KeyInserted(THIRD)).asked(effects.ResetKey)


def test_a_key_that_is_pulled_before_its_touch_is_asked_for_again(walk: Walk) -> None:
    put_in(walk).answer(answers.TouchWanted).say(events.KeyRemoved(AGAIN))
    assert isinstance(walk.effects[0], effects.CancelDevice)
    state = walk.now(states.ResetKey)
    assert (state.stage, type(state.problem)) == (ResetStage.PUT_IN, hw.KeyGone)


def test_a_key_that_must_not_be_reset_here_ends_it(walk: Walk) -> None:
    stopped = put_in(walk).fail(hw.ResetRefused(("nfc",))).now(states.Stopped)
    assert (stopped.resettable, stopped.visit.bound) == (False, None)


def test_what_has_nothing_to_do_with_it_is_told_and_waited_out(walk: Walk) -> None:
    put_in(walk).fail(hw.Cancelled())
    assert walk.now(states.ResetKey).problem is None
    assert isinstance(walk.fail(errors.StorageFull()).now(states.ResetKey).problem, errors.StorageFull)


@pytest.mark.parametrize("touching", [False, True])
@pytest.mark.parametrize("leave", [events.WentBack(), events.Cancelled(), events.IdleExpired(), events.TimeExpired()])
def test_every_way_out_cancels_the_reset(walk: Walk, leave: events.Event, touching: bool) -> None:
    put_in(walk)
    if touching:
        walk.answer(answers.TouchWanted)
    old = walk.attempt
    walk.say(leave)
    assert isinstance(walk.effects[0], effects.CancelDevice)
    walk.asked(effects.CloseKey)
    after = walk.state
    assert walk.say(answers.KeyReset(old, FRESH)).state == after


def test_back_before_anything_was_done_takes_the_key_out(walk: Walk) -> None:
    blocked(walk)
    state = walk.say(events.ResetWanted(), events.WentBack()).now(states.InsertKey)
    assert (state.take_out, state.visit.bound) == (True, None)


def test_a_key_that_is_still_no_good_is_refused_again(walk: Walk) -> None:
    put_in(walk).answer(lambda n: answers.KeyReset(n, replace(FRESH, address=AGAIN, remaining_credentials=0)))
    assert isinstance(walk.now(states.Stopped).problem, errors.KeyNotAdmitted)


@pytest.mark.parametrize(
    ("vendor", "firmware", "seconds"),
    [
        (0, None, WINDOW),
        (0, STRICT_BEFORE - 1, WINDOW),
        (YUBICO, STRICT_BEFORE, WINDOW),
        (YUBICO, STRICT_BEFORE - 1, STRICT_WINDOW),
        (YUBICO, None, STRICT_WINDOW),
    ],
)
def test_some_keys_give_half_the_time(vendor: int, firmware: int | None, seconds: int) -> None:
    key = replace(FRESH, address=replace(ADDRESS, vendor_id=vendor), firmware=firmware)
    assert seconds_to_reset(key) == seconds
