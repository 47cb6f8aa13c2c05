"""Time as it passes for who is served: on a machine that starves us others are starved too, and do not hang."""

from __future__ import annotations

from collections.abc import Callable


class ServedTime:
    """Seconds since it was made, of which each tick counts `most` at most, however late it comes."""

    def __init__(self, clock: Callable[[], float], most: float) -> None:
        self._clock = clock
        self._most = most
        self._before = clock()
        self.now = 0.0

    def tick(self) -> float:
        """Look at the clock; the time now."""
        now = self._clock()
        self.now += min(now - self._before, self._most)
        self._before = now
        return self.now
