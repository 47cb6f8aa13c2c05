"""CTAPHID messages and the reports that they travel in (CTAP 2.1 section 11.2.4), as a client needs them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Final

from fido2.ctap import STATUS, CtapError
from fido2.hid import CTAPHID

from hardware.errors import KeyFault

REPORT_BYTES: Final = 64
"""The size of a report of full-speed keys."""

BROADCAST: Final = b"\xff\xff\xff\xff"
"""The channel of those who have none yet."""

INITIAL: Final = 0x80
"""Set in the command of a message's first report; the others carry their number in its place."""

FIRST: Final = struct.Struct(">4sBH")
NEXT: Final = struct.Struct(">4sB")
LARGEST: Final = REPORT_BYTES - FIRST.size + 128 * (REPORT_BYTES - NEXT.size)
"""Bytes of one message."""


def first_report(channel: bytes, command: int, data: bytes = b"", length: int | None = None) -> bytes:
    """A message that fits into one report, or the beginning of one of that length."""
    size = len(data) if length is None else length
    return (FIRST.pack(channel, INITIAL | command, size) + data).ljust(REPORT_BYTES, b"\0")


def reports(channel: bytes, command: int, data: bytes) -> Iterator[bytes]:
    """One message of at most LARGEST bytes, cut into reports."""
    room = REPORT_BYTES - FIRST.size
    yield first_report(channel, command, data[:room], len(data))
    for number, start in enumerate(range(room, len(data), REPORT_BYTES - NEXT.size)):
        rest = data[start : start + REPORT_BYTES - NEXT.size]
        yield (NEXT.pack(channel, number) + rest).ljust(REPORT_BYTES, b"\0")


def head(report: bytes) -> tuple[int, bytes]:
    """Command and data of a message's first report; no command (0) for another report."""
    _, command, length = FIRST.unpack_from(report)
    return (command & ~INITIAL, report[FIRST.size :][:length]) if command & INITIAL else (0, b"")


class Reply:
    """The answer to one command, as its reports come in on our channel.

    A report of something else, which an older command left behind, is passed over; so is one that comes twice.
    """

    def __init__(self, command: int, on_keepalive: Callable[[STATUS], None] | None = None) -> None:
        self._command = command
        self._on_keepalive = on_keepalive
        self._status: STATUS | None = None
        self._length: int | None = None
        self._data = bytearray()
        self._number = 0
        self._last = b""

    @property
    def complete(self) -> bool:
        """Whether all of it is there."""
        return self._length is not None and len(self._data) >= self._length

    @property
    def data(self) -> bytes:
        """The message, as far as it is there."""
        return bytes(self._data[: self._length])

    def take(self, report: bytes) -> bool:
        """Take one report of 64 bytes; whether it was of this answer or a sign of life of the command.

        Raises CtapError, the key's own error, and KeyFault for an answer that breaks off, or is longer than any.
        """
        if report[4] & INITIAL:
            return self._take_first(report)
        if self._length is None or report == self._last:
            return False
        if report[4] != self._number:
            raise KeyFault
        self._number += 1
        self._last = report
        self._data += report[NEXT.size :]
        return True

    def _take_first(self, report: bytes) -> bool:
        command, data = head(report)
        if command == CTAPHID.ERROR:
            raise CtapError(data[0] if data else CtapError.ERR.OTHER)
        if self._length is not None:
            if report == self._last:
                return False
            raise KeyFault
        if command == CTAPHID.KEEPALIVE:
            self._keep_alive(data)
            return True
        if command != self._command:
            return False
        _, _, self._length = FIRST.unpack_from(report)
        if self._length > LARGEST:
            raise KeyFault
        self._last = report
        self._data += data
        return True

    def _keep_alive(self, data: bytes) -> None:
        """Tell of each new status; one that is in no specification says only that the key lives."""
        status = STATUS(data[0]) if data[:1] in (b"\x01", b"\x02") else None
        if status is not None and status != self._status and self._on_keepalive is not None:
            self._on_keepalive(status)
        self._status = status
