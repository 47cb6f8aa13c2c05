"""Consecutive failures of people and stations: one counter each, which no resend and no new enrollment resets."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Integer, String, Table, bindparam, delete, insert, select, update

from kiosk.service.store.columns import UtcDateTime, metadata
from kiosk.service.store.engine import ReadTx, StaleRow, WriteTx

attempts = Table(
    "attempts",
    metadata,
    Column("subject", String(80), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
)


# Statements are made once: building one costs more than running it.
_READ = select(attempts.c.failures, attempts.c.last_at).where(attempts.c.subject == bindparam("whose"))
_LOCK = _READ.with_for_update()
_INSERT = insert(attempts)
_UPDATE = (
    update(attempts)
    .where(attempts.c.subject == bindparam("whose"), attempts.c.failures == bindparam("seen"))
    .values(failures=bindparam("count"), last_at=bindparam("at"))
)
_DELETE = delete(attempts).where(attempts.c.subject == bindparam("whose"))


def failures(tx: ReadTx, subject: str) -> tuple[int, datetime] | None:
    """How often the subject has failed, and when last. Inside a WriteTx the row is locked until its end."""
    query = _LOCK if isinstance(tx, WriteTx) else _READ
    found = tx.connection.execute(query, {"whose": subject}).one_or_none()
    return None if found is None else (found.failures, found.last_at)


def put_failures(tx: WriteTx, subject: str, seen: int | None, count: int, last_at: datetime) -> None:
    """Store the counter of a subject that had `seen` failures, None for one without a row. Raises StaleRow."""
    if seen is None:
        tx.connection.execute(_INSERT, {"subject": subject, "failures": count, "last_at": last_at})
        return
    changed = tx.connection.execute(_UPDATE, {"whose": subject, "seen": seen, "count": count, "at": last_at})
    if changed.rowcount != 1:
        raise StaleRow


def forget_failures(tx: WriteTx, subject: str) -> None:
    """The subject succeeded, or staff unlocked it."""
    tx.connection.execute(_DELETE, {"whose": subject})
