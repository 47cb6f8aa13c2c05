"""The CTAP2 commands of a simulated key (CTAP 2.1 section 6): a request in, a status byte and CBOR out."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from types import MappingProxyType
from typing import Any, Final

from fido2 import cbor
from fido2.ctap import CtapError

from hardware.simulated.applet import ERR, Applet, Fields, Steps
from hardware.simulated.canonical import decode
from hardware.simulated.client_pin import client_pin
from hardware.simulated.config import config
from hardware.simulated.credential_management import credential_management
from hardware.simulated.credentials import MAX_ID_LENGTH
from hardware.simulated.get_assertion import get_assertion, get_next_assertion
from hardware.simulated.make_credential import make_credential

MAKE_CREDENTIAL, GET_ASSERTION, GET_INFO, CLIENT_PIN, RESET = 0x01, 0x02, 0x04, 0x06, 0x07
GET_NEXT_ASSERTION, CREDENTIAL_MANAGEMENT, SELECTION, CONFIG = 0x08, 0x0A, 0x0B, 0x0D

_RESET_WINDOW: Final = 10.0  # seconds after power-up, section 6.6
_CONTINUING: Final = (GET_NEXT_ASSERTION, CREDENTIAL_MANAGEMENT)

Answering = Generator[None, None, bytes]
"""A request being answered: it yields once for each touch it needs and returns the answer's bytes."""


def answer(applet: Applet, request: bytes) -> Answering:
    """Answer one CTAPHID_CBOR message; whatever it holds, there is an answer."""
    try:
        body = yield from _run(applet, request)
    except CtapError as refused:
        return bytes([refused.code])
    return b"\0" + (cbor.encode(body) if body else b"")


def _run(applet: Applet, request: bytes) -> Steps:
    command = _check(applet, request)
    if command not in _CONTINUING:
        applet.forget_series()
    waiting, immediate = _WAITING.get(command), _IMMEDIATE.get(command)
    if command in _WITHOUT_PARAMETERS:
        if len(request) > 1:
            raise CtapError(ERR.INVALID_LENGTH)
        fields: Fields = {}
    else:
        fields = _fields(request[1:])
    if waiting is not None:
        return (yield from waiting(applet, fields))
    assert immediate is not None
    return immediate(applet, fields)


def _check(applet: Applet, request: bytes) -> int:
    if len(request) > applet.traits.max_message_size:
        raise CtapError(ERR.REQUEST_TOO_LARGE)
    command = request[0]
    if command not in _WAITING and command not in _IMMEDIATE:
        raise CtapError(ERR.INVALID_COMMAND)
    traits = applet.traits
    has = {
        CLIENT_PIN: traits.pin,
        CREDENTIAL_MANAGEMENT: traits.credential_management,
        SELECTION: traits.ctap21,
        CONFIG: traits.configurable,
    }
    if not has.get(command, True):
        raise CtapError(ERR.INVALID_COMMAND)
    return command


def _fields(data: bytes) -> Fields:
    value = decode(data) if data else {}
    if not isinstance(value, dict):
        raise CtapError(ERR.CBOR_UNEXPECTED_TYPE)
    return value


def _get_info(applet: Applet, _fields: Fields) -> Fields:
    """authenticatorGetInfo, section 6.4."""
    traits, memory = applet.traits, applet.memory
    info: dict[int, Any] = {
        0x01: list(traits.versions),
        0x02: list(traits.extensions),
        0x03: traits.aaguid,
        0x04: _options(applet),
        0x05: traits.max_message_size,
        0x06: list(traits.pin_protocols),
    }
    if traits.ctap21:
        info |= {
            0x07: traits.max_credentials_in_list,
            0x08: MAX_ID_LENGTH,
            0x09: ["usb"],
            0x0A: [{"alg": algorithm, "type": "public-key"} for algorithm in traits.algorithms],
            0x0C: memory.force_pin_change,
            0x0D: memory.min_pin_length,
            0x0E: traits.firmware,
            0x10: traits.max_min_pin_rp_ids,
            0x14: applet.room,
            0x1B: None if traits.pin_complexity is None else memory.pin_complexity,
            0x1D: traits.max_pin_length,
        }
    return {key: value for key, value in info.items() if value not in (None, [])}


def _options(applet: Applet) -> dict[str, bool]:
    traits, memory = applet.traits, applet.memory
    options: dict[str, bool | None] = {
        "rk": traits.discoverable,
        "up": True,
        "plat": False,
        "clientPin": applet.protected if traits.pin else None,
    }
    if traits.ctap21:
        options |= {
            "pinUvAuthToken": traits.pin or None,
            "credMgmt": traits.credential_management or None,
            "authnrCfg": traits.configurable or None,
            "setMinPINLength": (traits.pin and traits.configurable) or None,
            "makeCredUvNotRqd": traits.make_credential_uv_not_required and not memory.always_uv,
            "alwaysUv": None if traits.always_uv is None else memory.always_uv,
            "ep": None if traits.enterprise is None else memory.enterprise,
        }
    return {name: value for name, value in options.items() if value is not None}


def _reset(applet: Applet, _fields: Fields) -> Steps:
    """authenticatorReset, section 6.6: only just after power-up, and with a touch."""
    if applet.clock() - applet.powered_at > _RESET_WINDOW:
        raise CtapError(ERR.NOT_ALLOWED)
    yield
    applet.wipe()
    return {}


def _selection(_applet: Applet, _fields: Fields) -> Steps:
    """authenticatorSelection, section 6.9."""
    yield
    return {}


_WAITING: Final[Mapping[int, Callable[[Applet, Fields], Steps]]] = MappingProxyType(
    {MAKE_CREDENTIAL: make_credential, GET_ASSERTION: get_assertion, RESET: _reset, SELECTION: _selection}
)
_IMMEDIATE: Final[Mapping[int, Callable[[Applet, Fields], Fields]]] = MappingProxyType(
    {
        GET_INFO: _get_info,
        CLIENT_PIN: client_pin,
        GET_NEXT_ASSERTION: get_next_assertion,
        CREDENTIAL_MANAGEMENT: credential_management,
        CONFIG: config,
    }
)
_WITHOUT_PARAMETERS: Final = (GET_INFO, RESET, GET_NEXT_ASSERTION, SELECTION)
