"""authenticatorConfig (CTAP 2.1 section 6.11): make a key what policy wants, and see that it became so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from fido2 import cbor
from fido2.ctap import CtapError

from hardware.answers import PIN_BYTES, Info
from hardware.authenticator import KeySettings
from hardware.client_pin import PERMISSION
from hardware.ctap2 import Command, Ctap2
from hardware.errors import KeyFault, PinRefused, PinRequired, Unsupported
from hardware.grants import NO_GRANT, Grant
from hardware.key_info import shortest_pin
from hardware.pin_session import PinSession
from hardware.translate import ERR

ENABLE_ENTERPRISE_ATTESTATION, TOGGLE_ALWAYS_UV, SET_MIN_PIN_LENGTH = 0x01, 0x02, 0x03
FEATURE = {ENABLE_ENTERPRISE_ATTESTATION: "ep", TOGGLE_ALWAYS_UV: "alwaysUv", SET_MIN_PIN_LENGTH: "setMinPINLength"}
CONTEXT = b"\xff" * 32 + b"\x0d"
"""What the proof of authenticatorConfig begins with."""


@dataclass(frozen=True, slots=True)
class Step:
    """One subcommand that is still to be sent."""

    subcommand: int
    parameters: Mapping[int, Any] | None = None

    def send(self, ctap: Ctap2, grant: Grant) -> None:
        """Raises CtapError, and Unsupported when the key lets nobody switch it."""
        encoded = cbor.encode(self.parameters) if self.parameters else b""
        param, protocol = grant.proof(CONTEXT + bytes([self.subcommand]) + encoded)
        try:
            ctap.send(Command.CONFIG, {0x01: self.subcommand, 0x02: self.parameters, 0x03: protocol, 0x04: param})
        except CtapError as error:
            if error.code != ERR.OPERATION_DENIED:
                raise
            raise Unsupported(FEATURE[self.subcommand]) from error


class Configuration:
    """The settings of an opened key. Methods raise CtapError where no HardwareError fits better."""

    def __init__(self, ctap: Ctap2, pins: PinSession) -> None:
        self._ctap = ctap
        self._pins = pins

    def apply(self, settings: KeySettings) -> None:
        """Send what differs, and read it back.

        Raises, before anything is sent: Unsupported, PinRequired, PinRefused; afterwards KeyFault.
        """
        steps = self._missing(settings)
        if not steps or any(step.subcommand == TOGGLE_ALWAYS_UV for step in steps):
            # Nothing is called done, and nothing switched over, on the word of an old reading.
            self._ctap.refresh()
            steps = self._missing(settings)
        if not steps:
            return
        if self._pins.unlocked:
            for step in steps:
                self._pins.granted(PERMISSION.AUTHENTICATOR_CFG, None, partial(step.send, self._ctap))
        elif _protected(self._ctap.info):
            raise PinRequired
        else:
            for step in steps:
                step.send(self._ctap, NO_GRANT)
        self._ctap.refresh()
        if not became(settings, self._ctap.info):
            raise KeyFault

    def _missing(self, settings: KeySettings) -> list[Step]:
        steps = missing_steps(settings, self._ctap.info)
        for step in steps:
            _check_able(step, self._ctap.info)
        return steps


def became(settings: KeySettings, info: Info) -> bool:
    """Whether a reading shows all of the settings that getInfo tells."""
    try:
        return not missing_steps(replace(settings, min_pin_length_rp_ids=()), info)
    except (PinRefused, PinRequired, Unsupported):
        return False


def missing_steps(settings: KeySettings, info: Info) -> list[Step]:
    """What makes the key so, in the order in which nothing stands in the way of what follows.

    getInfo does not tell the RP IDs that may read the minimum: those are always sent.
    Raises PinRefused, PinRequired and Unsupported.
    """
    steps = []
    if settings.enterprise_attestation and not info.options.get("ep"):
        steps.append(Step(ENABLE_ENTERPRISE_ATTESTATION))
    if settings.always_uv is not None and settings.always_uv != info.options.get("alwaysUv", False):
        steps.append(Step(TOGGLE_ALWAYS_UV))
    rules = _pin_rules(settings, info)
    if rules:
        steps.append(Step(SET_MIN_PIN_LENGTH, rules))
    return steps


def _pin_rules(settings: KeySettings, info: Info) -> dict[int, Any]:
    """The parameters of setMinPINLength (section 6.11.4): one command for all, the forced change with them."""
    rules: dict[int, Any] = {}
    if settings.min_pin_length is not None and settings.min_pin_length != shortest_pin(info):
        rules[0x01] = _raised(settings.min_pin_length, info)
    if settings.min_pin_length_rp_ids:
        if len(settings.min_pin_length_rp_ids) > info.max_min_pin_rp_ids:
            raise Unsupported("maxRPIDsForSetMinPINLength")
        rules[0x02] = list(settings.min_pin_length_rp_ids)
    if settings.force_pin_change and not info.force_pin_change:
        if not info.options.get("clientPin"):
            raise PinRequired
        rules[0x03] = True
    if settings.pin_complexity and not info.pin_complexity_policy:
        if info.pin_complexity_policy is None:
            raise Unsupported("pinComplexityPolicy")
        rules[0x04] = True
    return rules


def _raised(length: int, info: Info) -> int:
    """Raises PinRefused: a minimum is never lowered, and never above the longest PIN there can be.

    A key that does not tell its minimum could not be read back.
    """
    if info.min_pin_length is None:
        raise Unsupported("minPINLength")
    if not shortest_pin(info) <= length <= min(info.max_pin_length, PIN_BYTES):
        raise PinRefused
    return length


def _check_able(step: Step, info: Info) -> None:
    """Raises Unsupported."""
    feature = FEATURE[step.subcommand]
    there = info.options.get(feature) is not None if feature != "setMinPINLength" else info.options.get(feature)
    listed = info.config_commands is None or step.subcommand in info.config_commands
    if not (info.options.get("authnrCfg") and there and listed):
        raise Unsupported(feature)


def _protected(info: Info) -> bool:
    """Whether the key wants its owner verified before it is configured."""
    return any(info.options.get(name) for name in ("clientPin", "uv", "alwaysUv"))
