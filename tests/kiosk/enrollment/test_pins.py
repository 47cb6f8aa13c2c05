"""Every way a key can have its PIN, or do without: changed, made up, verified by the key itself, beside a finger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hardware import errors as hw
from hardware.authenticator import BuiltInUv, KeyInfo, PinState, Sample, SampleFeedback
from kiosk import errors
from kiosk.contract.policy import Demand, EnrollmentPolicy, HandOverPolicy, PinMode, PinOrigin, PinPolicy
from kiosk.enrollment import answers, effects, events, states
from kiosk.secret import Secret
from tests.kiosk.enrollment.walk import ADDRESS, FRESH, WITH_PIN, Walk

FORCED = replace(WITH_PIN, pin=PinState.CHANGE_FORCED)
ABLE = {"authnrCfg": True, "setMinPINLength": True}
RANDOM = EnrollmentPolicy(PinPolicy(origin=PinOrigin.RANDOM))
OWN_UV = EnrollmentPolicy(PinPolicy(built_in_uv=True))
SENSOR = replace(WITH_PIN, options={**WITH_PIN.options, "bioEnroll": False}, built_in_uv=BuiltInUv.NOT_ENROLLED)
KNOWS_OWNER = replace(SENSOR, built_in_uv=BuiltInUv.READY)
AGAIN = replace(ADDRESS, attach_id=2)


def inspected(info: KeyInfo, *, ours: bool | None = None) -> Callable[[int], answers.KeyInspected]:
    return lambda n: answers.KeyInspected(n, info, ours=ours)


def replaced() -> events.PinReplaced:
    return events.PinReplaced(Secret("704913"), Secret("831604"))


def typed() -> events.PinTyped:
    return events.PinTyped(Secret("704913"))


# ── a change that the key forces ────────────────────────────────────────────────────────────────


def test_a_forced_change_is_made_and_the_enrollment_goes_on(walk: Walk) -> None:
    state = walk.inserted(FORCED).now(states.ChangePin)
    assert (state.rules.min_length, state.retries_left) == (6, 8)
    walk.say(replaced())
    assert walk.now(states.ChangePin).busy
    asked = walk.asked(effects.ChangePin)
    assert (asked.current.reveal(), asked.new.reveal()) == ("704913", "831604")
    assert walk.say(replaced()).effects == ()
    assert walk.answer(answers.PinAccepted).now(states.Touch).visit.unlocked


def test_a_change_that_shows_only_when_the_pin_is_entered_is_asked_for_then(walk: Walk) -> None:
    walk.inserted(WITH_PIN).say(typed()).fail(hw.PinChangeForced())
    state = walk.now(states.ChangePin)
    assert isinstance(state.problem, hw.PinChangeForced)
    assert not state.caution


def test_few_tries_are_not_risked_by_a_change_either(walk: Walk) -> None:
    walk.inserted(replace(FORCED, pin_retries=2)).say(replaced())
    assert walk.effects == ()
    walk.say(events.Continued(), replaced()).asked(effects.ChangePin)
    assert walk.fail(hw.WrongPin(1)).now(states.ChangePin).caution


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (hw.PinRefused(), states.ChangePin),
        (hw.WrongPin(7), states.ChangePin),
        (hw.WrongPin(0), states.Stopped),
        (hw.PinBlocked(), states.Stopped),
        (hw.PinAuthBlocked(), states.InsertKey),
        (hw.PinRequired(), states.InsertKey),
        (hw.KeyGone(), states.InsertKey),
        (hw.KeyFault(1), states.InsertKey),
        (errors.StorageFull(), states.ChangePin),
    ],
)
def test_what_a_change_can_come_to(walk: Walk, error: Exception, kind: type) -> None:
    walk.inserted(FORCED).say(replaced()).fail(error).now(kind)
    assert not getattr(walk.state, "busy", False)


def replugged(walk: Walk, info: KeyInfo) -> Walk:
    """The same key, out and in again."""
    walk.say(events.KeyRemoved(info.address), events.KeyInserted(info.address))
    return walk.read(info)


def test_a_key_that_is_still_blocked_after_it_was_put_back_is_as_good_as_locked(walk: Walk) -> None:
    paused = replace(WITH_PIN, pin=PinState.AUTH_BLOCKED)
    assert isinstance(walk.inserted(paused).now(states.InsertKey).problem, hw.PinAuthBlocked)
    assert isinstance(replugged(walk, paused).now(states.Stopped).problem, hw.PinBlocked)


def test_a_key_that_takes_no_pin_after_it_was_put_back_is_as_good_as_locked(walk: Walk) -> None:
    walk.inserted(WITH_PIN).say(typed()).fail(hw.PinAuthBlocked()).now(states.InsertKey)
    replugged(walk, WITH_PIN).say(typed()).fail(hw.PinAuthBlocked())
    assert isinstance(walk.now(states.Stopped).problem, hw.PinBlocked)


def test_a_key_that_listens_again_may_pause_again(walk: Walk) -> None:
    walk.inserted(WITH_PIN).say(typed()).fail(hw.PinAuthBlocked())
    replugged(walk, WITH_PIN).say(typed()).fail(hw.WrongPin(4)).say(typed()).fail(hw.PinAuthBlocked())
    assert isinstance(walk.now(states.InsertKey).problem, hw.PinAuthBlocked)


def test_back_from_a_change_takes_the_key_out(walk: Walk) -> None:
    assert walk.inserted(FORCED).say(events.WentBack()).now(states.InsertKey).out == ADDRESS


def test_hand_over_makes_the_new_pin_as_long_as_it_will_ask_for(walk: Walk) -> None:
    policy = EnrollmentPolicy(hand_over=HandOverPolicy(10, Demand.BEST_EFFORT))
    able = replace(FRESH, options={**FRESH.options, **ABLE})
    assert walk.inserted(able, policy=policy).now(states.ChoosePin).rules.min_length == 10


# ── a PIN by chance ─────────────────────────────────────────────────────────────────────────────


def random_shown(walk: Walk, info: KeyInfo = FRESH, policy: EnrollmentPolicy = RANDOM) -> Walk:
    walk.inserted(info, policy=policy)
    return walk.answer(lambda n: answers.PinGenerated(n, Secret("40718263")))


def test_a_random_pin_is_set_and_shown_until_the_person_goes_on(walk: Walk) -> None:
    walk.inserted(policy=RANDOM)
    assert walk.now(states.RandomPin).pin is None
    asked = walk.asked(effects.SetRandomPin)
    assert (asked.length, asked.rules.min_length) == (8, 6)
    assert walk.say(events.Continued()).effects == ()
    walk.answer(lambda n: answers.PinGenerated(n, Secret("40718263")))
    shown = walk.now(states.RandomPin)
    assert shown.pin is not None
    assert not shown.must_change
    assert walk.say(events.WentBack(), typed()).state == shown
    walk.say(events.Continued()).asked(effects.BeginCeremony)
    walk.asked(effects.PinNoted)
    assert "40718263" not in repr(walk.state)


@pytest.mark.parametrize(("wanted", "least", "length"), [(8, 6, 8), (4, 6, 6), (12, 6, 12), (8, 10, 10)])
def test_a_random_pin_is_as_long_as_everybody_wants(walk: Walk, wanted: int, least: int, length: int) -> None:
    policy = EnrollmentPolicy(PinPolicy(origin=PinOrigin.RANDOM, random_length=wanted))
    walk.inserted(replace(FRESH, min_pin_length=least), policy=policy)
    assert walk.asked(effects.SetRandomPin).length == length


def test_a_random_pin_never_breaks_the_longest_that_the_key_takes(walk: Walk) -> None:
    walk.inserted(replace(FRESH, max_pin_length=6), policy=RANDOM)
    assert walk.asked(effects.SetRandomPin).length == 6


def test_a_random_pin_is_to_be_changed_where_the_key_can_have_that(walk: Walk) -> None:
    able = replace(FRESH, options={**FRESH.options, **ABLE})
    random_shown(walk, able)
    assert walk.now(states.RandomPin).must_change
    walk.say(events.Continued()).begun().made().completed().proved()
    assert walk.asked(effects.ConfigureKey).settings.force_pin_change
    walk.answer(answers.KeyConfigured, inspected(replace(able, pin=PinState.CHANGE_FORCED)))
    walk.now(states.Done)


def test_a_random_pin_stays_on_the_screen_when_the_key_is_pulled(walk: Walk) -> None:
    random_shown(walk).say(events.KeyRemoved(ADDRESS)).now(states.RandomPin)
    walk.say(events.Continued()).asked(effects.PinNoted)
    assert walk.now(states.InsertKey).same
    back = replace(WITH_PIN, address=AGAIN)
    walk.say(events.KeyInserted(AGAIN)).answer(inspected(back)).now(states.EnterPin)


@pytest.mark.parametrize("left", [events.KeyRemoved(ADDRESS), None])
def test_a_key_that_left_while_a_random_pin_was_set_is_asked_whether_it_took_it(
    walk: Walk, left: events.KeyRemoved | None
) -> None:
    walk.inserted(policy=RANDOM)
    walk.say(left) if left else walk.fail(hw.KeyGone())
    walk.say(events.KeyRemoved(ADDRESS), events.KeyInserted(AGAIN))
    walk.answer(inspected(replace(WITH_PIN, address=AGAIN)))
    walk.asked(effects.SetRandomPin)
    walk.fail(hw.PinAlreadySet()).now(states.InsertKey)
    walk.answer(inspected(replace(WITH_PIN, address=AGAIN))).now(states.EnterPin)


@pytest.mark.parametrize("error", [hw.PinRefused(), errors.StorageFull()])
def test_a_random_pin_that_cannot_be_set_is_tried_again_on_purpose(walk: Walk, error: Exception) -> None:
    walk.inserted(policy=RANDOM).fail(error)
    assert walk.now(states.RandomPin).problem is error
    walk.say(events.Continued()).asked(effects.SetRandomPin)
    assert walk.fail(error).say(events.WentBack()).now(states.InsertKey).take_out


def test_a_policy_of_random_pins_asks_for_the_pin_of_a_key_that_has_one(walk: Walk) -> None:
    walk.inserted(WITH_PIN, policy=RANDOM).now(states.EnterPin)


def test_no_random_pin_is_set_where_policy_sets_none(walk: Walk) -> None:
    walk.inserted(policy=EnrollmentPolicy(PinPolicy(PinMode.NEVER, origin=PinOrigin.RANDOM))).now(states.Touch)


# ── a key that knows its owner ──────────────────────────────────────────────────────────────────


def test_a_key_that_knows_its_owner_is_not_asked_for_its_pin(walk: Walk) -> None:
    walk.inserted(KNOWS_OWNER, policy=OWN_UV)
    walk.asked(effects.UseBuiltInUv)
    assert walk.now(states.InsertKey).reading
    walk.answer(answers.PinAccepted).begun()
    touch = walk.answer(lambda n: answers.TouchWanted(n, verifying=True)).now(states.Touch)
    assert touch.verifying
    assert not walk.answer(answers.TouchWanted).now(states.Touch).verifying
    walk.made().completed()
    assert walk.answer(lambda n: answers.TouchWanted(n, verifying=True)).now(states.Prove).verifying
    walk.proved().answer(inspected(KNOWS_OWNER)).now(states.Done)


def test_without_the_policy_a_finger_does_not_replace_the_pin(walk: Walk) -> None:
    walk.inserted(KNOWS_OWNER).now(states.EnterPin)


@pytest.mark.parametrize("error", [hw.UvBlocked(), hw.Unsupported("uv")])
def test_a_finger_that_does_not_do_falls_back_to_the_pin(walk: Walk, error: Exception) -> None:
    state = walk.inserted(KNOWS_OWNER, policy=OWN_UV).fail(error).now(states.EnterPin)
    assert state.problem is error


@pytest.mark.parametrize("error", [hw.UvBlocked(), hw.PinRequired(), hw.PinChangeForced()])
def test_a_finger_that_fails_at_the_touch_asks_for_the_pin(walk: Walk, error: Exception) -> None:
    walk.inserted(KNOWS_OWNER, policy=OWN_UV).answer(answers.PinAccepted).begun().fail(error)
    walk.asked(effects.CleanUp)
    walk.asked(effects.InspectKey)
    blocked = replace(KNOWS_OWNER, built_in_uv=BuiltInUv.BLOCKED)
    walk.answer(inspected(blocked)).now(states.EnterPin)
    walk.say(typed()).answer(answers.PinAccepted).asked(effects.BeginCeremony)


def test_a_finger_that_fails_at_the_test_asks_for_the_pin_and_goes_on_there(walk: Walk) -> None:
    walk.inserted(KNOWS_OWNER, policy=OWN_UV).answer(answers.PinAccepted).begun().made().completed()
    walk.fail(hw.UvBlocked()).answer(inspected(replace(KNOWS_OWNER, built_in_uv=BuiltInUv.BLOCKED)))
    walk.say(typed()).answer(answers.PinAccepted).asked(effects.ProveCredential)


def test_other_trouble_with_a_key_that_knows_its_owner_takes_it_out(walk: Walk) -> None:
    assert walk.inserted(KNOWS_OWNER, policy=OWN_UV).fail(hw.KeySilent(2)).now(states.InsertKey).take_out


# ── a finger ────────────────────────────────────────────────────────────────────────────────────


def finger(demand: Demand) -> EnrollmentPolicy:
    return EnrollmentPolicy(PinPolicy(enroll_fingerprint=demand))


def enrolling(walk: Walk, demand: Demand = Demand.BEST_EFFORT) -> Walk:
    return walk.inserted(SENSOR, policy=finger(demand)).say(typed()).answer(answers.PinAccepted)


def test_a_finger_is_enrolled_after_the_pin(walk: Walk) -> None:
    enrolling(walk)
    assert walk.asked(effects.EnrollFingerprint).seconds == 30
    assert walk.answer(answers.TouchWanted).now(states.EnrollFinger).waiting
    walk.answer(lambda n: answers.SampleTaken(n, Sample(SampleFeedback.TOO_FAST, 3)))
    state = walk.now(states.EnrollFinger)
    assert (state.remaining, state.taken, state.feedback, state.waiting) == (3, 1, SampleFeedback.TOO_FAST, False)
    walk.answer(answers.FingerEnrolled).now(states.Touch)


@pytest.mark.parametrize("key", [KNOWS_OWNER, WITH_PIN])
def test_a_key_that_has_a_finger_or_no_sensor_is_asked_for_none(walk: Walk, key: KeyInfo) -> None:
    walk.inserted(key, policy=finger(Demand.BEST_EFFORT)).say(typed()).answer(answers.PinAccepted).now(states.Touch)


def test_who_wants_no_finger_goes_on_without_and_is_not_asked_again(walk: Walk) -> None:
    enrolling(walk).say(events.Skipped())
    assert isinstance(walk.effects[0], effects.CancelDevice)
    walk.begun().say(events.KeyRemoved(ADDRESS), events.KeyInserted(AGAIN))
    walk.answer(inspected(replace(SENSOR, address=AGAIN))).say(typed()).answer(answers.PinAccepted).now(states.Touch)


def test_a_finger_that_is_required_cannot_be_skipped(walk: Walk) -> None:
    before = enrolling(walk, Demand.REQUIRE).state
    assert walk.say(events.Skipped(), events.Continued()).state == before


@pytest.mark.parametrize("leave", [events.WentBack(), events.KeyRemoved(ADDRESS)])
def test_leaving_the_finger_ends_what_the_key_does(walk: Walk, leave: events.Event) -> None:
    enrolling(walk).say(leave).now(states.InsertKey)
    assert isinstance(walk.effects[0], effects.CancelDevice)


def test_a_finger_that_does_not_come_is_asked_for_again(walk: Walk) -> None:
    enrolling(walk).fail(hw.TouchTimeout())
    assert isinstance(walk.now(states.EnrollFinger).problem, hw.TouchTimeout)
    walk.say(events.Continued()).asked(effects.EnrollFingerprint)


@pytest.mark.parametrize(
    ("demand", "error", "kind"),
    [
        (Demand.BEST_EFFORT, hw.FingerprintsFull(), states.EnrollFinger),
        (Demand.REQUIRE, hw.FingerprintsFull(), states.Stopped),
        (Demand.REQUIRE, hw.KeySilent(2), states.InsertKey),
        (Demand.REQUIRE, hw.PinRequired(), states.InsertKey),
        (Demand.REQUIRE, hw.KeyGone(), states.InsertKey),
        (Demand.REQUIRE, hw.Cancelled(), states.EnrollFinger),
        (Demand.REQUIRE, errors.StorageFull(), states.EnrollFinger),
    ],
)
def test_what_a_finger_can_come_to(walk: Walk, demand: Demand, error: Exception, kind: type) -> None:
    enrolling(walk, demand).fail(error).now(kind)
