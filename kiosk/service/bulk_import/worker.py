"""Works through batches, a block in a transaction with how far it came: a crash at any moment loses and doubles nobody.

A batch belongs to whoever has its lease, and each block holds on to it by compare-and-set: one replica goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, Protocol

import structlog

from kiosk.service.audit.actions import Event, record
from kiosk.service.bulk_import.engine import BLOCK, Engine, failed
from kiosk.service.bulk_import.reading import CHUNK, Chunks, Entry, Reader, json_entry
from kiosk.service.bulk_import.rules import AT_WORK, BatchState, Form, Plan
from kiosk.service.directories.actions import site
from kiosk.service.directories.csv_file import BadRow
from kiosk.service.directories.csv_people import PeopleReader
from kiosk.service.parts import Parts
from kiosk.service.store.batches import (
    BatchRow,
    FailedRecord,
    abandoned_batch,
    add_failed,
    change_batch,
    chunk,
    drop_chunks,
    drop_failed,
    due_batch,
    failed_records,
    forget_batch,
    forget_sources,
)
from kiosk.service.store.bulk import Place
from kiosk.service.store.engine import StaleRow, WriteTx

_logger = structlog.get_logger("keywright.migration")

LEASE: Final = timedelta(seconds=30)
"""How long a batch whose worker was killed waits for another one."""

ABANDONED: Final = timedelta(hours=1)
"""After which an upload that broke off is forgotten."""

KEPT: Final = timedelta(days=30)
"""How long records that failed keep their source."""


class Job(Protocol):
    """A batch that is being worked on."""

    row: BatchRow

    def step(self) -> bool:
        """Do a piece; whether there is more. Raises StaleRow where another replica has the batch."""
        ...


class Migrator:
    """Works on one batch at a time."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._job: Job | None = None

    def work(self) -> bool:
        """Do a piece of the oldest batch; False when there is nothing to do. Raises StoreBusy, StorageFull: then it is
        tried again after the lease."""
        job, self._job = self._job or self._claimed(), None
        if job is None:
            return False
        try:
            self._job = job if job.step() else None
        except StaleRow:
            _logger.warning("batch_lost", reference=job.row.id)
        return True

    def let_go(self) -> None:
        """Leave the batch in hand to others at once."""
        job, self._job = self._job, None
        if job is not None:
            row = job.row
            self._parts.store.write(lambda tx: change_batch(tx, row, leased_until=None))

    def _claimed(self) -> Job | None:
        now = self._parts.clock.now()
        with self._parts.store.glance() as tx:
            due = due_batch(tx, AT_WORK, now)
        if due is None:
            return None
        row = due
        try:
            claimed = self._parts.store.write(lambda tx: change_batch(tx, row, leased_until=now + LEASE))
        except StaleRow:  # another replica was first
            return None
        return _JOBS[BatchState(claimed.state)](self._parts, claimed)


