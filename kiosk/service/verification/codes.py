"""One-time codes: what is kept of one, and how an answer is compared with it."""

from __future__ import annotations

import hmac
import unicodedata
from typing import Final

_LONGEST_ANSWER: Final = 64


def digest(key: bytes, enrollment_id: str, code: str) -> bytes:
    """HMAC-SHA-256 of the code, bound to the enrollment that it was made for (OWASP ASVS 6.6.2)."""
    return hmac.digest(key, b"code\0" + enrollment_id.encode() + b"\0" + code.encode(), "sha256")


def matches(kept: bytes, key: bytes, enrollment_id: str, answer: str) -> bool:
    """Whether the answer is the code, in a time that does not depend on where they differ."""
    return hmac.compare_digest(kept, digest(key, enrollment_id, normalized(answer)))


def normalized(answer: str) -> str:
    """What was typed, without spaces and hyphens and with the digits of any script as ASCII.

    Anything else is kept as it is, so that it matches no code; what is far too long becomes empty.
    """
    if len(answer) > _LONGEST_ANSWER:
        return ""
    kept = (each for each in answer if not each.isspace() and unicodedata.category(each) not in {"Pd", "Cf"})
    return "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in kept)
