"""Recovery codes, pure: 80 random bits each, easy to type, kept as keyed hashes."""

from __future__ import annotations

import hmac
import unicodedata
from typing import Final

from kiosk.service.sources import Random

_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BYTES: Final = 10
_GROUP: Final = 4
_LONGEST_ANSWER: Final = 64
_MISREAD: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_codes(random: Random, count: int) -> tuple[str, ...]:
    """Fresh codes in Crockford's base 32: `9KXC-4T0W-ZQ3M-7HVA`, 80 bits each (NIST SP 800-63B-4 asks for 64)."""
    return tuple(_written(random.token(_BYTES)) for _ in range(count))


def digest(key: bytes, user_id: str, typed: str) -> bytes:
    """HMAC-SHA-256 of a code as `as_typed` gives it, bound to its person."""
    return hmac.digest(key, b"recovery\0" + user_id.encode() + b"\0" + typed.encode(), "sha256")


def as_typed(answer: str) -> str:
    """A code as it was meant: without spaces and hyphens, in capitals, digits of any script, O for zero, I and L for
    one. Nothing of it makes a wrong code right. What is far too long becomes empty."""
    if len(answer) > _LONGEST_ANSWER:
        return ""
    kept = (each for each in answer if not each.isspace() and unicodedata.category(each) not in {"Pd", "Cf", "Cs"})
    plain = "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in kept)
    return plain.upper().translate(_MISREAD)


def _written(random: bytes) -> str:
    number = int.from_bytes(random, "big")
    letters = "".join(_LETTERS[number >> shift & 31] for shift in range(_BYTES * 8 - 5, -1, -5))
    return "-".join(letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP))
