"""Policies as they were read lately: what an enrollment goes by is worked out once for each publication."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final

from kiosk.service.policies.rules import effective
from kiosk.service.settings import ServiceSettings
from kiosk.service.store.policies import PolicyRow

KEPT: Final = 1.0
"""Seconds that a client goes by what was read for it."""
_MOST: Final = 64
_MOST_CLIENTS: Final = 10_000


class PolicyBook:
    """The settings under published policies, by the numbers of those. Safe to share between threads."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._read: OrderedDict[tuple[int, ...], ServiceSettings] = OrderedDict()
        self._clients: OrderedDict[str, tuple[ServiceSettings, float]] = OrderedDict()
        self._lock = Lock()

    def kept(self, client_id: str) -> ServiceSettings | None:
        """What a client goes by, where that was read a moment ago."""
        with self._lock:
            settings, until = self._clients.get(client_id, (None, 0.0))
        return settings if self._monotonic() < until else None

    def keep(self, client_id: str, settings: ServiceSettings) -> None:
        """Let a client go by this for a moment."""
        with self._lock:
            self._clients.pop(client_id, None)
            self._clients[client_id] = settings, self._monotonic() + KEPT
            if len(self._clients) > _MOST_CLIENTS:
                self._clients.popitem(last=False)

    def under(self, settings: ServiceSettings, rows: tuple[PolicyRow, ...]) -> ServiceSettings:
        """The settings (always the same ones) under these policies, each over those before it. Raises BadPolicy."""
        numbers = tuple(row.number for row in rows)
        with self._lock:
            known = self._read.get(numbers)
        if known is None:
            known = effective(settings, *(row.document for row in rows))
            with self._lock:
                self._read[numbers] = known
                if len(self._read) > _MOST:
                    self._read.popitem(last=False)
        return known
