"""A PIN by chance that nobody has to choose, and that no rule refuses."""

from __future__ import annotations

from collections.abc import Callable
from itertools import repeat

from hardware.errors import PinRefused
from kiosk.enrollment.pin_rules import PinRules, acceptable

Choose = Callable[[str], str]
"""Takes one character of a text by chance: `secrets.choice`."""

DIGITS = "0123456789"
READABLE = DIGITS + "abcdefghjkmnpqrstuvwxyz"
"""With letters, but none that is taken for a digit or for another letter."""
_TRIES = 100


def random_pin(rules: PinRules, length: int, choose: Choose) -> str:
    """So many digits by chance; where the rules refuse every one of many, with letters.

    Raises PinRefused when there is none of this length that the rules take.
    """
    for alphabet in (DIGITS, READABLE):
        for _ in range(_TRIES):
            pin = "".join(map(choose, repeat(alphabet, length)))
            if acceptable(pin, rules):
                return pin
    raise PinRefused
