"""What moved lately among requests to staff, in memory: whoever waits for one, or for a tenant's queue, is woken."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from kiosk.service.noticeboard import Noticeboard
from kiosk.service.store.approvals import Moved, moved_since
from kiosk.service.store.engine import ReadTx

_MOST: Final = 20_000


def queue_of(tenant: str) -> str:
    """What somebody waits for who waits for any request of a tenant."""
    return f"tenant {tenant}"


class Bulletin(Noticeboard[Moved]):
    """What is waited for is a request (its id), or a queue (`queue_of`)."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__(monotonic)
        self._versions: OrderedDict[str, int] = OrderedDict()
        self._moves: dict[str, int] = {}

    def moves(self, tenant: str) -> int:
        """A number that grows each time something moves in a tenant's queue."""
        return self._moves.get(tenant, 0)

    def tell(self, news: Moved) -> None:
        """As `Noticeboard.tell`."""
        with self._lock:
            if self._versions.get(news.id, 0) >= news.version:
                return
            self._versions[news.id] = news.version
            self._versions.move_to_end(news.id)
            if len(self._versions) > _MOST:
                self._versions.popitem(last=False)
            self._moves[news.tenant] = self._moves.get(news.tenant, 0) + 1
            wakes = self._awaiting((news.id, queue_of(news.tenant)))
        for wake in wakes:
            wake()

    def _changes(self, tx: ReadTx, since: datetime) -> Sequence[Moved]:
        return moved_since(tx, since)
