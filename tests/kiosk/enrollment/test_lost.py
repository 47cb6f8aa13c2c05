"""The key agent is lost at any step: the person goes on at that step, and no PIN try is spent twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hardware import errors as hw
from hardware.authenticator import BuiltInUv, KeyInfo, PinState
from kiosk import errors
from kiosk.contract.policy import Demand, EnrollmentPolicy, HandOverPolicy, PinMode, PinOrigin, PinPolicy
from kiosk.enrollment import answers, effects, events, states
from kiosk.enrollment.port import MOST_LOSSES
from kiosk.enrollment.visit import Port
from kiosk.secret import Secret
from tests.kiosk.enrollment.walk import ADDRESS, FRESH, WITH_PIN, Walk

LOST = hw.AgentLost()
FORCED = replace(WITH_PIN, pin=PinState.CHANGE_FORCED)
PIN = "704913"
ABLE = replace(WITH_PIN, options={**WITH_PIN.options, "authnrCfg": True, "alwaysUv": False}, always_uv=False)
ALWAYS = EnrollmentPolicy(hand_over=HandOverPolicy(always_uv=Demand.REQUIRE))


@pytest.mark.parametrize(
    ("key", "typed", "kind"),
    [
        (FRESH, events.PinChosen(Secret(PIN)), states.ChoosePin),
        (WITH_PIN, events.PinTyped(Secret(PIN)), states.EnterPin),
        (FORCED, events.PinReplaced(Secret(PIN), Secret("831604")), states.ChangePin),
    ],
)
def test_at_a_pin_the_key_is_read_again_and_the_page_comes_back(
    walk: Walk, key: KeyInfo, typed: events.Event, kind: type
) -> None:
    walk.inserted(key).say(typed).fail(LOST)
    assert walk.asked(effects.InspectKey).address == ADDRESS
    state = walk.read(key).state
    assert isinstance(state, states.ChoosePin | states.EnterPin | states.ChangePin)
    assert (type(state), state.problem, state.busy) == (kind, LOST, False)


def test_a_pin_that_was_set_all_the_same_is_asked_for(walk: Walk) -> None:
    walk.inserted().say(events.PinChosen(Secret(PIN))).fail(LOST)
    walk.read(WITH_PIN).now(states.EnterPin)


def test_a_random_pin_is_set_by_whoever_comes_next(walk: Walk) -> None:
    walk.inserted(policy=EnrollmentPolicy(PinPolicy(origin=PinOrigin.RANDOM))).fail(LOST)
    walk.read(WITH_PIN).asked(effects.SetRandomPin)
    walk.answer(lambda n: answers.PinGenerated(n, Secret("40718263"))).now(states.RandomPin)


def test_among_several_keys_the_one_in_hand_is_read_again(walk: Walk) -> None:
    other = replace(ADDRESS, path="slot-2", serial="S2")
    walk.inserted(WITH_PIN).say(events.KeyInserted(other), events.PinTyped(Secret(PIN))).fail(LOST)
    assert walk.asked(effects.InspectKey).address == ADDRESS
    walk.read(WITH_PIN).say(events.PinTyped(Secret(PIN)))
    typing = walk.now(states.EnterPin)
    walk.state = replace(typing, visit=replace(typing.visit, port=Port()))
    assert not walk.fail(LOST).now(states.InsertKey).reading


def test_the_touch_the_test_and_the_look_go_on_without_the_pin(walk: Walk) -> None:
    walk.touching().fail(LOST)
    assert walk.asked(effects.MakeCredential).ceremony.ceremony_id == "c1"
    assert not walk.now(states.Touch).waiting
    walk.answer(answers.TouchWanted).made().completed().fail(LOST).asked(effects.ProveCredential)
    walk.proved().fail(LOST).asked(effects.InspectKey)
    walk.read(WITH_PIN).now(states.Done)
    assert sum(isinstance(e, effects.SetPin | effects.VerifyPin) for e in walk.all) == 1
    assert sum(isinstance(e, effects.BeginCeremony) for e in walk.all) == 1


def test_so_does_the_configuration(walk: Walk) -> None:
    walk.inserted(ABLE, policy=ALWAYS).say(events.PinTyped(Secret(PIN))).answer(answers.PinAccepted)
    walk.begun().made().completed().proved().fail(LOST).asked(effects.ConfigureKey)
    walk.answer(answers.KeyConfigured, lambda n: answers.KeyInspected(n, replace(ABLE, always_uv=True)))
    walk.now(states.Done)


def test_a_new_agent_that_has_no_pin_has_it_asked_for(walk: Walk) -> None:
    walk.inserted(ABLE, policy=ALWAYS).say(events.PinTyped(Secret(PIN))).answer(answers.PinAccepted)
    walk.begun().fail(LOST).fail(hw.PinRequired()).read(ABLE)
    walk.say(events.PinTyped(Secret(PIN))).answer(answers.PinAccepted).begun().made().completed()
    walk.fail(hw.PinRequired()).read(ABLE)
    walk.say(events.PinTyped(Secret(PIN))).answer(answers.PinAccepted).proved().fail(hw.PinRequired())
    walk.read(ABLE).say(events.PinTyped(Secret(PIN)))
    walk.answer(answers.PinAccepted).asked(effects.ConfigureKey)


def test_a_finger_begins_again(walk: Walk) -> None:
    sensor = replace(WITH_PIN, options={**WITH_PIN.options, "bioEnroll": False}, built_in_uv=BuiltInUv.NOT_ENROLLED)
    policy = EnrollmentPolicy(PinPolicy(enroll_fingerprint=Demand.REQUIRE))
    walk.inserted(sensor, policy=policy).say(events.PinTyped(Secret(PIN))).answer(answers.PinAccepted)
    for _ in range(MOST_LOSSES):
        walk.fail(LOST).asked(effects.EnrollFingerprint)
    assert walk.fail(LOST).now(states.InsertKey).take_out


@pytest.mark.parametrize("step", ["read", "touch", "prove"])
def test_an_agent_that_is_always_lost_is_not_tried_for_ever(walk: Walk, step: str) -> None:
    match step:
        case "read":
            walk.verified().say(events.KeyInserted(ADDRESS))
        case "touch":
            walk.touching()
        case _:
            walk.touching().made().completed()
    for _ in range(MOST_LOSSES):
        walk.fail(LOST)
        assert walk.effects
    walk.fail(LOST)
    assert not any(isinstance(e, effects.InspectKey | effects.MakeCredential) for e in walk.effects)


def test_work_that_was_done_ends_the_row_of_losses(walk: Walk) -> None:
    walk.touching()
    for _ in range(MOST_LOSSES):
        walk.fail(LOST)
    assert walk.made().now(states.Prove).visit.losses == 0


# ── hand-over ───────────────────────────────────────────────────────────────────────────────────


def configuring(walk: Walk, policy: EnrollmentPolicy = ALWAYS) -> Walk:
    walk.inserted(ABLE, policy=policy).say(events.PinTyped(Secret(PIN))).answer(answers.PinAccepted)
    return walk.begun().made().completed().proved()


def test_the_key_is_configured_after_everything_was_proved_and_then_read(walk: Walk) -> None:
    configuring(walk)
    assert walk.now(states.Prove).task is states.Task.CONFIGURE
    assert walk.asked(effects.ConfigureKey).settings.always_uv
    assert walk.answer(answers.KeyConfigured).now(states.Prove).task is states.Task.CHECK
    walk.read(ABLE)
    assert isinstance(walk.now(states.Stopped).problem, errors.NotProtected)


@pytest.mark.parametrize("error", [hw.Unsupported("alwaysUv"), hw.PinRefused(), hw.KeyFault(1)])
def test_a_setting_that_the_key_refuses_is_judged_by_the_last_look(walk: Walk, error: Exception) -> None:
    assert configuring(walk).fail(error).now(states.Prove).task is states.Task.CHECK
    walk.read(replace(ABLE, always_uv=True)).now(states.Done)


@pytest.mark.parametrize("error", [hw.KeySilent(2), hw.KeySwapped(), errors.StorageFull()])
def test_other_trouble_at_hand_over_takes_the_key_out_and_goes_on_there(walk: Walk, error: Exception) -> None:
    configuring(walk).fail(error)
    assert walk.now(states.InsertKey).take_out
    again = replace(ADDRESS, attach_id=2)
    walk.say(events.KeyRemoved(ADDRESS), events.KeyInserted(again))
    walk.read(replace(ABLE, address=again))
    walk.say(events.PinTyped(Secret(PIN))).answer(answers.PinAccepted).asked(effects.ConfigureKey)


def test_a_key_pulled_at_hand_over_must_come_back(walk: Walk) -> None:
    configuring(walk).say(events.KeyRemoved(ADDRESS)).fail(hw.KeyGone())
    again = replace(ADDRESS, attach_id=2)
    walk.say(events.KeyInserted(again))
    walk.read(replace(ABLE, address=again, always_uv=True)).now(states.Done)


def test_a_key_pulled_while_it_is_configured_is_not_looked_for_where_it_was(walk: Walk) -> None:
    configuring(walk).say(events.KeyRemoved(ADDRESS)).answer(answers.KeyConfigured)
    assert walk.now(states.InsertKey).same


def test_a_key_pulled_after_it_was_configured_is_only_read(walk: Walk) -> None:
    configuring(walk).answer(answers.KeyConfigured).say(events.KeyRemoved(ADDRESS)).fail(hw.KeyGone())
    again = replace(ADDRESS, attach_id=2)
    walk.say(events.KeyInserted(again)).read(replace(ABLE, address=again))
    assert isinstance(walk.now(states.Stopped).problem, errors.NotProtected)


def test_a_key_pulled_before_it_is_configured_is_asked_for(walk: Walk) -> None:
    walk.inserted(ABLE, policy=ALWAYS).say(events.PinTyped(Secret(PIN))).answer(answers.PinAccepted)
    walk.begun().made().completed().say(events.KeyRemoved(ADDRESS)).proved()
    assert walk.now(states.InsertKey).same


def test_a_key_without_a_pin_is_not_asked_for_one_at_hand_over(walk: Walk) -> None:
    policy = EnrollmentPolicy(PinPolicy(PinMode.NEVER), hand_over=HandOverPolicy(always_uv=Demand.BEST_EFFORT))
    walk.inserted(replace(ABLE, pin=PinState.NOT_SET), policy=policy).begun().made().completed().proved()
    assert walk.fail(hw.PinRequired()).now(states.Prove).task is states.Task.CHECK


def test_a_configuration_waits_for_the_service_like_everything_else(walk: Walk) -> None:
    configuring(walk).fail(hw.TouchTimeout()).say(events.RetryDue(walk.attempt)).asked(effects.ConfigureKey)


def test_a_key_whose_change_is_forced_came_to_the_end(walk: Walk) -> None:
    policy = EnrollmentPolicy(hand_over=HandOverPolicy(8, Demand.REQUIRE, ("a.example",), Demand.REQUIRE))
    able = replace(
        ABLE, options={**ABLE.options, "setMinPINLength": True}, max_min_pin_rp_ids=1, address=replace(ADDRESS, bus="1")
    )
    walk.inserted(able, policy=policy).say(events.PinTyped(Secret(PIN))).answer(answers.PinAccepted)
    walk.begun().made().completed().proved().say(events.KeyRemoved(able.address)).fail(hw.KeyGone())
    again = replace(able.address, attach_id=2)
    done = replace(able, address=again, pin=PinState.CHANGE_FORCED, min_pin_length=8)
    walk.say(events.KeyInserted(again)).read(done).now(states.Done)
