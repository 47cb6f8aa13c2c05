"""Whose hands a key, a code, a sign-in or a yes may be in, pure: where two must agree, nobody's hands are in both.

Whoever makes a link or a sealed code for somebody else could use it themselves, and so be two people. So a key keeps
who could have registered it, and what was made while signed in with it keeps them too, until another administrator has
made sure that it is its owner's. What the command line makes is in nobody's hands but of those who own the machine.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from kiosk.service.store.staff import StaffKeyRow

LONGEST: Final = 512
"""Characters of hands as they are kept."""


class TooManyHands(Exception):
    """A chain of links longer than is kept: somebody has to vouch for a key first."""


def told(hands: Set[str]) -> str:
    """As they are kept. Raises TooManyHands."""
    text = " ".join(sorted(hands))
    if len(text) > LONGEST:
        raise TooManyHands
    return text


def read(text: str) -> frozenset[str]:
    """As they were kept."""
    return frozenset(text.split())


def of_key(key: StaffKeyRow) -> frozenset[str]:
    """Who may have it, its owner among them; nobody else, once somebody vouched for it."""
    return frozenset() if key.vouched_by else read(key.hands)


def alone(key: StaffKeyRow, owner: str) -> bool:
    """Whether somebody besides its owner may have it."""
    return bool(of_key(key) - {owner})


def may_vouch(actor: str, signed_in: Set[str], owner: str, key: StaffKeyRow) -> bool:
    """Whether `actor`, behind whose sign-in these hands may be, can say whose key it is: neither who could have made it
    nor its owner, and nobody else in their place."""
    return signed_in == {actor} and actor not in of_key(key) | {owner}
