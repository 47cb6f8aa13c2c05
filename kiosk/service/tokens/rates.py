"""How often each client calls each route: a bucket of tokens for each, in memory, so that it costs no statement.

With several replicas a client may call each of them so often. What guesses are worth is limited elsewhere, in the
database: this only keeps one client from taking the service from the others.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from datetime import datetime
from threading import Lock
from typing import Final

from kiosk.service.tokens.rules import TooManyRequests

_MOST_BUCKETS: Final = 10_000


class Rates:
    """Buckets that hold `per_minute` requests, and fill again as time passes. Safe to share between threads."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._buckets: OrderedDict[tuple[str, str], tuple[float, datetime]] = OrderedDict()
        self._lock = Lock()

    def count(self, client_id: str, route: str, now: datetime) -> None:
        """Count one request. Raises TooManyRequests."""
        key = client_id, route
        with self._lock:
            held, since = self._buckets.pop(key, (float(self._per_minute), now))
            passed = max((now - since).total_seconds(), 0.0)
            held = min(held + passed * self._per_minute / 60, float(self._per_minute))
            enough = held >= 1
            self._buckets[key] = (held - 1 if enough else held), now
            if len(self._buckets) > _MOST_BUCKETS:
                self._buckets.popitem(last=False)
        if not enough:
            raise TooManyRequests(max(1, math.ceil((1 - held) * 60 / self._per_minute)))
