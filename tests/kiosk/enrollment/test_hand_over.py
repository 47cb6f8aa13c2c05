"""What a key shall be at hand-over, capability by capability, and whether it shows it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.authenticator import BuiltInUv, KeyInfo, KeySettings, PinState
from kiosk.contract.policy import Demand, EnrollmentPolicy, HandOverPolicy, PinMode, PinPolicy
from kiosk.enrollment.admission import admit
from kiosk.enrollment.hand_over import protected, settings_for, shortest_pin
from tests.kiosk.enrollment.walk import FRESH, WITH_PIN

REQUIRE, BEST, REFUSE = Demand.REQUIRE, Demand.BEST_EFFORT, Demand.REFUSE
ABLE = replace(
    WITH_PIN,
    options={**WITH_PIN.options, "authnrCfg": True, "setMinPINLength": True, "ep": False, "alwaysUv": False},
    always_uv=False,
    enterprise_attestation=False,
    max_min_pin_rp_ids=1,
)
ALL = HandOverPolicy(8, REQUIRE, ("a.example", "b.example"), REQUIRE, REQUIRE, REQUIRE)


def policy(hand_over: HandOverPolicy, **pin: object) -> EnrollmentPolicy:
    return EnrollmentPolicy(PinPolicy(**pin), hand_over=hand_over)  # type: ignore[arg-type]  # handed through


def test_everything_is_done_that_is_asked_and_can_be() -> None:
    settings = settings_for(ABLE, policy(ALL))
    assert settings == KeySettings(8, ("a.example",), True, True, True)


@pytest.mark.parametrize("hand_over", [HandOverPolicy(), HandOverPolicy(0, REFUSE, (), REFUSE, REFUSE, REFUSE)])
def test_nothing_is_done_that_is_not_asked(hand_over: HandOverPolicy) -> None:
    assert settings_for(ABLE, policy(hand_over)) is None
    assert protected(ABLE, policy(hand_over))


def test_what_the_key_cannot_is_left() -> None:
    wanted = HandOverPolicy(8, BEST, ("a.example",), BEST, BEST, BEST)
    assert settings_for(WITH_PIN, policy(wanted)) is None
    assert protected(WITH_PIN, policy(wanted))


def test_what_is_so_already_is_left() -> None:
    done = replace(ABLE, always_uv=True, enterprise_attestation=True, min_pin_length=8, pin=PinState.CHANGE_FORCED)
    assert settings_for(done, policy(replace(ALL, tell_min_pin_to=()))) is None
    assert protected(done, policy(ALL))


def test_a_pin_that_was_made_up_is_to_be_changed_unless_policy_refuses() -> None:
    assert settings_for(ABLE, policy(HandOverPolicy()), random_pin=True) == KeySettings(force_pin_change=True)
    assert settings_for(ABLE, policy(HandOverPolicy(force_pin_change=REFUSE)), random_pin=True) is None
    assert settings_for(ABLE, policy(HandOverPolicy()), random_pin=True, with_pin=False) is None
    forced = replace(ABLE, pin=PinState.CHANGE_FORCED)
    assert protected(forced, policy(HandOverPolicy()), random_pin=True)
    assert not protected(forced, policy(HandOverPolicy()))


@pytest.mark.parametrize(
    "shown",
    [
        {"min_pin_length": 4},
        {"pin": PinState.SET},
        {"pin": PinState.NOT_SET},
        {"always_uv": False},
        {"enterprise_attestation": None},
    ],
)
def test_what_policy_requires_must_show(shown: dict[str, object]) -> None:
    done = replace(ABLE, always_uv=True, enterprise_attestation=True, min_pin_length=8, pin=PinState.CHANGE_FORCED)
    assert not protected(replace(done, **shown), policy(ALL))  # type: ignore[arg-type]  # handed through


def test_a_key_that_verifies_its_owner_needs_no_pin_where_policy_takes_that() -> None:
    key = replace(FRESH, built_in_uv=BuiltInUv.READY)
    assert protected(key, policy(HandOverPolicy(), built_in_uv=True))
    assert not protected(key, policy(HandOverPolicy()))
    assert protected(key, policy(HandOverPolicy(force_pin_change=REQUIRE), mode=PinMode.NEVER))


def test_a_finger_that_is_required_must_show() -> None:
    wanted = policy(HandOverPolicy(), enroll_fingerprint=REQUIRE)
    assert not protected(replace(WITH_PIN, built_in_uv=BuiltInUv.NOT_ENROLLED), wanted)
    assert protected(replace(WITH_PIN, built_in_uv=BuiltInUv.READY), wanted)


def test_a_new_pin_is_as_long_as_hand_over_will_ask_for() -> None:
    assert shortest_pin(ABLE, policy(ALL)) == 8
    assert shortest_pin(WITH_PIN, policy(ALL)) == 0
    assert shortest_pin(ABLE, policy(HandOverPolicy())) == 0


demands = st.sampled_from([None, *Demand])
policies = st.builds(
    HandOverPolicy,
    min_pin_length=st.integers(0, 10),
    raise_min_pin=demands,
    tell_min_pin_to=st.sampled_from([(), ("a.example",)]),
    force_pin_change=demands,
    always_uv=demands,
    enterprise_attestation=demands,
)
keys = st.builds(
    lambda options, always, enterprise, least, told: replace(
        WITH_PIN,
        options={**WITH_PIN.options, **dict.fromkeys(options, True)},
        always_uv=always,
        enterprise_attestation=enterprise,
        min_pin_length=least,
        max_min_pin_rp_ids=told,
    ),
    st.sets(st.sampled_from(["authnrCfg", "setMinPINLength"])),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, True, False]),
    st.integers(4, 9),
    st.integers(0, 2),
)


@given(keys, policies)
def test_a_key_that_is_admitted_shows_all_that_is_required_once_it_is_configured(
    key: KeyInfo, hand_over: HandOverPolicy
) -> None:
    wanted = policy(hand_over)
    settings = settings_for(key, wanted)
    if admit(key, wanted, simulator_allowed=True):
        return
    assert protected(_configured(key, settings or KeySettings()), wanted)


def _configured(key: KeyInfo, settings: KeySettings) -> KeyInfo:
    """The key as CTAP 2.1 section 6.11 makes it."""
    return replace(
        key,
        min_pin_length=settings.min_pin_length or key.min_pin_length,
        pin=PinState.CHANGE_FORCED if settings.force_pin_change else key.pin,
        always_uv=True if settings.always_uv else key.always_uv,
        enterprise_attestation=True if settings.enterprise_attestation else key.enterprise_attestation,
    )
