"""Where time and randomness come from, so that a test may bring its own."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> datetime:
        """The time in UTC, aware."""
        ...


class Random(Protocol):
    """Where randomness comes from."""

    def token(self, n: int) -> bytes:
        """`n` bytes, unpredictable."""
        ...

    def digits(self, n: int) -> str:
        """`n` decimal digits, each equally likely."""
        ...


class SystemClock:
    """The computer's clock, which never goes back while the program runs: set back, it walks on from where it was."""

    def __init__(
        self,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._lock = Lock()
        self._last, self._read_at = wall(), monotonic()

    def now(self) -> datetime:
        """The later of the wall clock and of what the last answer has become since."""
        with self._lock:
            elapsed = self._monotonic() - self._read_at
            self._last = max(self._wall(), self._last + timedelta(seconds=elapsed))
            self._read_at += elapsed
            return self._last


class SystemRandom:
    """The operating system's generator."""

    def token(self, n: int) -> bytes:
        """From `secrets`."""
        return secrets.token_bytes(n)

    def digits(self, n: int) -> str:
        """From `secrets`, without bias."""
        return f"{secrets.randbelow(10**n):0{n}d}"


def new_id(random: Random) -> str:
    """128 random bits in hexadecimal."""
    return random.token(16).hex()
