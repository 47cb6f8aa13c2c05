"""authenticatorLargeBlobs (CTAP 2.1 section 6.10): one array of bytes, read and written in fragments."""

from __future__ import annotations

import hashlib
from typing import Final

from fido2.ctap import CtapError

from hardware.simulated.applet import ERR, Applet, Fields, Permission, Uploading
from hardware.simulated.canonical import maybe

_DIGEST: Final = 16  # bytes of SHA-256 at the end of the array
_FRAME: Final = 64  # bytes of a message that are not the fragment


def large_blobs(applet: Applet, fields: Fields) -> Fields:
    """Command 0x0C."""
    count, fragment = maybe(fields, 0x01, int), maybe(fields, 0x02, bytes)
    offset = maybe(fields, 0x03, int)
    if offset is None or offset < 0 or (count is None) == (fragment is None):
        raise CtapError(ERR.INVALID_PARAMETER)
    if fragment is not None:
        return _set(applet, fields, offset, fragment)
    assert count is not None
    return _get(applet, fields, offset, count)


def _get(applet: Applet, fields: Fields, offset: int, count: int) -> Fields:
    if count < 0 or any(key in fields for key in (0x04, 0x05, 0x06)):
        raise CtapError(ERR.INVALID_PARAMETER)
    _check_length(applet, count)
    stored = applet.memory.large_blobs
    if offset > len(stored):
        raise CtapError(ERR.INVALID_PARAMETER)
    return {0x01: stored[offset : offset + count]}


def _set(applet: Applet, fields: Fields, offset: int, fragment: bytes) -> Fields:
    """Take the next fragment; what was stored is replaced once all are there and the digest is right."""
    _check_length(applet, len(fragment))
    length = maybe(fields, 0x04, int)
    if offset == 0:
        applet.uploading = Uploading(_announced(applet, length))
    elif length is not None:
        raise CtapError(ERR.INVALID_PARAMETER)
    upload = applet.uploading
    if upload is None or offset != len(upload.data):
        raise CtapError(ERR.INVALID_SEQ)
    _authorize(applet, fields, offset, fragment)
    if offset + len(fragment) > upload.length:
        raise CtapError(ERR.INVALID_PARAMETER)
    upload.data += fragment
    if len(upload.data) == upload.length:
        applet.uploading = None
        _store(applet, upload.data)
    return {}


def _announced(applet: Applet, length: int | None) -> int:
    if length is None or length < _DIGEST + 1:
        raise CtapError(ERR.INVALID_PARAMETER)
    if length > (applet.traits.large_blob_bytes or 0):
        raise CtapError(ERR.LARGE_BLOB_STORAGE_FULL)
    return length


def _authorize(applet: Applet, fields: Fields, offset: int, fragment: bytes) -> None:
    if not applet.protected and not applet.memory.always_uv:
        return
    parameter = maybe(fields, 0x05, bytes)
    if parameter is None:
        raise CtapError(ERR.PUAT_REQUIRED)
    message = b"\xff" * 32 + b"\x0c\x00" + offset.to_bytes(4, "little") + hashlib.sha256(fragment).digest()
    applet.authorize(maybe(fields, 0x06, int), message, parameter, Permission.LBW)


def _store(applet: Applet, data: bytes) -> None:
    if hashlib.sha256(data[:-_DIGEST]).digest()[:_DIGEST] != data[-_DIGEST:]:
        raise CtapError(ERR.INTEGRITY_FAILURE)
    applet.memory.large_blobs = data


def _check_length(applet: Applet, length: int) -> None:
    if length > applet.traits.max_message_size - _FRAME:
        raise CtapError(ERR.INVALID_LENGTH)
