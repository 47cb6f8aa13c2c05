"""Addresses, numbers and names, masked: enough for their owner to know them, too little for anybody else.

A mask never tells how long the hidden part is, and never cuts through what a reader sees as one character.
"""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Iterator
from typing import Final

DOTS: Final = "•••••"

_MOST_WORDS: Final = 4
_MOST_CLUSTER: Final = 8
_JOINER: Final = "\u200d"
_LETTERS: Final = "abcdefghijklmnoprstuvwz"


def mask_mail(address: str) -> str:
    """`mona.okafor@example.org` → `m•••••@example.org`."""
    local, at, domain = _tame(address).rpartition("@")
    return f"{_first(local)}{DOTS}@{domain}" if at else DOTS


def mask_phone(number: str) -> str:
    """`+49 151 2345617` → `••••• 17`; a number of fewer than six digits is hidden whole."""
    digits = [str(unicodedata.decimal(each)) for each in number if each.isdecimal()]
    return f"{DOTS} {''.join(digits[-2:])}" if len(digits) >= 6 else DOTS


def mask_name(name: str) -> str:
    """`Mona Okafor` → `M••••• O•••••`; at most four words of it."""
    return " ".join(_first(word) + DOTS for word in _tame(name).split()[:_MOST_WORDS]) or DOTS


def mask_number(number: str) -> str:
    """`E-100417` → `••••• 17`: the last two characters of a staff number, if it has at least five."""
    seen = list(graphemes("".join(_tame(number).split())))
    return f"{DOTS} {''.join(seen[-2:])}" if len(seen) >= 5 else DOTS


def decoy_mail(seed: bytes, domain: str) -> str:
    """An address of nobody in the domain, always the same for a seed."""
    drawn = _drawn(seed, b"mail")
    return f"{_LETTERS[drawn[0] % len(_LETTERS)]}@{domain}"


def decoy_phone(seed: bytes) -> str:
    """A number of nobody, always the same for a seed."""
    return f"+0000000{int.from_bytes(_drawn(seed, b'phone')[:4], 'big') % 100:02d}"


def decoy_name(seed: bytes) -> str:
    """A name of nobody, of two words, always the same for a seed."""
    drawn = _drawn(seed, b"name")
    return " ".join(_LETTERS[each % len(_LETTERS)].upper() for each in drawn[:2])


def graphemes(text: str) -> Iterator[str]:
    """What a reader sees as single characters: a base with its marks, a joined emoji, a flag, a Hangul syllable.

    A short form of the extended grapheme clusters of UAX #29, at most eight code points each.
    """
    cluster = ""
    for each in text:
        if cluster and (len(cluster) >= _MOST_CLUSTER or not _continues(cluster, each)):
            yield cluster
            cluster = ""
        cluster += each
    if cluster:
        yield cluster


def _continues(cluster: str, each: str) -> bool:
    """Whether `each` belongs to the character that has begun."""
    if unicodedata.category(each) in {"Mn", "Mc", "Me"} or each == _JOINER or "\U0001f3fb" <= each <= "\U0001f3ff":
        return True
    if _is_flag(each):
        return _is_flag(cluster[-1]) and sum(map(_is_flag, cluster)) % 2 == 1
    if "\u1160" <= each <= "\u11ff":  # a Hangul vowel or final consonant after its initial one
        return "\u1100" <= cluster[-1] <= "\u11ff"
    return cluster[-1] == _JOINER


def _is_flag(each: str) -> bool:
    return "\U0001f1e6" <= each <= "\U0001f1ff"


def _first(word: str) -> str:
    return next(graphemes(word), "")


def _tame(text: str) -> str:
    """Composed, and without control characters, direction overrides and what is not assigned."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(each for each in composed if each == _JOINER or not unicodedata.category(each).startswith("C"))


def _drawn(seed: bytes, purpose: bytes) -> bytes:
    return hmac.digest(seed, b"decoy " + purpose, "sha256")
