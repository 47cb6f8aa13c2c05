"""Which keys are welcome."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from hardware.authenticator import BuiltInUv, KeyInfo, PinState, Transport
from kiosk.contract.policy import Demand, EnrollmentPolicy, HandOverPolicy, KeyPolicy, PinMode, PinPolicy
from kiosk.enrollment.admission import Reason, admit
from tests.kiosk.enrollment.walk import ADDRESS, FRESH, WITH_PIN

MODEL = str(UUID(bytes=FRESH.aaguid))


@pytest.mark.parametrize(
    ("key", "policy", "reasons"),
    [
        (FRESH, KeyPolicy(), ()),
        (FRESH, KeyPolicy(aaguids_allowed=(MODEL,)), ()),
        (FRESH, KeyPolicy(aaguids_allowed=("f" * 8,)), (Reason.MODEL_NOT_ALLOWED,)),
        (FRESH, KeyPolicy(aaguids_denied=(MODEL,)), (Reason.MODEL_DENIED,)),
        (WITH_PIN, KeyPolicy(accept_existing_pin=False), (Reason.PIN_ALREADY_SET,)),
        (replace(FRESH, remaining_credentials=0), KeyPolicy(), (Reason.FULL,)),
        (replace(FRESH, versions=("U2F_V2",)), KeyPolicy(), (Reason.TOO_OLD,)),
        (replace(FRESH, pin=PinState.UNSUPPORTED), KeyPolicy(), (Reason.NO_PIN_SUPPORT,)),
        (replace(FRESH, options={}), KeyPolicy(aaguids_denied=(MODEL,)), (Reason.NO_DISCOVERABLE, Reason.MODEL_DENIED)),
    ],
)
def test_all_reasons_are_told(key: KeyInfo, policy: KeyPolicy, reasons: tuple[Reason, ...]) -> None:
    assert admit(key, EnrollmentPolicy(key=policy), simulator_allowed=True) == reasons


ABLE = replace(
    FRESH,
    options={
        **FRESH.options,
        "authnrCfg": True,
        "setMinPINLength": True,
        "alwaysUv": True,
        "ep": True,
        "bioEnroll": True,
    },
    always_uv=True,
    enterprise_attestation=True,
    min_pin_length=8,
    pin=PinState.CHANGE_FORCED,
    built_in_uv=BuiltInUv.READY,
    max_min_pin_rp_ids=1,
)


def asking(demand: Demand) -> EnrollmentPolicy:
    return EnrollmentPolicy(
        PinPolicy(enroll_fingerprint=demand), hand_over=HandOverPolicy(6, demand, ("a",), demand, demand, demand)
    )


def test_what_is_required_and_cannot_be_is_told() -> None:
    assert admit(ABLE, asking(Demand.REQUIRE), simulator_allowed=True) == ()
    assert admit(FRESH, asking(Demand.BEST_EFFORT), simulator_allowed=True) == ()
    assert admit(FRESH, asking(Demand.REQUIRE), simulator_allowed=True) == (
        Reason.NO_MIN_PIN_LENGTH,
        Reason.NO_FORCED_CHANGE,
        Reason.NO_ALWAYS_UV,
        Reason.NO_ENTERPRISE,
        Reason.NO_FINGERPRINT,
    )


def test_relying_parties_that_the_key_cannot_hold_are_a_reason() -> None:
    policy = EnrollmentPolicy(hand_over=HandOverPolicy(6, Demand.REQUIRE, ("a", "b")))
    assert admit(ABLE, policy, simulator_allowed=True) == (Reason.NO_MIN_PIN_LENGTH,)


def test_what_is_refused_and_is_so_already_is_told() -> None:
    assert admit(FRESH, asking(Demand.REFUSE), simulator_allowed=True) == ()
    assert admit(ABLE, asking(Demand.REFUSE), simulator_allowed=True) == (
        Reason.MIN_PIN_LENGTH_RAISED,
        Reason.CHANGE_FORCED,
        Reason.ALWAYS_UV_ON,
        Reason.ENTERPRISE_ON,
        Reason.FINGERPRINT_ENROLLED,
    )


@pytest.mark.parametrize(
    ("policy", "key", "reasons"),
    [
        (KeyPolicy(min_firmware={"": 5}), replace(FRESH, firmware=5), ()),
        (KeyPolicy(min_firmware={"": 5}), replace(FRESH, firmware=4), (Reason.FIRMWARE_TOO_OLD,)),
        (KeyPolicy(min_firmware={"": 5}), FRESH, (Reason.FIRMWARE_TOO_OLD,)),
        (KeyPolicy(min_firmware={"": 5, MODEL: 3}), replace(FRESH, firmware=4), ()),
        (KeyPolicy(certification={"FIDO": 2}), replace(FRESH, certifications={"FIDO": 2}), ()),
        (KeyPolicy(certification={"FIDO": 2}), replace(FRESH, certifications={"FIDO": 1}), (Reason.NOT_CERTIFIED,)),
        (KeyPolicy(certification={"FIDO": 2}), FRESH, (Reason.NOT_CERTIFIED,)),
        (KeyPolicy(only_deletable=True), FRESH, ()),
        (KeyPolicy(only_deletable=True), replace(FRESH, options={"rk": True}), (Reason.CANNOT_DELETE,)),
        (KeyPolicy(), replace(FRESH, pin=PinState.BLOCKED), ()),  # which has a page of its own
        (
            KeyPolicy(accept_existing_pin=False),
            replace(FRESH, pin=PinState.BLOCKED),
            (Reason.PIN_ALREADY_SET, Reason.PIN_BLOCKED),
        ),
    ],
)
def test_the_model_and_its_state_are_judged_together(
    policy: KeyPolicy, key: KeyInfo, reasons: tuple[Reason, ...]
) -> None:
    assert admit(key, EnrollmentPolicy(key=policy), simulator_allowed=True) == reasons


def test_there_must_be_room_for_every_relying_party() -> None:
    key = replace(FRESH, remaining_credentials=2)
    assert admit(key, EnrollmentPolicy(), simulator_allowed=True, slots=2) == ()
    assert admit(key, EnrollmentPolicy(), simulator_allowed=True, slots=3) == (Reason.FULL,)


def test_a_key_that_knows_its_owner_needs_no_pin_where_policy_takes_that() -> None:
    key = replace(FRESH, pin=PinState.UNSUPPORTED, built_in_uv=BuiltInUv.READY)
    assert admit(key, EnrollmentPolicy(), simulator_allowed=True) == (Reason.NO_PIN_SUPPORT,)
    assert admit(key, EnrollmentPolicy(PinPolicy(built_in_uv=True)), simulator_allowed=True) == ()


def test_a_key_without_pin_is_welcome_when_none_is_required() -> None:
    policy = EnrollmentPolicy(pin=PinPolicy(mode=PinMode.IF_ABSENT))
    assert admit(replace(FRESH, pin=PinState.UNSUPPORTED), policy, simulator_allowed=True) == ()


@pytest.mark.parametrize("transport", [Transport.SIMULATED, Transport.UDP])
def test_a_key_that_is_no_hardware_is_refused_in_production(transport: Transport) -> None:
    key = replace(FRESH, address=replace(ADDRESS, transport=transport))
    assert admit(key, EnrollmentPolicy(), simulator_allowed=False) == (Reason.SIMULATED,)
