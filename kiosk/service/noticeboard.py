"""Who waits for news, and the look at what other processes have changed: codes of phones, and requests to staff.

A board is told of what this process changes as soon as it is committed. What other processes change is read a few times
a second while somebody asks: what changed since shortly before the last look, because a change is dated before it is
committed. Every few seconds the look goes further back, for clocks that are apart and transactions that take long.
"""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, Generic, TypeVar

from fastapi.concurrency import run_in_threadpool

from kiosk.service.store.engine import ReadTx, Store, StoreBusy

N = TypeVar("N")

TICK: Final = 0.25
"""Seconds that what is known may be old."""
RESTED: Final = 60.0
"""Seconds without a look, after which what is known may be old."""

_BACK: Final = timedelta(seconds=3)
_FAR_BACK: Final = timedelta(seconds=60)
_FAR_EACH: Final = 5.0  # seconds

Wake = Callable[[], None]
"""Tells somebody who waits that there is news; called from any thread."""


class Noticeboard(ABC, Generic[N]):
    """Safe to share between threads. `dismissals` counts how often whoever waits was sent away."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._waiting: dict[str, set[Wake]] = {}
        self._lock, self._looking = Lock(), Lock()
        self._looked_at, self._looked_far_at = -RESTED, -RESTED
        self._since: datetime | None = None
        self.dismissals = 0

    @abstractmethod
    def tell(self, news: N) -> None:
        """Something stands otherwise now. What is older than what is known is no news."""

    @abstractmethod
    def _changes(self, tx: ReadTx, since: datetime) -> Sequence[N]:
        """What changed since then, in the database."""

    def _forget(self) -> None:
        """Nobody asked for a while, so nobody looked: what is known may be old."""

    @property
    def fresh(self) -> bool:
        """Whether what is known is new enough to be told."""
        return self._monotonic() - self._looked_at < TICK

    @property
    def awaited(self) -> bool:
        """Whether anybody waits."""
        return bool(self._waiting)

    def refresh(self, store: Store, now: datetime) -> None:
        """Look what others have changed, unless somebody is looking. Raises StoreBusy."""
        with self._looking:
            begun = self._monotonic()
            if begun - self._looked_at < TICK:
                return
            if begun - self._looked_at >= RESTED:
                self._forget()
            far = begun - self._looked_far_at >= _FAR_EACH
            since = min(now, self._since or now) - (_FAR_BACK if far else _BACK)
            with store.read() as tx:
                changed = self._changes(tx, since)
            for each in changed:
                self.tell(each)
            self._looked_at, self._since = begun, now
            if far:
                self._looked_far_at = begun

    def wait(self, topic: str, wake: Wake) -> None:
        """Call `wake` at each change of the topic, until `leave`."""
        with self._lock:
            self._waiting.setdefault(topic, set()).add(wake)

    def leave(self, topic: str, wake: Wake) -> None:
        """Wait no more."""
        with self._lock:
            waiting = self._waiting[topic]
            waiting.discard(wake)
            if not waiting:
                del self._waiting[topic]

    def dismiss(self) -> None:
        """The server stops: whoever waits is answered now."""
        with self._lock:
            self.dismissals += 1
            wakes = self._awaiting(tuple(self._waiting))
        for wake in wakes:
            wake()

    def _awaiting(self, topics: Iterable[str]) -> set[Wake]:
        """Who waits for one of these; the lock is held."""
        return {wake for topic in topics for wake in self._waiting.get(topic, ())}


class Lookout(Generic[N]):
    """Keeps a board fresh for the event loop of one application: no thread is held while somebody waits, and what many
    ask for at the same moment is looked up once."""

    def __init__(self, board: Noticeboard[N], store: Store, now: Callable[[], datetime]) -> None:
        self._board, self._store, self._now = board, store, now
        self._look: asyncio.Future[None] | None = None
        self._ticking: asyncio.Future[None] | None = None

    async def refreshed(self) -> None:
        """Come back when the board is fresh. Raises StoreBusy."""
        if self._board.fresh:
            return
        if self._look is None or self._look.done():
            self._look = asyncio.ensure_future(self._refresh())
        await asyncio.shield(self._look)

    @contextmanager
    def waiting(self, topic: str) -> Iterator[asyncio.Event]:
        """An event that is set at each change of the topic; meanwhile the board stays fresh."""
        loop, news = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            loop.call_soon_threadsafe(news.set)

        self._board.wait(topic, wake)
        try:
            if self._ticking is None or self._ticking.done():
                self._ticking = asyncio.ensure_future(self._keep_fresh())
            yield news
        finally:
            self._board.leave(topic, wake)

    async def _refresh(self) -> None:
        if self._store.in_process:
            self._board.refresh(self._store, self._now())
        else:
            await run_in_threadpool(self._board.refresh, self._store, self._now())

    async def _keep_fresh(self) -> None:
        while self._board.awaited:
            with suppress(StoreBusy):  # whoever asks next is told
                await self.refreshed()
            await asyncio.sleep(TICK)
