"""How often each client calls each route: a bucket of tokens for each, in memory, so that it costs no statement.

Several replicas tell each other (`sharing`) after every sixteenth of a bucket that a client took at one of them, and
never for a client that asks seldom. So all of them together let in what one would, and a sixteenth more for each
further one at most, besides what comes while they tell. What guesses are worth is limited elsewhere, in the database:
this only keeps one client from taking the service from the others.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from kiosk.service.tokens.rules import TooManyRequests

SHARES: Final = 16
"""Of a bucket; one is let in before the others are told."""

_MOST_BUCKETS: Final = 10_000

Key = tuple[str, str]
"""A client and a route."""


class Rates:
    """Buckets that hold `per_minute` requests, and fill again as time passes. Safe to share between threads.

    With others that count the same clients, `ring` is called when there is something that they must be told.
    """

    def __init__(self, per_minute: int, ring: Callable[[], None] | None = None) -> None:
        self._per_minute, self._ring = per_minute, ring
        self._share = max(1, per_minute // SHARES)
        self._buckets: OrderedDict[Key, tuple[float, datetime, int]] = OrderedDict()
        self._due: set[Key] = set()
        self._lock = Lock()

    def count(self, client_id: str, route: str, now: datetime) -> None:
        """Count one request. Raises TooManyRequests."""
        key = client_id, route
        with self._lock:
            held, untold = self._filled(key, now)
            enough = held >= 1
            self._buckets[key] = (held - 1, now, untold + 1) if enough else (held, now, untold)
            if len(self._buckets) > _MOST_BUCKETS:
                self._buckets.popitem(last=False)
            rings = enough and self._ring is not None and (untold + 1) % self._share == 0
            if rings:
                self._due.add(key)
        if not enough:
            raise TooManyRequests(max(1, math.ceil((1 - held) * 60 / self._per_minute)))
        if rings and self._ring is not None:
            self._ring()

    def untold(self) -> Mapping[Key, int]:
        """What the others must be told: how many requests of whom were let in here since they were."""
        with self._lock:
            self._due &= self._buckets.keys()
            return {key: self._buckets[key][2] for key in self._due}

    def full_after(self, full_at: datetime | None, requests: int, now: datetime) -> datetime:
        """When a bucket is full again that would have been so at `full_at`, after so many requests."""
        return max(full_at or now, now) + timedelta(minutes=requests / self._per_minute)

    def learn(self, key: Key, told: int, full_at: datetime, now: datetime) -> None:
        """The others were told of so many requests; the bucket of all together is full again at `full_at`."""
        with self._lock:
            if key not in self._buckets:
                return
            held, untold = self._filled(key, now)
            together = self._per_minute * (1 - (full_at - now) / timedelta(minutes=1))
            self._buckets[key] = min(held, together - (untold - told)), now, untold - told
            if untold - told < self._share:
                self._due.discard(key)

    def _filled(self, key: Key, now: datetime) -> tuple[float, int]:
        """Take out the bucket: what it holds now, and how much of what was taken nobody else knows."""
        held, since, untold = self._buckets.pop(key, (float(self._per_minute), now, 0))
        passed = max((now - since).total_seconds(), 0.0)
        return min(held + passed * self._per_minute / 60, float(self._per_minute)), untold
