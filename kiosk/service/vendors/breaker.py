"""Leaves a failing system in peace: after three failures in a row nobody asks for half a minute, then one tries."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock
from typing import Final

STRIKES: Final = 3
PEACE: Final = timedelta(seconds=30)


class Breaker:
    """Counts failures in a row; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._strikes = 0
        self._quiet_until: datetime | None = None

    def enter(self, now: datetime) -> timedelta:
        """How long the system is still left in peace; zero lets the caller through.

        After the peace one caller is let through, and the peace lasts on for all others until that one tells.
        """
        with self._lock:
            if self._quiet_until is None:
                return timedelta()
            left = self._quiet_until - now
            if timedelta() < left <= PEACE:  # a peace that lies too far ahead (the clock was set back) is over
                return left
            self._quiet_until = now + PEACE
            return timedelta()

    def quiet(self, now: datetime) -> bool:
        """Whether nobody may ask just now."""
        with self._lock:
            return self._quiet_until is not None and now < self._quiet_until

    def failed(self, now: datetime) -> None:
        """The system gave no usable answer."""
        with self._lock:
            self._strikes += 1
            if self._strikes >= STRIKES:
                self._quiet_until = now + PEACE

    def answered(self) -> None:
        """The system answered, with whatever it was."""
        with self._lock:
            self._strikes, self._quiet_until = 0, None
