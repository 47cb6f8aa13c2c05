"""Work that may hang, done aside, so that nobody hangs with it."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Generic, TypeVar

from hardware.errors import KeySilent

T = TypeVar("T")


class Aside(Generic[T]):
    """Does `work` on a thread of its own. One that does not come back is left behind, and no second beside it."""

    def __init__(self, work: Callable[[], T], seconds: float, name: str) -> None:
        self._work = work
        self._seconds = seconds
        self._name = name
        self._lock = Lock()
        self._left_behind: Thread | None = None

    def __call__(self) -> T:
        """The result of the work, or what it raised. Raises KeySilent when there is none in time."""
        with self._lock:
            if self._left_behind is not None:
                self._left_behind.join(self._seconds)
                if self._left_behind.is_alive():
                    raise KeySilent(self._seconds)
                self._left_behind = None
            return self._start()

    def _start(self) -> T:
        results: SimpleQueue[T | Exception] = SimpleQueue()
        thread = Thread(target=self._do, args=(results,), name=self._name, daemon=True)
        thread.start()
        try:
            result = results.get(timeout=self._seconds)
        except Empty:
            self._left_behind = thread
            raise KeySilent(self._seconds) from None
        thread.join()
        if isinstance(result, Exception):
            raise result
        return result

    def _do(self, results: SimpleQueue[T | Exception]) -> None:
        results.put(outcome(self._work))


def outcome(work: Callable[[], T]) -> T | Exception:
    """What the work gives, or what it raises, to be raised in the thread that waits for it."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - the edge of a thread
        return error