class ImportJob:
    """Takes in what was uploaded."""

    def __init__(self, parts: Parts, row: BatchRow) -> None:
        self._parts, self.row = parts, row
        self._engine = _engine(parts, row)
        people = _people(parts)
        source = Chunks(self._fetch, row.position)
        self._reader = Reader(source, people, row.line)
        self._entries = self._begun(people, Form(row.form))

    def _begun(self, people: PeopleReader, form: Form) -> Iterator[Entry]:
        if form is Form.NDJSON or self.row.position == 0:
            return self._reader.entries(form)
        return self._reader.entries(form, Reader(Chunks(self._fetch), people).header())

    def _fetch(self, number: int) -> bytes:
        with self._parts.store.read() as tx:
            return chunk(tx, self.row.id, number)

    def step(self) -> bool:
        """Take in the next block."""
        entries = list(islice(self._entries, BLOCK))
        last = len(entries) < BLOCK
        position, line = self._reader.source.position, self._reader.line
        self.row = self._parts.store.write(
            lambda tx: self._write(tx, entries, position, line, last=last), hasty=not last
        )
        return not last

    def _write(self, tx: WriteTx, entries: list[Entry], position: int, line: int, *, last: bool) -> BatchRow:
        now = self._parts.clock.now()
        row = _held(tx, self.row, now)
        decided = self._engine.take_in(tx, entries, now)
        add_failed(tx, row.id, failed(entries, decided))
        drop_chunks(tx, row.id, max(1, row.position // CHUNK), position // CHUNK)  # the first one has the header
        counts = _counted(row, decided) | {"read": row.read + len(entries), "failed": row.failed + len(decided.failed)}
        if last:
            return _ended(tx, self._parts, row, {**counts, "position": row.size, "line": line})
        return change_batch(tx, row, position=position, line=line, **counts)


class RetryJob:
    """Takes in once more what failed, and nothing else."""

    def __init__(self, parts: Parts, row: BatchRow) -> None:
        self._parts, self.row = parts, row
        self._engine, self._people = _engine(parts, row), _people(parts)

    def step(self) -> bool:
        """Try the next block of records that failed."""
        with self._parts.store.read() as tx:
            records = failed_records(tx, self.row.id, self.row.position, BLOCK)
        entries = [self._entry(each) for each in records]
        self.row = self._parts.store.write(lambda tx: self._write(tx, records, entries), hasty=bool(records))
        return bool(records)

    def _entry(self, each: FailedRecord) -> Entry:
        if not each.source:  # there is nothing to try
            return Entry(BadRow(each.number, each.field, each.reason), "")
        return json_entry(self._people, each.number, each.source)

    def _write(self, tx: WriteTx, records: tuple[FailedRecord, ...], entries: list[Entry]) -> BatchRow:
        now = self._parts.clock.now()
        row = _held(tx, self.row, now)
        if not records:
            return _ended(tx, self._parts, row, {"position": row.size})
        decided = self._engine.take_in(tx, entries, now)
        still = {each.number: each for each in failed(entries, decided)}
        last = records[-1].number
        drop_failed(tx, row.id, row.position + 1, last)
        add_failed(tx, row.id, [_named(each, still[each.number]) for each in records if each.number in still])
        counts = _counted(row, decided) | {"failed": row.failed - len(records) + len(still)}
        return change_batch(tx, row, position=last, **counts)


_JOBS: Final[dict[BatchState, Callable[[Parts, BatchRow], Job]]] = {
    BatchState.IMPORTING: ImportJob,
    BatchState.RETRYING: RetryJob,
}


def _held(tx: WriteTx, row: BatchRow, now: datetime) -> BatchRow:
    """The batch, which nobody else changes until the end of the transaction. Raises StaleRow."""
    return change_batch(tx, row, leased_until=now + LEASE, seen_at=now)


def forget_abandoned(parts: Parts) -> bool:
    """Forget an upload that broke off; whether there was one."""
    before = parts.clock.now() - ABANDONED

    def forget(tx: WriteTx) -> bool:
        row = abandoned_batch(tx, BatchState.RECEIVING, before)
        if row is not None:
            forget_batch(tx, row)
        return row is not None

    return parts.store.write(forget)


def forget_failed(parts: Parts) -> int:
    """Empty the records that failed and that nobody has tried again for so long; how many."""
    before = parts.clock.now() - KEPT
    return parts.store.write(lambda tx: forget_sources(tx, before))


def _named(before: FailedRecord, now: FailedRecord) -> FailedRecord:
    return now if now.source else before


def _engine(parts: Parts, row: BatchRow) -> Engine:
    return Engine(Place(row.tenant, row.site, "migration"), parts.random)


def _people(parts: Parts) -> PeopleReader:
    kinds = {name: each.kind for name, each in parts.settings.identify.attributes.items()}
    return PeopleReader(site(parts.settings), kinds)


def _counted(row: BatchRow, decided: Plan) -> dict[str, int]:
    return {
        "created": row.created + decided.created,
        "changed": row.changed + decided.changed,
        "same": row.same + decided.same,
    }


def _ended(tx: WriteTx, parts: Parts, row: BatchRow, changes: Mapping[str, Any]) -> BatchRow:
    now = parts.clock.now()
    drop_chunks(tx, row.id, 0)
    done = change_batch(tx, row, state=BatchState.DONE, leased_until=None, seen_at=now, ended_at=now, **changes)
    counts = {name: getattr(done, name) for name in ("read", "created", "changed", "same", "failed")}
    actor = f"client:{row.client_id}"
    record(tx, parts, Event("migration_ended", row.tenant, actor, row.id, site=row.site, details=counts))
    return done
