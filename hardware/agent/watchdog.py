"""What is going on in the agent, and since when it should have ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock


class Watchdog:
    """Knows every call that is going on. `clock` is monotonic, in seconds. Thread-safe."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._calls: dict[object, tuple[str, float]] = {}

    @contextmanager
    def watching(self, verb: str, seconds: float) -> Iterator[None]:
        """A call that must end within so many seconds."""
        call = object()
        with self._lock:
            self._calls[call] = verb, self._clock() + seconds
        try:
            yield
        finally:
            with self._lock:
                del self._calls[call]

    def overdue(self) -> str | None:
        """The verb of a call that should have ended by now."""
        now = self._clock()
        with self._lock:
            return next((verb for verb, ends in self._calls.values() if now >= ends), None)
