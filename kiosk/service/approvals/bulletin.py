"""What moved lately among requests to staff, in memory: whoever waits for one, or for a tenant's queue, is woken.

The bulletin is told of what this process changes as soon as it is committed. What other processes change is read four
times a second while somebody waits: requests that changed since shortly before the last look, because a change is
dated before it is committed. Every few seconds the look goes further back, for clocks that are apart.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from kiosk.service.store.approvals import Moved, moved_since
from kiosk.service.store.engine import Store

TICK: Final = 0.2
"""Seconds that what is known may be old."""

_MOST: Final = 20_000
_BACK: Final = timedelta(seconds=3)
_FAR_BACK: Final = timedelta(seconds=60)
_FAR_EACH: Final = 5.0  # seconds

Wake = Callable[[], None]
"""Tells somebody who waits that there is news; called from any thread."""


def queue_of(tenant: str) -> str:
    """What somebody waits for who waits for any request of a tenant."""
    return f"tenant {tenant}"


class Bulletin:
    """Safe to share between threads. `dismissals` counts how often whoever waits was sent away."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._versions: OrderedDict[str, int] = OrderedDict()
        self._moves: dict[str, int] = {}
        self._waiting: dict[str, set[Wake]] = {}
        self._lock, self._looking = Lock(), Lock()
        self._looked_at, self._looked_far_at = -_FAR_EACH, -_FAR_EACH
        self._since: datetime | None = None
        self.dismissals = 0

    @property
    def fresh(self) -> bool:
        """Whether others were looked at a moment ago."""
        return self._monotonic() - self._looked_at < TICK

    @property
    def awaited(self) -> bool:
        """Whether anybody waits."""
        return bool(self._waiting)

    def moves(self, tenant: str) -> int:
        """A number that grows each time something moves in a tenant's queue."""
        return self._moves.get(tenant, 0)

    def tell(self, news: Moved) -> None:
        """A request stands otherwise now. What is older than what is known is no news."""
        with self._lock:
            if self._versions.get(news.id, 0) >= news.version:
                return
            self._versions[news.id] = news.version
            self._versions.move_to_end(news.id)
            if len(self._versions) > _MOST:
                self._versions.popitem(last=False)
            self._moves[news.tenant] = self._moves.get(news.tenant, 0) + 1
            wakes = {each for topic in (news.id, queue_of(news.tenant)) for each in self._waiting.get(topic, ())}
        for wake in wakes:
            wake()

    def refresh(self, store: Store, now: datetime) -> None:
        """Look what others have changed, unless somebody is looking. Raises StoreBusy."""
        with self._looking:
            begun = self._monotonic()
            if begun - self._looked_at < TICK:
                return
            far = begun - self._looked_far_at >= _FAR_EACH
            since = min(now, self._since or now) - (_FAR_BACK if far else _BACK)
            with store.read() as tx:
                moved = moved_since(tx, since)
            for each in moved:
                self.tell(each)
            self._looked_at, self._since = begun, now
            if far:
                self._looked_far_at = begun

    def wait(self, topic: str, wake: Wake) -> None:
        """Call `wake` at each change of a request (its id) or of a queue (`queue_of`), until `leave`."""
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
            wakes = [wake for waiting in self._waiting.values() for wake in waiting]
        for wake in wakes:
            wake()
