"""authenticatorConfig (CTAP 2.1 section 6.11): enterprise attestation, always UV, minimum PIN length."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from fido2 import cbor
from fido2.ctap import CtapError

from hardware.simulated.applet import ERR, Applet, Fields, Permission
from hardware.simulated.canonical import maybe, need


def config(applet: Applet, fields: Fields) -> Fields:
    """Command 0x0D."""
    subcommand = need(fields, 0x01, int)
    handler = _SUBCOMMANDS.get(subcommand)
    if handler is None:
        raise CtapError(ERR.INVALID_SUBCOMMAND)
    parameters: Fields = maybe(fields, 0x02, dict) or {}
    if applet.protected or applet.memory.always_uv:
        _authorize(applet, fields, subcommand)
    handler(applet, parameters)
    return {}


def _authorize(applet: Applet, fields: Fields, subcommand: int) -> None:
    parameter = maybe(fields, 0x04, bytes)
    if parameter is None:
        raise CtapError(ERR.PUAT_REQUIRED)
    message = b"\xff" * 32 + b"\x0d" + bytes([subcommand])
    if 0x02 in fields:
        message += cbor.encode(need(fields, 0x02, dict))
    applet.authorize(maybe(fields, 0x03, int), message, parameter, Permission.ACFG)


def _enable_enterprise_attestation(applet: Applet, _parameters: Fields) -> None:
    if applet.traits.enterprise is None:
        raise CtapError(ERR.INVALID_SUBCOMMAND)
    applet.memory.enterprise = True


def _toggle_always_uv(applet: Applet, _parameters: Fields) -> None:
    if applet.traits.always_uv is None:
        raise CtapError(ERR.INVALID_SUBCOMMAND)
    if applet.memory.always_uv and not applet.traits.can_disable_always_uv:
        raise CtapError(ERR.OPERATION_DENIED)
    applet.memory.always_uv = not applet.memory.always_uv


def _set_min_pin_length(applet: Applet, parameters: Fields) -> None:
    """Everything is checked before anything is changed; the minimum only ever rises until a reset."""
    if not applet.traits.pin:
        raise CtapError(ERR.INVALID_SUBCOMMAND)
    memory, traits = applet.memory, applet.traits
    length = maybe(parameters, 0x01, int)
    force, complexity = maybe(parameters, 0x03, bool), maybe(parameters, 0x04, bool)
    rp_ids = maybe(parameters, 0x02, list)
    new_length = memory.min_pin_length if length is None else length
    if not memory.min_pin_length <= new_length <= (traits.max_pin_length or 63):
        raise CtapError(ERR.PIN_POLICY_VIOLATION)
    if force and not applet.has_pin:
        raise CtapError(ERR.PIN_NOT_SET)
    if complexity and traits.pin_complexity is None:
        raise CtapError(ERR.INVALID_PARAMETER)
    if rp_ids is not None:
        memory.min_pin_rp_ids = _checked_rp_ids(applet, rp_ids)
    memory.min_pin_length = new_length
    memory.pin_complexity |= bool(complexity)
    memory.force_pin_change |= bool(force) or (applet.has_pin and memory.pin_length < new_length)


def _checked_rp_ids(applet: Applet, rp_ids: list[object]) -> tuple[str, ...]:
    if len(rp_ids) > applet.traits.max_min_pin_rp_ids:
        raise CtapError(ERR.KEY_STORE_FULL)
    texts = [rp_id for rp_id in rp_ids if isinstance(rp_id, str)]
    if len(texts) != len(rp_ids):
        raise CtapError(ERR.CBOR_UNEXPECTED_TYPE)
    return tuple(texts)


def known_subcommands(applet: Applet) -> list[int]:
    """What authenticatorConfigCommands of getInfo lists (CTAP 2.3)."""
    traits = applet.traits
    has = {0x01: traits.enterprise is not None, 0x02: traits.always_uv is not None, 0x03: traits.pin}
    return [subcommand for subcommand, there in has.items() if there]


_SUBCOMMANDS: Final[Mapping[int, Callable[[Applet, Fields], None]]] = MappingProxyType(
    {0x01: _enable_enterprise_attestation, 0x02: _toggle_always_uv, 0x03: _set_min_pin_length}
)
