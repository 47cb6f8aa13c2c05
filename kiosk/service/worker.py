"""The loops that do what is due without anybody asking: every second, and at once when the bell rings."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from threading import Event, Lock, Thread
from typing import Final, Protocol, runtime_checkable

import structlog

from kiosk.service.store.engine import StoreGone

_log = structlog.get_logger("keywright.service")

ANSWER_FIRST: Final = 0.01
"""Seconds that a lane leaves to the request that rang: its answer shall not wait for the interpreter."""

SHORTEST_REST: Final = 1.0
LONGEST_REST: Final = 5.0
"""Seconds after which a lane asks again for a database that is away: twice as many each time, up to the longest."""


@dataclass(frozen=True, slots=True)
class Chore:
    """Work that falls due. `work` does one piece of it and tells whether there may be more at once.

    It is looked at every `every` seconds, and when the bell rings for a kind of work that it `hears`. `end` lets go of
    what it keeps between two pieces, once its lane has ended.
    """

    name: str
    work: Callable[[], bool]
    every: float = 1.0
    hears: str = ""
    end: Callable[[], None] = lambda: None


@runtime_checkable
class Tended(Protocol):
    """A connector that has work of its own, besides being asked."""

    def chores(self) -> tuple[Chore, ...]:
        """What falls due, in a lane of its own."""
        ...


class Bell:
    """Wakes who does a kind of work; safe to ring from every thread, and before the lanes are there."""

    def __init__(self) -> None:
        self._listeners: list[tuple[frozenset[str], Event]] = []

    def ring(self, work: Set[str]) -> None:
        """There is work of these kinds: nobody waits for the second to pass."""
        for hears, listener in self._listeners:
            if not hears.isdisjoint(work):
                listener.set()

    def listener(self, hears: frozenset[str]) -> Event:
        """An event that is set when the bell rings for one of these kinds."""
        event = Event()
        self._listeners.append((hears, event))
        return event


class Outage:
    """Whether the database is away, as all lanes find together: it is logged once, and once that it is back."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic, self._lock = monotonic, Lock()
        self._since: float | None = None

    def begins(self, job: str) -> None:
        """A chore asked for the database in vain."""
        with self._lock:
            if self._since is None:
                self._since = self._monotonic()
                _log.warning("database_away", job=job)

    def ends(self) -> None:
        """A chore that had asked in vain was answered."""
        with self._lock:
            since, self._since = self._since, None
        if since is not None:
            _log.info("database_back", seconds=round(self._monotonic() - since, 1))


class Lane:
    """One thread that does its chores in turn. Any number of replicas may run the same: each chore claims its work.

    While the database is away it rests, longer each time, and goes on by itself.
    """

    def __init__(
        self,
        name: str,
        chores: Sequence[Chore],
        bell: Bell,
        monotonic: Callable[[], float] = time.monotonic,
        outage: Outage | None = None,
    ) -> None:
        self._chores, self._monotonic = tuple(chores), monotonic
        self._outage = outage or Outage(monotonic)
        self._in_vain: Chore | None = None
        self._rest = SHORTEST_REST
        self._next = dict.fromkeys(self._chores, monotonic())
        hears = frozenset(chore.hears for chore in self._chores if chore.hears)
        self._awake, self._stopped = bell.listener(hears), Event()
        self._thread = Thread(target=self._run, name=f"keywright-{name}", daemon=True)

    def start(self) -> None:
        """Begin, with what is due now."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end after the piece of work in hand."""
        self._stopped.set()
        self._awake.set()

    def join(self, timeout: float) -> None:
        """Wait until the thread has ended, at most `timeout` seconds, and let go of what its chores kept."""
        if self._thread.is_alive():
            self._thread.join(timeout)
        if not self._thread.is_alive():
            for chore in self._chores:
                chore.end()

    def run_due(self, *, rung: bool = False) -> None:
        """Do what is due now, and when the bell was rung also what hears it."""
        for chore in self._chores:
            if (rung and chore.hears) or self._monotonic() >= self._next[chore]:
                if not self._reached(chore):
                    self._put_off()
                    return
                self._next[chore] = self._monotonic() + chore.every

    def _run(self) -> None:
        self.run_due()
        while not self._stopped.is_set():
            rung = self._awake.wait(max(0.0, min(self._next.values()) - self._monotonic()))
            if rung:
                self._stopped.wait(ANSWER_FIRST)
            self._awake.clear()
            if not self._stopped.is_set():
                self.run_due(rung=rung)

    def _reached(self, chore: Chore) -> bool:
        """Do it; False if the database is away."""
        try:
            self._do(chore)
        except StoreGone:
            self._outage.begins(chore.name)
            self._in_vain = chore
            return False
        if self._in_vain is chore:
            self._outage.ends()
            self._in_vain, self._rest = None, SHORTEST_REST
        return True

    def _put_off(self) -> None:
        """What is due later stays so."""
        later = self._monotonic() + self._rest
        self._next = {chore: max(due, later) for chore, due in self._next.items()}
        self._rest = min(2 * self._rest, LONGEST_REST)

    def _do(self, chore: Chore) -> None:
        try:
            while chore.work() and not self._stopped.is_set():
                pass
        except StoreGone:
            raise
        except Exception as error:  # noqa: BLE001 - a lane's edge: a chore that fails must not end the others
            _log.error("chore_failed", job=chore.name, exc_info=error)


class Worker:
    """All lanes: one slow mail server holds nothing else up."""

    def __init__(
        self, lanes: Mapping[str, Sequence[Chore]], bell: Bell, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        outage = Outage(monotonic)
        self.chores = tuple(chore for each in lanes.values() for chore in each)
        """All that falls due, lane after lane."""
        self._lanes = tuple(Lane(name, chores, bell, monotonic, outage) for name, chores in lanes.items())

    def start(self) -> None:
        """Begin."""
        for lane in self._lanes:
            lane.start()

    def stop(self, timeout: float = 30.0) -> None:
        """End all lanes, each after the piece of work in hand. Safe to call twice, or before `start`."""
        for lane in self._lanes:
            lane.stop()
        for lane in self._lanes:
            lane.join(timeout)

    def run_due(self) -> None:
        """Do everything once in this thread, for tests and for tools."""
        for lane in self._lanes:
            lane.run_due(rung=True)
