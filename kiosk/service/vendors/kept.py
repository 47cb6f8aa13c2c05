"""Something read from outside that may be some minutes old."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from kiosk.service.sources import Clock

T = TypeVar("T")


class Kept(Generic[T]):
    """Keeps a value for a while; read by one thread for all. A failure is not kept."""

    def __init__(self, clock: Clock, life: timedelta) -> None:
        self._clock, self._life, self._lock = clock, life, Lock()
        self._value: tuple[T, datetime] | None = None

    def get(self, read: Callable[[], T]) -> T:
        """The value, read if there is none or it is too old. Raises what `read` raises."""
        with self._lock:
            now = self._clock.now()
            if self._value is None or not now - self._life < self._value[1] <= now:
                self._value = read(), now
            return self._value[0]
