"""A thread for calls that may hang in a driver: whoever waits for one can always leave."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

from hardware.errors import KeySilent
from hardware.transport.aside import outcome

T = TypeVar("T")

LOOK_UP_EVERY = 0.05
"""Seconds between two looks at whether to go on waiting."""

_SLICES_OF_GRACE = 40  # for what has to be done last


class Attendant:
    """Does one job after the other on its own thread, until `close`; one that hangs keeps the thread, and no other."""

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._stuck = False
        self._closed = False
        self._thread = Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def do(self, job: Callable[[], T], seconds: float, waiting: Callable[[], None] = lambda: None) -> T:
        """What the job gives or raises; `waiting` is called now and then, and what it raises ends the wait.

        Raises KeySilent when it takes too long, and ever after.
        """
        if self._stuck or self._closed:
            raise KeySilent(seconds)
        results: SimpleQueue[T | Exception] = SimpleQueue()
        self._jobs.put(lambda: results.put(outcome(job)))
        self._stuck = True
        result = self._wait(results, seconds, waiting)
        self._stuck = False
        if isinstance(result, Exception):
            raise result
        return result

    @staticmethod
    def _wait(results: SimpleQueue[T | Exception], seconds: float, waiting: Callable[[], None]) -> T | Exception:
        for _ in range(max(1, round(seconds / LOOK_UP_EVERY))):
            try:
                return results.get(timeout=LOOK_UP_EVERY)
            except Empty:
                waiting()
        raise KeySilent(seconds)

    def close(self, last: Callable[[], None]) -> None:
        """Do `last`, and end; where a job hangs, when it comes back. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self._jobs.put(last)
        self._jobs.put(None)
        if not self._stuck:
            self._thread.join(_SLICES_OF_GRACE * LOOK_UP_EVERY)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
