"""What creations answered, kept for a day under the caller's own key, so that the same request makes nothing twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Index, PrimaryKeyConstraint, String, Table, Text, delete, insert, select

from kiosk.service.store.columns import UtcDateTime, metadata
from kiosk.service.store.engine import ReadTx, WriteTx

once = Table(
    "once",
    metadata,
    Column("client_id", String(64), nullable=False),
    Column("key_hash", String(64), nullable=False),
    Column("request_hash", String(64), nullable=False),
    Column("answer", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("client_id", "key_hash"),
    Index("ix_once_made_at", "made_at"),
)


@dataclass(frozen=True, slots=True)
class OnceRow:
    """One answered creation: hashes of the caller's key and of the request, and the answer as JSON."""

    client_id: str
    key_hash: str
    request_hash: str
    answer: str
    made_at: datetime


def answered(tx: ReadTx, client_id: str, key_hash: str) -> OnceRow | None:
    """What was answered under this key."""
    row = tx.connection.execute(
        select(once.c.client_id, once.c.key_hash, once.c.request_hash, once.c.answer, once.c.made_at).where(
            once.c.client_id == client_id, once.c.key_hash == key_hash
        )
    ).one_or_none()
    return None if row is None else OnceRow(*row)


def keep_answer(tx: WriteTx, row: OnceRow) -> None:
    """Keep an answer in the transaction of what it tells."""
    tx.connection.execute(insert(once), {name: getattr(row, name) for name in OnceRow.__slots__})


def forget_answer(tx: WriteTx, client_id: str, key_hash: str) -> None:
    """The key is free again."""
    tx.connection.execute(delete(once).where(once.c.client_id == client_id, once.c.key_hash == key_hash))


def forget_answers(tx: WriteTx, before: datetime) -> int:
    """Forget what was answered before a time; how many."""
    return tx.connection.execute(delete(once).where(once.c.made_at < before)).rowcount
