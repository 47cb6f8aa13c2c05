"""Until when the buckets of busy clients fill again, over all replicas; a full one needs no row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Column, String, Table, bindparam, delete, insert, select

from kiosk.service.store.columns import UtcDateTime, metadata
from kiosk.service.store.engine import WriteTx

RATES: Final = "rates"
"""The kind of work: what other replicas must be told."""

rates = Table(
    "rates",
    metadata,
    Column("subject", String(64), primary_key=True),
    Column("full_at", UtcDateTime, nullable=False),
)

_AMONG = rates.c.subject.in_(bindparam("subjects", expanding=True))
_READ = select(rates.c.subject, rates.c.full_at).where(_AMONG)
_DELETE = delete(rates).where(_AMONG)
_INSERT = insert(rates)


def full_at(tx: WriteTx, subjects: Collection[str]) -> Mapping[str, datetime]:
    """When the buckets of these subjects are full again, as far as they are not. The transaction is alone with them
    until its end."""
    tx.alone_with(*(f"rates\0{each}" for each in subjects))
    return {row.subject: row.full_at for row in tx.connection.execute(_READ, {"subjects": list(subjects)})}


def put_full_at(tx: WriteTx, filling: Mapping[str, datetime]) -> None:
    """Store when they are, after `full_at`."""
    tx.connection.execute(_DELETE, {"subjects": list(filling)})
    tx.connection.execute(_INSERT, [{"subject": subject, "full_at": at} for subject, at in filling.items()])


def forget_full(tx: WriteTx, now: datetime) -> int:
    """Forget buckets that are full; how many."""
    return tx.connection.execute(delete(rates).where(rates.c.full_at < now)).rowcount
