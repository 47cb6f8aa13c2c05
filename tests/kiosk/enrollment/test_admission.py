"""Which keys are welcome."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from hardware.authenticator import KeyInfo, PinState, Transport
from kiosk.contract.policy import EnrollmentPolicy, KeyPolicy, PinMode, PinPolicy
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


def test_a_key_without_pin_is_welcome_when_none_is_required() -> None:
    policy = EnrollmentPolicy(pin=PinPolicy(mode=PinMode.IF_ABSENT))
    assert admit(replace(FRESH, pin=PinState.UNSUPPORTED), policy, simulator_allowed=True) == ()


@pytest.mark.parametrize("transport", [Transport.SIMULATED, Transport.UDP])
def test_a_key_that_is_no_hardware_is_refused_in_production(transport: Transport) -> None:
    key = replace(FRESH, address=replace(ADDRESS, transport=transport))
    assert admit(key, EnrollmentPolicy(), simulator_allowed=False) == (Reason.SIMULATED,)
