"""How live codes stand, in memory: thousands of kiosks ask every second or two, and the answer is mostly the same."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from kiosk.service.noticeboard import Noticeboard
from kiosk.service.store import phone_codes as rows
from kiosk.service.store.engine import ReadTx, Store
from kiosk.service.store.phone_codes import Glimpse

_MOST: Final = 50_000


class Board(Noticeboard[Glimpse]):
    """What is known of the codes that were asked about lately; their transactions are what is waited for."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__(monotonic)
        self._known: OrderedDict[str, Glimpse] = OrderedDict()
        self._asked: OrderedDict[str, datetime] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def known(self, transaction_id: str) -> Glimpse | None:
        """How a code stands, as far as the board knows."""
        return self._known.get(transaction_id)

    def tell(self, news: Glimpse) -> None:
        """As `Noticeboard.tell`."""
        with self._lock:
            before = self._known.get(news.id)
            if before is not None and before.version >= news.version:
                return
            self._known[news.id] = news
            if before is None and len(self._known) > _MOST:
                self._known.popitem(last=False)
            wakes = self._awaiting((news.id,))
        for wake in wakes:
            wake()

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

    def _changes(self, tx: ReadTx, since: datetime) -> Sequence[Glimpse]:
        return rows.changed_since(tx, since, self._known)

    def _forget(self) -> None:
        with self._lock:
            self._known.clear()
