"""Codes that were sent: a keyed hash of each, how often it was tried, and when codes went out to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from kiosk.service.store.columns import UtcDateTime, id_column, metadata
from kiosk.service.store.engine import ReadTx, StaleRow, WriteTx

codes = Table(
    "codes",
    metadata,
    id_column(),
    Column("enrollment_id", ForeignKey("enrollments.id", ondelete="CASCADE"), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("method", String(20), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("number", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("used", Boolean, nullable=False),
    Index("ix_codes_enrollment_id_number", "enrollment_id", "number", unique=True),
    Index("ix_codes_subject_issued_at", "subject", "issued_at"),
    Index("ix_codes_issued_at", "issued_at"),
)

_COLUMNS = (
    codes.c.id,
    codes.c.enrollment_id,
    codes.c.subject,
    codes.c.method,
    codes.c.digest,
    codes.c.issued_at,
    codes.c.seen_at,
    codes.c.number,
    codes.c.tries,
    codes.c.used,
)


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One code; `number` counts the codes of its enrollment from 1."""

    id: str
    enrollment_id: str
    subject: str
    method: str
    digest: bytes
    issued_at: datetime
    seen_at: datetime
    number: int
    tries: int = 0
    used: bool = False


# Statements are made once: building one costs more than running it.
_INSERT = insert(codes)
_NEWEST = (
    select(*_COLUMNS)
    .where(codes.c.enrollment_id == bindparam("within"), codes.c.method == bindparam("way"))
    .order_by(codes.c.number.desc())
    .limit(1)
)
_SENT_IN = select(codes.c.issued_at).where(codes.c.enrollment_id == bindparam("within")).order_by(codes.c.number)
_SENT_TO = select(codes.c.issued_at).where(
    codes.c.subject == bindparam("whose"), codes.c.issued_at > bindparam("since")
)
_COUNT = (
    update(codes)
    .where(codes.c.id == bindparam("wanted"), codes.c.tries == bindparam("tried"), codes.c.used.is_(False))
    .values(tries=bindparam("to_tries"), seen_at=bindparam("to_seen_at"), used=bindparam("to_used"))
)


def add_code(tx: WriteTx, row: CodeRow) -> None:
    """Store a new code."""
    tx.connection.execute(_INSERT, {name: getattr(row, name) for name in CodeRow.__slots__})


def newest_code(tx: ReadTx, enrollment_id: str, method: str) -> CodeRow | None:
    """The last code that was made for the enrollment and the way; earlier ones are dead."""
    found = tx.connection.execute(_NEWEST, {"within": enrollment_id, "way": method}).one_or_none()
    return None if found is None else _row(found)


def sent_in(tx: ReadTx, enrollment_id: str) -> tuple[datetime, ...]:
    """When codes were made for the enrollment, first one first."""
    return tuple(tx.connection.execute(_SENT_IN, {"within": enrollment_id}).scalars())


def sent_to(tx: ReadTx, subject: str, since: datetime) -> tuple[datetime, ...]:
    """When codes were made for the subject after a time, over all enrollments."""
    return tuple(tx.connection.execute(_SENT_TO, {"whose": subject, "since": since}).scalars())


def count_try(tx: WriteTx, seen: CodeRow, *, tries: int, seen_at: datetime, used: bool) -> None:
    """Count a try of a code that is still as it was seen. Raises StaleRow."""
    to = {"to_tries": tries, "to_seen_at": seen_at, "to_used": used}
    if tx.connection.execute(_COUNT, {"wanted": seen.id, "tried": seen.tries, **to}).rowcount != 1:
        raise StaleRow


def forget_codes(tx: WriteTx, before: datetime) -> int:
    """Delete codes made before a time; how many there were."""
    return tx.connection.execute(delete(codes).where(codes.c.issued_at < before)).rowcount


def _row(found: Sequence[Any]) -> CodeRow:
    return CodeRow(*found)
