"""Numbers of badges as readers type them and as systems hold them: one number, written in several ways.

Readers type what the chip tells: its bytes in hexadecimal, in either order, or that number in decimal. On 26-bit badges
(H10301) 8 bits name the facility and 16 the card, printed as `123-45678`, as `12345678`, or as one decimal number of 24
bits in ten digits (`0008106606`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

_FACILITY: Final = re.compile(r"(\d{1,3}) ?[-,:/. ] ?(\d{1,5})|(\d{3})(\d{5})", re.ASCII)
_SEPARATORS: Final = re.compile(r"[\s:.-]")
_CARD_BITS: Final = 16
_H10301: Final = 1 << 24


class NoBadge(ValueError):
    """Not the number of a badge in this way of writing."""


class Form(StrEnum):
    """How the number of a badge is written."""

    TEXT = "text"
    """As it stands; it is no number."""
    DECIMAL = "decimal"
    HEX = "hex"
    """The most significant byte first."""
    HEX_REVERSED = "hex_reversed"
    """The least significant byte first."""
    FACILITY_CARD = "facility_card"
    """26-bit badges: `123-45678`, or `12345678` without the dash."""


def number_of(text: str, form: Form, size: int) -> int:
    """The number that is written, of at most `size` bytes. Raises NoBadge."""
    number = _number(text, form, size)
    if number >= 1 << (8 * size):
        raise NoBadge("too long")
    return number


def written(number: int, form: Form, size: int, digits: int = 1) -> str:
    """The number in `size` bytes, or in at least so many decimal `digits`. Raises NoBadge where it has no such form."""
    if not 0 <= number < 1 << (8 * size):
        raise NoBadge("too long")
    match form:
        case Form.DECIMAL:
            return f"{number:0{digits}d}"
        case Form.HEX:
            return number.to_bytes(size, "big").hex()
        case Form.HEX_REVERSED:
            return number.to_bytes(size, "little").hex()
        case Form.FACILITY_CARD:
            if number >= _H10301:
                raise NoBadge("has more than 24 bits")
            return f"{number >> _CARD_BITS:03d}-{number & 0xFFFF:05d}"
        case Form.TEXT:
            raise NoBadge("is no number")


def candidates(
    text: str, read_as: Iterable[Form], held_as: Iterable[Form], size: int, digits: int = 1
) -> tuple[str, ...]:
    """All that the text may be in the system that holds badges, best first; nothing where it cannot be read.

    What is read as text stays as it is, whatever the system holds.
    """
    found: dict[str, None] = {}
    for reading in read_as:
        if reading is Form.TEXT:
            found[text.strip()] = None
            continue
        try:
            number = number_of(text, reading, size)
        except NoBadge:
            continue
        for form in held_as:
            try:
                found[written(number, form, size, digits)] = None
            except NoBadge:
                continue
    return tuple(found)


def _number(text: str, form: Form, size: int) -> int:
    match form:
        case Form.DECIMAL:
            return _decimal(text)
        case Form.HEX:
            return int.from_bytes(_bytes(text, size), "big")
        case Form.HEX_REVERSED:
            return int.from_bytes(_bytes(text, size), "little")
        case Form.FACILITY_CARD:
            return _facility_card(text)
        case Form.TEXT:
            raise NoBadge("is no number")


def _decimal(text: str) -> int:
    plain = text.strip()
    if not (plain.isascii() and plain.isdigit()) or len(plain) > 40:
        raise NoBadge("is no decimal number")
    return int(plain)


def _bytes(text: str, size: int) -> bytes:
    """The bytes, filled up with zeros where leading ones were left out. An odd number of digits lacks a zero, too."""
    plain = _SEPARATORS.sub("", text).lower().removeprefix("0x")
    if not plain or len(plain) > 2 * size or not re.fullmatch("[0-9a-f]+", plain):
        raise NoBadge("is no hexadecimal number")
    return bytes.fromhex(plain.zfill(2 * size))


def _facility_card(text: str) -> int:
    match = _FACILITY.fullmatch(text.strip())
    if match is None:
        raise NoBadge("is no facility and card")
    facility, card = (int(each) for each in match.groups() if each is not None)
    if facility > 0xFF or card > 0xFFFF:
        raise NoBadge("is no facility and card of 26 bits")
    return facility << _CARD_BITS | card
