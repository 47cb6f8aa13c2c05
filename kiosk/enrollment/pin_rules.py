"""Which PINs are good enough: the key's own rules and the policy's, each judged apart for a live checklist.

CTAP 2.1 section 6.5.1: a PIN is NFC-normalised UTF-8, counted in code points, at most 63 bytes.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from hardware.authenticator import KeyInfo
from kiosk.contract.policy import PinPolicy

MAX_BYTES = 63
COMMON = frozenset(
    """
    0000 1111 1212 1234 1122 1313 2000 2001 2222 2580 3333 4321 4444 5555 6666 6969 7777 8888 9999
    00000 11111 12345 54321 000000 101010 111111 112211 112233 121212 123123 123321 123456 131313 142536
    147258 159357 159753 222222 232323 252525 333333 444444 456789 555555 654321 666666 696969 777777
    789456 888888 987654 999999 1234567 7654321 12345678 87654321 11223344 88888888 00000000 11111111
    password passwort qwerty qwertz abc123 letmein security keywright
    """.split()  # noqa: SIM905 - a table to read
)
"""PINs that people choose first; matched without regard to case."""


class Rule(StrEnum):
    """One line of the checklist."""

    LENGTH = "length"
    NOT_TOO_LONG = "not_too_long"
    NO_SEQUENCE = "no_sequence"
    NO_REPEAT = "no_repeat"
    NOT_COMMON = "not_common"
    NOT_OWN_NUMBER = "not_own_number"
    COMPLEX = "complex"
    CHARACTERS = "characters"


@dataclass(frozen=True, slots=True)
class PinRules:
    """All that a new PIN must satisfy. Lengths are in code points; `complexity`: the key itself will refuse simple
    PINs, by rules that it does not tell (CTAP 2.2 pinComplexityPolicy)."""

    min_length: int = 4
    max_length: int = MAX_BYTES
    no_sequences: bool = True
    no_repeats: bool = True
    deny: tuple[str, ...] = ()
    own_numbers: tuple[str, ...] = ()
    complexity: bool = False

    @classmethod
    def of(cls, key: KeyInfo, policy: PinPolicy, at_least: int = 0) -> PinRules:
        """The stricter of what the key and the policy say; `at_least` is what the key will ask for later."""
        longest = min(policy.max_length, key.max_pin_length or MAX_BYTES, MAX_BYTES)
        shortest = max(policy.min_length, key.min_pin_length, at_least, 4)
        return cls(
            min_length=min(shortest, longest) if key.min_pin_length <= longest else key.min_pin_length,
            max_length=max(longest, key.min_pin_length),
            no_sequences=policy.no_sequences,
            no_repeats=policy.no_repeats,
            deny=policy.deny,
            own_numbers=policy.own_numbers,
            complexity=key.pin_complexity,
        )


@dataclass(frozen=True, slots=True)
class RuleState:
    """One line of the checklist: whether the text meets the rule."""

    rule: Rule
    met: bool


def check(text: str, rules: PinRules) -> tuple[RuleState, ...]:
    """Judge `text` by every rule that applies, in the order in which they are shown.

    LENGTH is always there; the others only where policy or key ask for them, and NOT_TOO_LONG and CHARACTERS
    only when they are broken, since nobody needs to read them otherwise.
    """
    pin = unicodedata.normalize("NFC", text)
    lines = [RuleState(Rule.LENGTH, len(pin) >= rules.min_length)]
    if len(pin) > rules.max_length or len(pin.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        lines.append(RuleState(Rule.NOT_TOO_LONG, met=False))
    if not pin.isprintable():
        lines.append(RuleState(Rule.CHARACTERS, met=False))
    some = bool(pin)
    if rules.no_sequences:
        lines.append(RuleState(Rule.NO_SEQUENCE, some and not is_sequence(pin)))
    if rules.no_repeats:
        lines.append(RuleState(Rule.NO_REPEAT, some and not is_repeat(pin)))
    lines.append(RuleState(Rule.NOT_COMMON, some and not _is_common(pin, rules.deny)))
    if rules.own_numbers:
        lines.append(RuleState(Rule.NOT_OWN_NUMBER, some and not _is_own_number(pin, rules.own_numbers)))
    if rules.complexity:
        lines.append(RuleState(Rule.COMPLEX, len(set(pin)) >= 3))
    return tuple(lines)


def acceptable(text: str, rules: PinRules) -> bool:
    """Whether every rule is met."""
    return all(line.met for line in check(text, rules))


def is_sequence(pin: str) -> bool:
    """Whether all characters go up by one, or all go down by one ("123456", "fedcba"); 9 → 0 goes on."""
    if len(pin) < 3:
        return False
    steps = {_step(a, b) for a, b in pairwise(pin)}
    return steps in ({1}, {-1})


def is_repeat(pin: str) -> bool:
    """Whether it is one character, or a block of two or three, over and over ("777777", "121212", "123123")."""
    return any(
        len(pin) > size and pin == (pin[:size] * (len(pin) // size + 1))[: len(pin)] and len(pin) >= 2 * size
        for size in (1, 2, 3)
    )


def _step(a: str, b: str) -> int:
    if a.isascii() and b.isascii() and a.isdigit() and b.isdigit():
        difference = (int(b) - int(a)) % 10
        return -1 if difference == 9 else difference
    return ord(b) - ord(a)


def _is_common(pin: str, deny: tuple[str, ...]) -> bool:
    folded = pin.casefold()
    return folded in COMMON or folded in {unicodedata.normalize("NFC", entry).casefold() for entry in deny}


def _is_own_number(pin: str, numbers: tuple[str, ...]) -> bool:
    """A PIN that is in one of the numbers (its last digits, say), or contains one, is their own number."""
    digits = "".join(c for c in pin if c.isdigit())
    return len(digits) >= 4 and any(len(n) >= 4 and (digits in n or n in digits) for n in numbers)
