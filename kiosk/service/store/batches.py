"""Migrations of people: each batch with its source, how far it came, and the records that failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from kiosk.service.store.columns import UtcDateTime, id_column, metadata, one_of
from kiosk.service.store.engine import ReadTx, StaleRow, WriteTx
from kiosk.service.store.loading import load

BATCHES: Final = "batches"
"""What this leaves to do, as the lanes hear of it."""

batches = Table(
    "batches",
    metadata,
    id_column(),
    Column("tenant", String(40), nullable=False),
    Column("site", String(40), nullable=False),
    Column("client_id", String(64), nullable=False),
    Column("form", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("line", BigInteger, nullable=False),
    Column("read", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("same", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("merged", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Index("ix_batches_tenant_made_at", "tenant", "made_at"),
)
"""`position` and `line` are how much of the source was taken in, in bytes and lines; during a retry `position` is the
number of the last record that was tried again. `digest` is of the source (SHA-256)."""

batch_chunks = Table(
    "batch_chunks",
    metadata,
    Column("batch_id", ForeignKey("batches.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("batch_id", "number"),
)

batch_records = Table(
    "batch_records",
    metadata,
    Column("batch_id", ForeignKey("batches.id", ondelete="CASCADE"), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("field", String(64), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("name", String(64), nullable=False),
    Column("source", Text, nullable=False),
    PrimaryKeyConstraint("batch_id", "number"),
)
"""Only what needs somebody's attention: a record that is not here was taken in. `name` is masked."""


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One migration. `version` grows with each change: who has seen an older one has lost it."""

    id: str
    tenant: str
    site: str
    client_id: str
    form: str
    state: str
    made_at: datetime
    seen_at: datetime
    size: int = 0
    digest: str = ""
    position: int = 0
    line: int = 0
    read: int = 0
    created: int = 0
    changed: int = 0
    same: int = 0
    failed: int = 0
    merged: int = 0
    version: int = 1
    leased_until: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FailedRecord:
    """A record that was not taken in: its number in the source, what is wrong with which field, and its source."""

    number: int
    field: str
    reason: str
    name: str
    source: str


_COLUMNS = tuple(batches.c[name] for name in BatchRow.__slots__)
_RECORD = tuple(batch_records.c[name] for name in FailedRecord.__slots__)


def add_batch(tx: WriteTx, row: BatchRow) -> None:
    """Store a new batch."""
    tx.work.add(BATCHES)
    tx.connection.execute(insert(batches), {name: getattr(row, name) for name in BatchRow.__slots__})


def batch(tx: ReadTx, tenant: str, batch_id: str) -> BatchRow | None:
    """The tenant's batch of this id."""
    return _one(tx, batches.c.id == batch_id, batches.c.tenant == tenant)


def batches_of(tx: ReadTx, tenant: str, sites: Sequence[str], after: str, limit: int) -> tuple[BatchRow, ...]:
    """The tenant's batches of some sites, newest first, from behind the one of the id `after` on."""
    query = select(*_COLUMNS).where(batches.c.tenant == tenant, batches.c.site.in_(sites))
    last = batch(tx, tenant, after) if after else None
    if last is not None:
        older = and_(batches.c.made_at == last.made_at, batches.c.id < last.id)
        query = query.where(or_(batches.c.made_at < last.made_at, older))
    newest = query.order_by(batches.c.made_at.desc(), batches.c.id.desc()).limit(limit)
    return tuple(BatchRow(*found) for found in tx.connection.execute(newest))


def due_batch(tx: ReadTx, states: Sequence[str], now: datetime) -> BatchRow | None:
    """The oldest batch in one of these states that nobody works on."""
    free = or_(batches.c.leased_until.is_(None), batches.c.leased_until <= now)
    return _one(tx, one_of(batches.c.state, states), free)


def abandoned_batch(tx: WriteTx, state: str, before: datetime) -> BatchRow | None:
    """The oldest batch in this state that nobody has touched since `before`, and that no other transaction holds."""
    return _one(tx, batches.c.state == state, batches.c.seen_at <= before, leave_locked=True)


