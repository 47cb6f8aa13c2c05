"""The CTAP2 commands of a simulated key (CTAP 2.1 section 6): a request in, a status byte and CBOR out."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from types import MappingProxyType
from typing import Final

from fido2.ctap import CtapError

from hardware.simulated.applet import ERR, Applet, Fields, Steps
from hardware.simulated.bio_enrollment import bio_enrollment
from hardware.simulated.canonical import decode
from hardware.simulated.client_pin import client_pin
from hardware.simulated.config import config
from hardware.simulated.credential_management import credential_management
from hardware.simulated.get_assertion import get_assertion, get_next_assertion
from hardware.simulated.get_info import get_info
from hardware.simulated.large_blobs import large_blobs
from hardware.simulated.make_credential import make_credential
from hardware.simulated.quirks import encoded

MAKE_CREDENTIAL, GET_ASSERTION, GET_INFO, CLIENT_PIN, RESET = 0x01, 0x02, 0x04, 0x06, 0x07
GET_NEXT_ASSERTION, BIO_ENROLLMENT, CREDENTIAL_MANAGEMENT, SELECTION = 0x08, 0x09, 0x0A, 0x0B
LARGE_BLOBS, CONFIG, BIO_ENROLLMENT_PREVIEW, CREDENTIAL_MANAGEMENT_PREVIEW = 0x0C, 0x0D, 0x40, 0x41

_CONTINUING: Final = (GET_NEXT_ASSERTION, CREDENTIAL_MANAGEMENT, CREDENTIAL_MANAGEMENT_PREVIEW)

Answering = Generator[None, None, bytes]
"""A request being answered: it yields once for each touch it needs and returns the answer's bytes."""


def answer(applet: Applet, request: bytes) -> Answering:
    """Answer one CTAPHID_CBOR message; whatever it holds, there is an answer, and what it changed is stored before.

    Raises PowerLost.
    """
    try:
        body = yield from _run(applet, request)
    except CtapError as refused:
        applet.commit()
        return bytes([refused.code])
    applet.commit()
    return b"\0" + (encoded(body, applet.traits) if body else b"")


def _run(applet: Applet, request: bytes) -> Steps:
    command = _check(applet, request)
    if command not in _CONTINUING:
        applet.forget_series()
    if command != LARGE_BLOBS:
        applet.uploading = None
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
        CLIENT_PIN: traits.pin or traits.tokens,
        BIO_ENROLLMENT: traits.bio_enrollment,
        CREDENTIAL_MANAGEMENT: traits.credential_management,
        SELECTION: traits.ctap21,
        LARGE_BLOBS: traits.large_blob_bytes is not None,
        CONFIG: traits.configurable,
        BIO_ENROLLMENT_PREVIEW: traits.bio_enrollment_preview,
        CREDENTIAL_MANAGEMENT_PREVIEW: traits.credential_management_preview,
    }
    if not has.get(command, True):
        raise CtapError(ERR.INVALID_COMMAND)
    return command


def _fields(data: bytes) -> Fields:
    value = decode(data) if data else {}
    if not isinstance(value, dict):
        raise CtapError(ERR.CBOR_UNEXPECTED_TYPE)
    return value


def _reset(applet: Applet, _fields: Fields) -> Steps:
    """authenticatorReset, section 6.6: only just after power-up, over some transports only, and with a touch."""
    traits = applet.traits
    if applet.clock() - applet.powered_at > traits.reset_window:
        raise CtapError(ERR.NOT_ALLOWED)
    if traits.transports_for_reset and applet.transport not in traits.transports_for_reset:
        raise CtapError(ERR.NOT_ALLOWED)
    yield from applet.touch(long=traits.long_touch_for_reset)
    applet.wipe()
    return {}


def _selection(applet: Applet, _fields: Fields) -> Steps:
    """authenticatorSelection, section 6.9."""
    yield from applet.touch()
    return {}


_WAITING: Final[Mapping[int, Callable[[Applet, Fields], Steps]]] = MappingProxyType(
    {
        MAKE_CREDENTIAL: make_credential,
        GET_ASSERTION: get_assertion,
        CLIENT_PIN: client_pin,
        RESET: _reset,
        BIO_ENROLLMENT: bio_enrollment,
        BIO_ENROLLMENT_PREVIEW: bio_enrollment,
        SELECTION: _selection,
    }
)
_IMMEDIATE: Final[Mapping[int, Callable[[Applet, Fields], Fields]]] = MappingProxyType(
    {
        GET_INFO: get_info,
        GET_NEXT_ASSERTION: get_next_assertion,
        CREDENTIAL_MANAGEMENT: credential_management,
        CREDENTIAL_MANAGEMENT_PREVIEW: credential_management,
        LARGE_BLOBS: large_blobs,
        CONFIG: config,
    }
)
_WITHOUT_PARAMETERS: Final = (GET_INFO, RESET, GET_NEXT_ASSERTION, SELECTION)
