"""How live codes stand, in memory: thousands of kiosks ask every second or two, and the answer is mostly the same.

The board is told of what this process changes as soon as it is committed. What other processes change is read four
times a second while somebody asks: the codes that changed since shortly before the last look, because a change is
dated before it is committed. Every few seconds the look goes further back, for clocks that are apart and transactions
that take long.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from kiosk.service.store import phone_codes as rows
from kiosk.service.store.engine import Store
from kiosk.service.store.phone_codes import Glimpse

TICK: Final = 0.25
"""Seconds that what is known may be old."""

_MOST: Final = 50_000
_BACK: Final = timedelta(seconds=3)
_FAR_BACK: Final = timedelta(seconds=60)
_FAR_EACH: Final = 5.0  # seconds
_FORGOTTEN: Final = 60.0  # seconds without anybody asking

Wake = Callable[[], None]
"""Tells somebody who waits that there is news; called from any thread."""


class Board:
    """What is known of the codes that were asked about lately. Safe to share between threads.

    `dismissals` counts how often whoever waits was sent away.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._known: OrderedDict[str, Glimpse] = OrderedDict()
        self._asked: OrderedDict[str, datetime] = OrderedDict()
        self._waiting: dict[str, set[Wake]] = {}
        self._lock, self._looking = Lock(), Lock()
        self._looked_at, self._looked_far_at = -_FORGOTTEN, -_FORGOTTEN
        self._since: datetime | None = None
        self.dismissals = 0

    def __len__(self) -> int:
        return len(self._known)

    @property
    def fresh(self) -> bool:
        """Whether what is known is new enough to be told."""
        return self._monotonic() - self._looked_at < TICK

    @property
    def awaited(self) -> bool:
        """Whether anybody waits."""
        return bool(self._waiting)

    def known(self, transaction_id: str) -> Glimpse | None:
        """How a code stands, as far as the board knows."""
        return self._known.get(transaction_id)

    def tell(self, news: Glimpse) -> None:
        """A code stands otherwise now. What is older than what is known is no news."""
        with self._lock:
            before = self._known.get(news.id)
            if before is not None and before.version >= news.version:
                return
            self._known[news.id] = news
            if before is None and len(self._known) > _MOST:
                self._known.popitem(last=False)
            wakes = tuple(self._waiting.get(news.id, ()))
        for wake in wakes:
            wake()

    def refresh(self, store: Store, now: datetime) -> None:
        """Look what others have changed, unless somebody is looking. Raises StoreBusy."""
        with self._looking:
            begun = self._monotonic()
            if begun - self._looked_at < TICK:
                return
            if begun - self._looked_at >= _FORGOTTEN:
                self._forget()
            far = begun - self._looked_far_at >= _FAR_EACH
            since = min(now, self._since or now) - (_FAR_BACK if far else _BACK)
            with store.read() as tx:
                changed = rows.changed_since(tx, since, self._known)
            for each in changed:
                self.tell(each)
            self._looked_at, self._since = begun, now
            if far:
                self._looked_far_at = begun

    def read(self, store: Store, transaction_id: str) -> Glimpse | None:
        """How a code stands that the board does not know: one indexed read. Raises StoreBusy."""
        with store.read() as tx:
            found = rows.glimpse(tx, transaction_id)
        if found is not None:
            self.tell(found)
        return self._known.get(transaction_id, found)

    def may_ask(self, transaction_id: str, now: datetime, each: timedelta) -> bool:
        """Whether the service elsewhere was not asked about a code for a while; it is from now on."""
        with self._lock:
            last = self._asked.pop(transaction_id, None)
            due = last is None or not timedelta(0) <= now - last < each
            self._asked[transaction_id] = now if last is None or due else last
            if len(self._asked) > _MOST:
                self._asked.popitem(last=False)
        return due

    def wait(self, transaction_id: str, wake: Wake) -> None:
        """Call `wake` at each change of the code, until `leave`."""
        with self._lock:
            self._waiting.setdefault(transaction_id, set()).add(wake)

    def leave(self, transaction_id: str, wake: Wake) -> None:
        """Wait no more."""
        with self._lock:
            waiting = self._waiting[transaction_id]
            waiting.discard(wake)
            if not waiting:
                del self._waiting[transaction_id]

    def dismiss(self) -> None:
        """The server stops: whoever waits is answered now."""
        with self._lock:
            self.dismissals += 1
            wakes = [wake for waiting in self._waiting.values() for wake in waiting]
        for wake in wakes:
            wake()

    def _forget(self) -> None:
        """Nobody asked for a while, so nobody looked: what is known may be old."""
        with self._lock:
            self._known.clear()
