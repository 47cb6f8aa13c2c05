"""ISO 7816-4 commands and responses as a card takes and gives them: short, extended, chained, in portions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

CHAINED: Final = 0x10
"""The bit of the class byte that announces another part of the same command."""

GET_RESPONSE: Final = 0xC0
LONGEST: Final = 0xFFFF  # bytes of one reassembled command
_SHORT_PORTION: Final = 256
_EXTENDED_PORTION: Final = 65536


class Status(IntEnum):
    """Status words; MORE carries in its low byte how much there is, 0 for 256 and more."""

    OK = 0x9000
    WORKING = 0x9100  # NFCCTAP: not ready yet, ask with NFCCTAP_GETRESPONSE (CTAP 2.1 section 11.3.7.2)
    MORE = 0x6100
    WRONG_LENGTH = 0x6700
    CHAINING_EXPECTED = 0x6883
    CONDITIONS_NOT_SATISFIED = 0x6985
    NOT_FOUND = 0x6A82
    WRONG_PARAMETERS = 0x6A86
    INSTRUCTION_NOT_SUPPORTED = 0x6D00
    CLASS_NOT_SUPPORTED = 0x6E00


@dataclass(frozen=True, slots=True)
class Command:
    """One command; `expected` is how many bytes the answer may have, 0 when none is wanted."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    expected: int = 0


Answer = tuple[bytes, int]
"""Data and status word."""


def parsed(apdu: bytes) -> Command | None:
    """The command in these bytes (ISO 7816-3 section 12.1.3), None when their lengths contradict each other."""
    if len(apdu) < 4:
        return None
    head, body = (apdu[0], apdu[1], apdu[2], apdu[3]), apdu[4:]
    if not body:
        return Command(*head)
    if len(body) == 1:
        return Command(*head, expected=body[0] or _SHORT_PORTION)
    if body[0]:
        return _with_data(head, body[1:], body[0], 1)
    if len(body) == 3:
        return Command(*head, expected=int.from_bytes(body[1:], "big") or _EXTENDED_PORTION)
    return _with_data(head, body[3:], int.from_bytes(body[1:3], "big"), 2)


def _with_data(head: tuple[int, int, int, int], rest: bytes, length: int, size_bytes: int) -> Command | None:
    """Data of that length, and perhaps how much is expected, in so many bytes."""
    data, tail = rest[:length], rest[length:]
    if not length or len(data) != length or len(tail) not in (0, size_bytes):
        return None
    expected = (int.from_bytes(tail, "big") or 256**size_bytes) if tail else 0
    return Command(*head, data=data, expected=expected)


class Apdus:
    """Puts chained commands together for `answer`, and gives long answers in portions."""

    def __init__(self, answer: Callable[[Command], Answer], *, extended: bool = True) -> None:
        """Without `extended` it is a card that takes short commands only."""
        self._answer = answer
        self._extended = extended
        self._parts = b""
        self._begun: Command | None = None
        self._rest = b""
        self._status = int(Status.OK)

    def transmit(self, apdu: bytes) -> bytes:
        """The response to one APDU, status word included."""
        command = parsed(apdu)
        if command is None or (not self._extended and len(apdu) > 4 + 1 + 255 + 1):
            self._forget()
            return _response(b"", Status.WRONG_LENGTH)
        if command.ins == GET_RESPONSE and self._rest:
            return self._portion(command.expected)
        self._rest = b""
        whole = self._whole(command)
        if isinstance(whole, Status):
            return _response(b"", whole)
        self._rest, self._status = self._answer(whole)
        return self._portion(whole.expected)

    def _whole(self, command: Command) -> Command | Status:
        """The command with all of its parts, or what to say to a part."""
        begun = self._begun
        same = begun is None or (begun.ins, begun.p1, begun.p2) == (command.ins, command.p1, command.p2)
        if not same or len(self._parts) + len(command.data) > LONGEST:
            self._forget()
            return Status.CHAINING_EXPECTED if not same else Status.WRONG_LENGTH
        self._parts += command.data
        if command.cla & CHAINED:
            self._begun = command
            return Status.OK
        whole = Command(command.cla, command.ins, command.p1, command.p2, self._parts, command.expected)
        self._forget()
        return whole

    def _portion(self, expected: int) -> bytes:
        room = expected or _SHORT_PORTION
        data, self._rest = self._rest[:room], self._rest[room:]
        if self._rest:
            left = len(self._rest)
            return _response(data, Status.MORE | (left if left < _SHORT_PORTION else 0))
        return _response(data, self._status)

    def _forget(self) -> None:
        self._parts, self._begun = b"", None


def _response(data: bytes, status: int) -> bytes:
    return data + status.to_bytes(2, "big")
