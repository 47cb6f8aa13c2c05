"""Consecutive failures of people and stations: one counter each, which no resend and no new enrollment resets."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Integer, String, Table, delete, insert, select, update

from kiosk.service.store.columns import UtcDateTime, metadata
from kiosk.service.store.engine import ReadTx, StaleRow, WriteTx

attempts = Table(
    "attempts",
    metadata,
    Column("subject", String(80), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
)


def failures(tx: ReadTx, subject: str) -> tuple[int, datetime] | None:
    """How often the subject has failed, and when last. Inside a WriteTx the row is locked until its end."""
    query = select(attempts.c.failures, attempts.c.last_at).where(attempts.c.subject == subject)
    if isinstance(tx, WriteTx):
        query = query.with_for_update()
    found = tx.connection.execute(query).one_or_none()
    return None if found is None else (found.failures, found.last_at)


def put_failures(tx: WriteTx, subject: str, seen: int | None, count: int, last_at: datetime) -> None:
    """Store the counter of a subject that had `seen` failures, None for one without a row. Raises StaleRow."""
    values = {"failures": count, "last_at": last_at}
    if seen is None:
        tx.connection.execute(insert(attempts).values(subject=subject, **values))
        return
    changed = tx.connection.execute(
        update(attempts).where(attempts.c.subject == subject, attempts.c.failures == seen).values(values)
    )
    if changed.rowcount != 1:
        raise StaleRow


def forget_failures(tx: WriteTx, subject: str) -> None:
    """The subject succeeded, or staff unlocked it."""
    tx.connection.execute(delete(attempts).where(attempts.c.subject == subject))