def change_batch(tx: WriteTx, seen: BatchRow, **changes: Any) -> BatchRow:
    """Change a batch that is still as it was seen. Raises StaleRow."""
    if "state" in changes:
        tx.work.add(BATCHES)
    now = replace(seen, **changes, version=seen.version + 1)
    values = {name: getattr(now, name) for name in (*changes, "version")}
    same = batches.c.id == seen.id, batches.c.version == seen.version
    if tx.connection.execute(update(batches).where(*same).values(values)).rowcount != 1:
        raise StaleRow
    return now


def forget_batch(tx: WriteTx, seen: BatchRow) -> None:
    """Delete a batch that is still as it was seen, with all that belongs to it. Raises StaleRow."""
    same = batches.c.id == seen.id, batches.c.version == seen.version
    if tx.connection.execute(delete(batches).where(*same)).rowcount != 1:
        raise StaleRow


def add_chunk(tx: WriteTx, batch_id: str, number: int, content: bytes) -> None:
    """Store a piece of the source."""
    tx.connection.execute(insert(batch_chunks), {"batch_id": batch_id, "number": number, "content": content})


def chunk(tx: ReadTx, batch_id: str, number: int) -> bytes:
    """A piece of the source; empty behind the last one."""
    wanted = batch_chunks.c.batch_id == batch_id, batch_chunks.c.number == number
    found = tx.connection.execute(select(batch_chunks.c.content).where(*wanted)).scalar_one_or_none()
    return b"" if found is None else bytes(found)


def drop_chunks(tx: WriteTx, batch_id: str, first: int, last: int | None = None) -> None:
    """Delete the pieces from `first` on, and before `last`."""
    bounds = [batch_chunks.c.batch_id == batch_id, batch_chunks.c.number >= first]
    if last is not None:
        bounds.append(batch_chunks.c.number < last)
    tx.connection.execute(delete(batch_chunks).where(*bounds))


def add_failed(tx: WriteTx, batch_id: str, records: Sequence[FailedRecord]) -> None:
    """Keep records that failed."""
    rows = [(batch_id, each.number, each.field, each.reason, each.name, each.source) for each in records]
    load(tx, "batch_records", ("batch_id", *FailedRecord.__slots__), rows)


def failed_records(tx: ReadTx, batch_id: str, after: int, limit: int) -> tuple[FailedRecord, ...]:
    """Records that failed, by number, from behind `after` on."""
    query = (
        select(*_RECORD)
        .where(batch_records.c.batch_id == batch_id, batch_records.c.number > after)
        .order_by(batch_records.c.number)
        .limit(limit)
    )
    return tuple(FailedRecord(*found) for found in tx.connection.execute(query))


def correct_failed(tx: WriteTx, batch_id: str, number: int, source: str) -> bool:
    """Give a failed record another source; False where no such record failed."""
    wanted = batch_records.c.batch_id == batch_id, batch_records.c.number == number
    return tx.connection.execute(update(batch_records).where(*wanted).values(source=source)).rowcount == 1


def drop_failed(tx: WriteTx, batch_id: str, first: int, last: int) -> int:
    """Forget the failed records from number `first` to `last`; how many they were."""
    wanted = batch_records.c.number >= first, batch_records.c.number <= last
    return tx.connection.execute(delete(batch_records).where(batch_records.c.batch_id == batch_id, *wanted)).rowcount


def forget_sources(tx: WriteTx, before: datetime) -> int:
    """Empty the failed records of batches that ended before a time; how many there were."""
    ended = select(batches.c.id).where(batches.c.ended_at < before)
    wanted = batch_records.c.batch_id.in_(ended), batch_records.c.source != ""
    return tx.connection.execute(update(batch_records).where(*wanted).values(source="", name="")).rowcount


def waiting_batches(tx: ReadTx, tenant: str, states: Sequence[str]) -> int:
    """How many batches of the tenant are not done."""
    query = select(func.count()).select_from(batches).where(batches.c.tenant == tenant)
    return int(tx.connection.execute(query.where(one_of(batches.c.state, states))).scalar_one())


def _one(tx: ReadTx, *wanted: Any, leave_locked: bool = False) -> BatchRow | None:
    query = select(*_COLUMNS).where(*wanted).order_by(batches.c.made_at, batches.c.id).limit(1)
    found = tx.connection.execute(query.with_for_update(skip_locked=True) if leave_locked else query).one_or_none()
    return None if found is None else BatchRow(*found)
