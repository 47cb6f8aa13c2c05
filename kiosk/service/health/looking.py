"""Looks at the database for whoever asks whether this replica is ready: once a second, however often they ask."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Final

from kiosk.errors import ConfigurationError, StorageFull
from kiosk.service.health.rules import Readiness, judge
from kiosk.service.replica import Replica
from kiosk.service.store.engine import Store, StoreBusy
from kiosk.service.store.upgrade import Schema, known_revisions, schema_of

EACH: Final = 1.0
"""Seconds that what was seen is told again: anybody may ask, and nobody shall keep the database busy with it."""


class Health:
    """Of one application. Safe to share between threads."""

    def __init__(self, store: Store, replica: Replica, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store, self._replica, self._monotonic = store, replica, monotonic
        self._lock = Lock()
        self._seen: Schema | None = None
        self._looked_at = -EACH

    def readiness(self) -> Readiness:
        """How this replica stands now."""
        with self._lock:
            if self._monotonic() - self._looked_at >= EACH:
                self._seen = self._look()
                self._looked_at = self._monotonic()
            seen = self._seen
        return judge(seen, leaving=self._replica.leaving)

    def _look(self) -> Schema | None:
        try:
            return schema_of(self._store, known_revisions())
        except (StoreBusy, StorageFull, ConfigurationError):  # of every kind of trouble, the log tells more
            return None
