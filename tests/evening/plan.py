"""Who comes in an evening, and what becomes of each visit: drawn by chance, the same again from the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final


class Fate(StrEnum):
    """What a visit is like."""

    PLAIN = "plain"
    """A code by mail, a fresh key."""
    VOUCHED = "vouched"
    """They say who they are, and staff say so, too."""
    OVERRIDDEN = "overridden"
    """Their code is wrong; staff have seen their passport."""
    DENIED = "denied"
    """They say who they are, and staff say no."""
    WIPED = "wiped"
    """Their key is locked; staff let it be wiped."""
    REFUSED = "refused"
    """Policy does not take their key."""
    GONE = "gone"
    """They leave while the key blinks."""
    LOST = "lost"
    """They had a key in this evening, have lost it, and get another one."""


ENDS_WITH_A_KEY: Final = frozenset({Fate.PLAIN, Fate.VOUCHED, Fate.OVERRIDDEN, Fate.WIPED, Fate.LOST})
NEEDS_STAFF: Final = frozenset({Fate.VOUCHED, Fate.OVERRIDDEN, Fate.DENIED, Fate.WIPED, Fate.LOST})
_SHARES: Final = {
    Fate.PLAIN: 44,
    Fate.VOUCHED: 14,
    Fate.OVERRIDDEN: 8,
    Fate.DENIED: 6,
    Fate.WIPED: 6,
    Fate.REFUSED: 6,
    Fate.GONE: 6,
    Fate.LOST: 10,
}
_AGAIN_AFTER: Final = 3
"""Visits of the same station that lie between a key and its loss, at least."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom the service knows."""

    number: int

    @property
    def upn(self) -> str:
        """What they sign in with, and where they get mail."""
        return f"p{self.number:04}@example.org"

    @property
    def row(self) -> str:
        """Their line in people.csv."""
        return f"{self.upn},{self.upn},E-{10000 + self.number},Person{self.number:04},Example"


@dataclass(frozen=True, slots=True)
class Visitor:
    """One visit of a person. `number` is that of the visit, over all stations."""

    number: int
    person: Person
    fate: Fate


def evening(visits: int, stations: int, seed: int) -> tuple[tuple[Visitor, ...], ...]:
    """Who comes to which station, in their order; nobody comes to two. There is one of each fate at least, but somebody
    who lost a key is there only if somebody got one before."""
    chance = Random(seed)
    queues: list[list[Visitor]] = [[] for _ in range(stations)]
    fates = [*_SHARES, *chance.choices(list(_SHARES), list(_SHARES.values()), k=visits - len(_SHARES))]
    for number, drawn in enumerate(fates):
        queue = queues[number % stations]
        again = _who_lost(queue) if drawn is Fate.LOST else None
        fate = Fate.PLAIN if drawn is Fate.LOST and again is None else drawn
        queue.append(Visitor(number, again or Person(number), fate))
    return tuple(map(tuple, queues))


def _who_lost(queue: list[Visitor]) -> Person | None:
    """Somebody who got their only key a while ago."""
    came = [visitor.person for visitor in queue]
    for visitor in queue[:-_AGAIN_AFTER]:
        if visitor.fate in ENDS_WITH_A_KEY and came.count(visitor.person) == 1:
            return visitor.person
    return None
