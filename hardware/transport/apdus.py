"""ISO 7816-4 as a reader speaks it to a card: short and extended commands, chaining, and answers in portions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hardware.errors import KeyFault

CHAINED: Final = 0x10
"""The bit of the class byte that announces another part of the same command."""

SHORT: Final = 255
"""Bytes of data in a short command."""

LONGEST_ANSWER: Final = 0xFFFF
"""Bytes of an answer in portions, more than any CTAP message has."""

OK: Final = 0x9000
WORKING: Final = 0x9100
"""The card is not ready yet and wants to be asked again (CTAP 2.1 section 11.3.7.2)."""

WRONG_LENGTH: Final = 0x6700
_MORE: Final = 0x61
_WRONG_EXPECTED: Final = 0x6C
_GET_RESPONSE: Final = bytes.fromhex("00c00000")

# Tag and length of the card capabilities among the historical bytes, and the bit of their third byte
# that says extended lengths (ISO 7816-4 section 8.1.1.2.7).
_CAPABILITIES: Final = 0x73
_EXTENDED: Final = 0x40

Transmit = Callable[[bytes], bytes]
"""Sends an APDU and gives the response, status word included."""


class Apdus:
    """Commands of any length, in the form that the card understands."""

    def __init__(self, transmit: Transmit, *, extended: bool = False) -> None:
        """`extended`: the card says of itself that it takes extended commands."""
        self._transmit = transmit
        self._extended = extended

    def exchange(self, cla: int, ins: int, p1: int, p2: int, data: bytes = b"") -> tuple[bytes, int]:
        """Send one command; the answer with its status word. Raises KeyFault for what is no answer."""
        head = bytes([cla, ins, p1, p2])
        if len(data) > SHORT and self._extended:
            answer = self._collect(head + b"\0" + len(data).to_bytes(2, "big") + data + b"\0\0")
            if answer[1] != WRONG_LENGTH:
                return answer
            self._extended = False  # it does not, whatever it says; the command was not even looked at
        while len(data) > SHORT:
            part, data = data[:SHORT], data[SHORT:]
            answer = _split(self._transmit(bytes([cla | CHAINED, ins, p1, p2, len(part)]) + part))
            if answer[1] != OK:
                return answer
        return self._collect(head + (bytes([len(data)]) + data if data else b"") + b"\0")

    def _collect(self, apdu: bytes) -> tuple[bytes, int]:
        """Send it, and fetch all portions of the answer."""
        data, status = _split(self._transmit(apdu))
        if status >> 8 == _WRONG_EXPECTED:
            data, status = _split(self._transmit(apdu[:-1] + bytes([status & 0xFF])))
        while status >> 8 == _MORE:
            portion, status = _split(self._transmit(_GET_RESPONSE + bytes([status & 0xFF])))
            data += portion
            if len(data) > LONGEST_ANSWER or not portion:
                raise KeyFault
        return data, status


def _split(response: bytes) -> tuple[bytes, int]:
    if len(response) < 2:
        raise KeyFault
    return response[:-2], int.from_bytes(response[-2:], "big")


def takes_extended(atr: bytes) -> bool:
    """Whether a card says in its answer to reset that it takes extended commands."""
    historical = _historical_bytes(atr)
    if historical[:1] not in (b"\x00", b"\x80"):  # no compact TLV
        return False
    position = 1
    while position < len(historical):
        length = historical[position] & 0x0F
        if historical[position] == _CAPABILITIES and position + length < len(historical):
            return bool(historical[position + 3] & _EXTENDED)
        position += 1 + length
    return False


def _historical_bytes(atr: bytes) -> bytes:
    """The bytes after the interface bytes (ISO 7816-3 section 8.2)."""
    if len(atr) < 2:
        return b""
    count, more, position = atr[1] & 0x0F, atr[1] >> 4, 2
    while more:
        position += more.bit_count()
        if not more & 0x08:
            break
        more = atr[position - 1] >> 4 if position <= len(atr) else 0
    return atr[position : position + count]
