"""Tells the log server what happened since it was told last: one replica at a time, again after a trouble."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

import structlog

from kiosk.service.audit.syslog import PATIENCE, LogServer, NotTold, message
from kiosk.service.parts import Parts
from kiosk.service.store.audit import entries
from kiosk.service.store.audit_told import ClaimedTelling, claim_telling, settle_telling, something_to_tell
from kiosk.service.store.engine import StaleRow

_log = structlog.get_logger("keywright.service")

AT_ONCE: Final = 500
_LEASE: Final = timedelta(seconds=4 * PATIENCE)
_LONGEST_PAUSE: Final = 600
_MOST_DOUBLINGS: Final = 10


def due_after(tries: int, now: datetime) -> datetime:
    """When a batch is tried again that failed so often: after 1, 2, 4, … seconds, ten minutes at the most."""
    return now + timedelta(seconds=min(2 ** min(tries - 1, _MOST_DOUBLINGS), _LONGEST_PAUSE))


@dataclass(frozen=True, slots=True)
class Teller:
    """`host` is what this machine is called in the messages."""

    parts: Parts
    server: LogServer
    host: str

    def tell_next(self) -> bool:
        """Tell the next entries, a few hundred at once; whether there may be more. Raises StoreBusy."""
        store, now = self.parts.store, self.parts.clock.now()
        with store.read() as tx:
            if not something_to_tell(tx, now):
                return False
        claimed = store.write(lambda tx: claim_telling(tx, now, _LEASE), hasty=True)
        return claimed is not None and self._tell(claimed)

    def _tell(self, claimed: ClaimedTelling) -> bool:
        with self.parts.store.read() as tx:
            found = tuple(islice(entries(tx, claimed.number + 1), AT_ONCE))
        form, last = self.parts.settings.audit.form, found[-1].number if found else claimed.number
        try:
            if found:
                self.server.tell([message(each, form, self.host) for each in found])
        except NotTold as error:
            _log.error("trail_not_told", reason=error.reason, count=claimed.tries + 1)
            now = self.parts.clock.now()
            self._settle(claimed, claimed.number, due_after(claimed.tries + 1, now), error.reason)
            return False
        self._settle(claimed, last, self.parts.clock.now())
        return len(found) == AT_ONCE

    def _settle(self, claimed: ClaimedTelling, number: int, due_at: datetime, trouble: str = "") -> None:
        try:
            self.parts.store.write(lambda tx: settle_telling(tx, claimed, number, due_at, trouble))
        except StaleRow:
            _log.warning("trail_claim_lost")
