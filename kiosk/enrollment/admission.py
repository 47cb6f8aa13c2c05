"""Which keys are welcome: judged from getInfo before the person is asked anything."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from hardware.authenticator import KeyInfo, PinState
from kiosk.contract.policy import EnrollmentPolicy, PinMode


class Reason(StrEnum):
    """Why a key is not welcome. The service uses the same words in `key_not_allowed`."""

    SIMULATED = "simulated"
    TOO_OLD = "too_old"
    NO_DISCOVERABLE = "no_discoverable"
    NO_PIN_SUPPORT = "no_pin_support"
    MODEL_NOT_ALLOWED = "model_not_allowed"
    MODEL_DENIED = "model_denied"
    PIN_ALREADY_SET = "pin_already_set"
    FULL = "full"


def admit(key: KeyInfo, policy: EnrollmentPolicy, *, simulator_allowed: bool) -> tuple[Reason, ...]:
    """All reasons against this key, most fundamental first; empty when it is welcome."""
    if key.address.simulated and not simulator_allowed:
        return (Reason.SIMULATED,)
    if not key.ctap2:
        return (Reason.TOO_OLD,)
    return tuple(reason for reason, holds in _checks(key, policy) if holds)


def _checks(key: KeyInfo, policy: EnrollmentPolicy) -> tuple[tuple[Reason, bool], ...]:
    model = str(UUID(bytes=key.aaguid))
    allowed, denied = policy.key.aaguids_allowed, policy.key.aaguids_denied
    has_pin = key.pin not in (PinState.UNSUPPORTED, PinState.NOT_SET)
    needs_pin = policy.pin.mode is PinMode.REQUIRED
    return (
        (Reason.NO_DISCOVERABLE, not key.discoverable),
        (Reason.NO_PIN_SUPPORT, needs_pin and key.pin is PinState.UNSUPPORTED),
        (Reason.MODEL_NOT_ALLOWED, bool(allowed) and model not in allowed),
        (Reason.MODEL_DENIED, model in denied),
        (Reason.PIN_ALREADY_SET, has_pin and not policy.key.accept_existing_pin),
        (Reason.FULL, key.remaining_credentials is not None and key.remaining_credentials < policy.key.min_free_slots),
    )
