"""Which keys are welcome: judged from getInfo before the person is asked anything."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from uuid import UUID

from hardware.authenticator import BuiltInUv, KeyInfo, PinState
from kiosk.contract.policy import Demand, EnrollmentPolicy, KeyPolicy, PinMode


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
    FIRMWARE_TOO_OLD = "firmware_too_old"
    NOT_CERTIFIED = "not_certified"
    NO_MIN_PIN_LENGTH = "no_min_pin_length"
    MIN_PIN_LENGTH_RAISED = "min_pin_length_raised"
    NO_FORCED_CHANGE = "no_forced_change"
    CHANGE_FORCED = "change_forced"
    NO_ALWAYS_UV = "no_always_uv"
    ALWAYS_UV_ON = "always_uv_on"
    NO_ENTERPRISE = "no_enterprise"
    ENTERPRISE_ON = "enterprise_on"
    NO_FINGERPRINT = "no_fingerprint"
    FINGERPRINT_ENROLLED = "fingerprint_enrolled"
    CANNOT_DELETE = "cannot_delete"
    PIN_BLOCKED = "pin_blocked"


CURED_BY_RESET = frozenset(
    {
        Reason.PIN_ALREADY_SET,
        Reason.FULL,
        Reason.MIN_PIN_LENGTH_RAISED,
        Reason.CHANGE_FORCED,
        Reason.ALWAYS_UV_ON,
        Reason.ENTERPRISE_ON,
        Reason.FINGERPRINT_ENROLLED,
        Reason.PIN_BLOCKED,
    }
)
"""What a key is not any more once it was wiped (CTAP 2.1 section 6.6)."""

SHORTEST = 4
"""The least that any key takes as the minimum PIN length (CTAP 2.1 section 6.5.1)."""

Check = tuple[Reason, bool]


def admit(key: KeyInfo, policy: EnrollmentPolicy, *, simulator_allowed: bool, slots: int = 1) -> tuple[Reason, ...]:
    """All reasons against this key, most fundamental first; empty when it is welcome. `slots` must be free on it."""
    if key.address.simulated and not simulator_allowed:
        return (Reason.SIMULATED,)
    if not key.ctap2:
        return (Reason.TOO_OLD,)
    checks = (*_model(key, policy.key), *_state(key, policy, slots), *_demands(key, policy))
    reasons = tuple(reason for reason, holds in checks if holds)
    if key.pin is PinState.BLOCKED and reasons:
        return (*reasons, Reason.PIN_BLOCKED)
    return reasons


def verifies_itself(key: KeyInfo, policy: EnrollmentPolicy) -> bool:
    """Whether the key's own user verification takes the place of a PIN."""
    return policy.pin.built_in_uv and key.built_in_uv is BuiltInUv.READY


def has_pin(key: KeyInfo) -> bool:
    """Whether the key has a PIN, in whatever state."""
    return key.pin not in (PinState.UNSUPPORTED, PinState.NOT_SET)


def _model(key: KeyInfo, policy: KeyPolicy) -> tuple[Check, ...]:
    model = str(UUID(bytes=key.aaguid))
    allowed = policy.aaguids_allowed
    floor = policy.min_firmware.get(model, policy.min_firmware.get("", 0))
    certified = all(key.certifications.get(name, 0) >= level for name, level in policy.certification.items())
    return (
        (Reason.NO_DISCOVERABLE, not key.discoverable),
        (Reason.MODEL_NOT_ALLOWED, bool(allowed) and model not in allowed),
        (Reason.MODEL_DENIED, model in policy.aaguids_denied),
        (Reason.FIRMWARE_TOO_OLD, (key.firmware or 0) < floor),
        (Reason.NOT_CERTIFIED, not certified),
        (Reason.CANNOT_DELETE, policy.only_deletable and not key.can_delete),
    )


def _state(key: KeyInfo, policy: EnrollmentPolicy, slots: int) -> tuple[Check, ...]:
    needs_pin = policy.pin.mode is PinMode.REQUIRED and not verifies_itself(key, policy)
    wanted = max(policy.key.min_free_slots, slots)
    return (
        (Reason.NO_PIN_SUPPORT, needs_pin and key.pin is PinState.UNSUPPORTED),
        (Reason.PIN_ALREADY_SET, has_pin(key) and not policy.key.accept_existing_pin),
        (Reason.FULL, key.remaining_credentials is not None and key.remaining_credentials < wanted),
    )


def _demands(key: KeyInfo, policy: EnrollmentPolicy) -> Iterator[Check]:
    """What is required and cannot be, and what is refused and is so already."""
    wanted = policy.hand_over
    enrolled = key.built_in_uv in (BuiltInUv.READY, BuiltInUv.BLOCKED)
    always, enterprise = bool(key.always_uv), bool(key.enterprise_attestation)
    told = len(wanted.tell_min_pin_to) <= key.max_min_pin_rp_ids
    raised = key.min_pin_length > max(wanted.min_pin_length, SHORTEST)
    table = (
        (wanted.raise_min_pin, Reason.NO_MIN_PIN_LENGTH, key.can_raise_min_pin and told),
        (wanted.force_pin_change, Reason.NO_FORCED_CHANGE, key.can_raise_min_pin),
        (wanted.always_uv, Reason.NO_ALWAYS_UV, key.can_always_uv or always),
        (wanted.enterprise_attestation, Reason.NO_ENTERPRISE, key.can_enterprise or enterprise),
        (policy.pin.enroll_fingerprint, Reason.NO_FINGERPRINT, key.can_enroll_fingerprint or enrolled),
    )
    yield from ((reason, demand is Demand.REQUIRE and not can) for demand, reason, can in table)
    states = (
        (wanted.raise_min_pin, Reason.MIN_PIN_LENGTH_RAISED, raised),
        (wanted.force_pin_change, Reason.CHANGE_FORCED, key.pin is PinState.CHANGE_FORCED),
        (wanted.always_uv, Reason.ALWAYS_UV_ON, always),
        (wanted.enterprise_attestation, Reason.ENTERPRISE_ON, enterprise),
        (policy.pin.enroll_fingerprint, Reason.FINGERPRINT_ENROLLED, enrolled),
    )
    yield from ((reason, demand is Demand.REFUSE and so) for demand, reason, so in states)
