"""Takes records in by the block: each block is decided about and written in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kiosk.service.bulk_import.reading import Entry
from kiosk.service.bulk_import.rules import Around, Plan, masked, plan
from kiosk.service.directories.csv_file import BadRow
from kiosk.service.sources import Random
from kiosk.service.store.aliases import name_lock
from kiosk.service.store.batches import FailedRecord
from kiosk.service.store.bulk import Place, aliased, badge_holders, kept_users, write_people
from kiosk.service.store.engine import ReadTx, WriteTx

BLOCK: Final = 5000
"""Records of a transaction: what a kiosk waits for at most, and what is read again after a crash."""

_MILLISECONDS: Final = 6
_RANDOM: Final = 10
"""Bytes of an id of somebody new. They grow with time, so that a million of them fill an index from one end."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Takes people in at a place."""

    place: Place
    random: Random

    def decide(self, tx: ReadTx, entries: Sequence[Entry], now: datetime) -> Plan:
        """What would become of a block, one record after the other."""
        rows = [entry.row for entry in entries]
        people = [row for row in rows if not isinstance(row, BadRow)]
        keys = _keys(entries)
        around = Around(
            kept=kept_users(tx, self.place, keys),
            aliased=aliased(tx, self.place.tenant, keys),
            holders=badge_holders(tx, [row.badge for row in people if row.badge]),
        )
        return plan(rows, around, self.place, ids(self.random, len(people), now))

    def take_in(self, tx: WriteTx, entries: Sequence[Entry], now: datetime) -> Plan:
        """Decide about a block, and write it."""
        tx.alone_with(*(name_lock(self.place.tenant, key) for key in _keys(entries)))
        decided = self.decide(tx, entries, now)
        write_people(tx, self.place, decided.writes, now)
        return decided


def _keys(entries: Sequence[Entry]) -> list[str]:
    return list({entry.row.values["upn"] for entry in entries if not isinstance(entry.row, BadRow)})


def ids(random: Random, most: int, now: datetime) -> Callable[[], str]:
    """Makes at most so many ids of 128 bits: milliseconds, then random bits."""
    when = int(now.timestamp() * 1000).to_bytes(_MILLISECONDS, "big").hex()
    drawn = random.token(_RANDOM * most).hex()
    size = 2 * _RANDOM
    fresh = iter(sorted(drawn[at : at + size] for at in range(0, len(drawn), size)))
    return lambda: when + next(fresh)


def failed(entries: Sequence[Entry], decided: Plan) -> list[FailedRecord]:
    """The records of a block that failed, to be kept; the name in each is masked."""
    by_line = {entry.row.line: entry for entry in entries}
    return [_failed(by_line[bad.line], bad) for bad in decided.failed]


def _failed(entry: Entry, bad: BadRow) -> FailedRecord:
    return FailedRecord(bad.line, bad.column[:64], bad.problem[:200], masked(entry.name()[:256]), entry.source())
