"""A key, a cable and a clock that only waiting moves: what takes a minute takes no time here."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from hardware.simulated.faults import Way
from hardware.simulated.key import SimulatedKey

REPORT_SECONDS = 0.0001
"""What one report takes: a key that talks without end does come to its deadline."""


class VirtualClock:
    """Time that passes when it is let."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class VirtualPipe:
    """A `ReportPipe` to whichever key is on the line; `on_report` is told of each report before it passes."""

    def __init__(self, key: SimulatedKey, clock: VirtualClock) -> None:
        self.on_report: Callable[[Way], None] = lambda _: None
        self._clock = clock
        self._waiting: deque[bytes] = deque()
        self.put_on_line(key)

    def put_on_line(self, key: SimulatedKey) -> None:
        """From now on reports go to this key, and what the other one said is lost."""
        self._key, self._attach_id = key, key.attach_id
        self._waiting.clear()

    def write(self, report: bytes) -> None:
        self._clock.now += REPORT_SECONDS
        self.on_report(Way.OUT)
        self._key.receive(report, self._waiting.append, self._attach_id)

    def read(self, seconds: float) -> bytes | None:
        self._clock.now += REPORT_SECONDS
        ends = self._clock.now + seconds
        while not self._waiting:
            self._key.check_attached(self._attach_id)
            due = self._key.due
            if self._clock.now >= ends:
                return None
            self._clock.now = ends if due is None else min(ends, max(due, self._clock.now + REPORT_SECONDS))
            self._key.tick()
        self.on_report(Way.IN)
        self._key.check_attached(self._attach_id)
        return self._waiting.popleft() if self._waiting else None

    def close(self) -> None:
        self._waiting.clear()
