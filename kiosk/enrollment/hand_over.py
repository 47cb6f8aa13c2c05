"""What a key shall be when the person leaves with it: asked of the key by policy, and read back."""

from __future__ import annotations

from hardware.authenticator import BuiltInUv, KeyInfo, KeySettings, PinState
from kiosk.contract.policy import Demand, EnrollmentPolicy, PinMode
from kiosk.enrollment.admission import has_pin, verifies_itself

WANTED = (Demand.REQUIRE, Demand.BEST_EFFORT)


def settings_for(
    key: KeyInfo, policy: EnrollmentPolicy, *, random_pin: bool = False, with_pin: bool = True
) -> KeySettings | None:
    """What to make of this key, capability by capability; None when it is all so, or nothing is asked.

    A PIN that was made up here (`random_pin`) is to be changed at the first use wherever the key can have that and
    policy does not refuse it. Without a PIN on the key there is none whose change could be forced (`with_pin`).
    """
    wanted = policy.hand_over
    raises = wanted.raise_min_pin in WANTED and key.can_raise_min_pin and key.min_pin_length < wanted.min_pin_length
    tells = wanted.raise_min_pin in WANTED and key.can_raise_min_pin
    force = wanted.force_pin_change or (Demand.BEST_EFFORT if random_pin else None)
    changing = key.pin is PinState.CHANGE_FORCED
    enterprise = wanted.enterprise_attestation in WANTED and key.can_enterprise and not key.enterprise_attestation
    settings = KeySettings(
        min_pin_length=wanted.min_pin_length if raises else None,
        min_pin_length_rp_ids=wanted.tell_min_pin_to[: key.max_min_pin_rp_ids] if tells else (),
        force_pin_change=force in WANTED and key.can_raise_min_pin and with_pin and not changing,
        always_uv=True if wanted.always_uv in WANTED and key.can_always_uv and not key.always_uv else None,
        enterprise_attestation=enterprise,
    )
    return settings if settings != KeySettings() else None


def shortest_pin(key: KeyInfo, policy: EnrollmentPolicy) -> int:
    """The least length of a new PIN that hand-over will ask for; 0 when it asks for none."""
    wanted = policy.hand_over
    return wanted.min_pin_length if wanted.raise_min_pin in WANTED and key.can_raise_min_pin else 0


def protected(key: KeyInfo, policy: EnrollmentPolicy, *, random_pin: bool = False) -> bool:
    """Whether the key shows all that policy requires. Where we forced a change of its PIN, or made its minimum longer,
    it wants its PIN changed, and that is well."""
    wanted = policy.hand_over
    required = Demand.REQUIRE
    forced = random_pin or wanted.force_pin_change in WANTED or wanted.raise_min_pin in WANTED
    return all(
        (
            policy.pin.mode is not PinMode.REQUIRED or verifies_itself(key, policy) or _pin_is_set(key, forced=forced),
            wanted.raise_min_pin is not required or key.min_pin_length >= wanted.min_pin_length,
            wanted.force_pin_change is not required or not has_pin(key) or key.pin is PinState.CHANGE_FORCED,
            wanted.always_uv is not required or key.always_uv is True,
            wanted.enterprise_attestation is not required or key.enterprise_attestation is True,
            policy.pin.enroll_fingerprint is not required or key.built_in_uv is BuiltInUv.READY,
        )
    )


def _pin_is_set(key: KeyInfo, *, forced: bool) -> bool:
    return key.pin is PinState.SET or (forced and key.pin is PinState.CHANGE_FORCED)
