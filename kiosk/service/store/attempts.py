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
_INSERT = insert(attempts)
_UPDATE = (
    update(attempts)
    .where(attempts.c.subject == bindparam("whose"), attempts.c.failures == bindparam("seen"))
    .values(failures=bindparam("count"), last_at=bindparam("at"))
)
_DELETE = delete(attempts).where(attempts.c.subject == bindparam("whose"))


def failures(tx: ReadTx, subject: str) -> tuple[int, datetime] | None:
    """How often the subject has failed, and when last. A WriteTx is alone with the subject until its end, so that what
    depends on it (how many codes went out, too) is decided by one after the other, also before there is a row."""
    if isinstance(tx, WriteTx):
        tx.alone_with(f"attempts\0{subject}")
    found = tx.connection.execute(_READ, {"whose": subject}).one_or_none()
    return None if found is None else (found.failures, found.last_at)


def put_failures(tx: WriteTx, subject: str, seen: int | None, count: int, last_at: datetime) -> None:
    """Store the counter of a subject that had `seen` failures, None for one without a row. Raises StaleRow."""
    if seen is None:
        tx.connection.execute(_INSERT, {"subject": subject, "failures": count, "last_at": last_at})
        return
    changed = tx.connection.execute(_UPDATE, {"whose": subject, "seen": seen, "count": count, "at": last_at})
    if changed.rowcount != 1:
        raise StaleRow


def forget_attempts(tx: WriteTx, prefix: str, before: datetime) -> int:
    """Forget subjects that begin so, and have not failed since; how many."""
    old = (attempts.c.subject.startswith(prefix, autoescape=True), attempts.c.last_at < before)
    return tx.connection.execute(delete(attempts).where(*old)).rowcount


def forget_failures(tx: WriteTx, subject: str) -> None:
    """The subject succeeded, or staff unlocked it."""
    tx.connection.execute(_DELETE, {"whose": subject})
