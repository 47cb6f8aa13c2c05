"""One-time secrets of accounts: activation tokens, passcodes and sign-in codes; only keyed hashes are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
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

from kiosk.service.store.columns import ID_LENGTH, UtcDateTime, id_column, metadata
from kiosk.service.store.engine import ReadTx, StaleRow, WriteTx

one_time = Table(
    "one_time",
    metadata,
    id_column(),
    Column("purpose", String(20), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("user_id", String(ID_LENGTH)),
    Column("digest", LargeBinary(32), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("used", Boolean, nullable=False),
    Index("ix_one_time_subject_purpose_made_at", "subject", "purpose", "made_at"),
    Index("ix_one_time_user_id", "user_id"),
    Index("ix_one_time_expires_at", "expires_at"),
)
"""`subject` is a keyed hash of what was typed (or of the user's id), so that people who do not exist have rows, too."""


@dataclass(frozen=True, slots=True)
class OneTimeRow:
    """One secret, for nobody without a `user_id`. `seen_at` is the latest time at which it was looked at."""

    id: str
    purpose: str
    subject: str
    user_id: str | None
    digest: bytes = field(repr=False)
    made_at: datetime
    seen_at: datetime
    expires_at: datetime
    tries: int = 0
    used: bool = False


_COLUMNS = tuple(one_time.c[name] for name in OneTimeRow.__slots__)
_FOR = (one_time.c.subject == bindparam("whose"), one_time.c.purpose == bindparam("what"))

# Statements are made once: building one costs more than running it.
_INSERT = insert(one_time)
_NEWEST = select(*_COLUMNS).where(*_FOR).order_by(one_time.c.made_at.desc(), one_time.c.id).limit(1)
_MADE = select(one_time.c.made_at).where(*_FOR, one_time.c.made_at > bindparam("since")).order_by(one_time.c.made_at)
_COUNT = (
    update(one_time)
    .where(one_time.c.id == bindparam("wanted"), one_time.c.tries == bindparam("tried"), one_time.c.used.is_(False))
    .values(tries=bindparam("to_tries"), seen_at=bindparam("to_seen_at"), used=bindparam("to_used"))
)
_END = update(one_time).where(one_time.c.user_id == bindparam("whose"), one_time.c.used.is_(False)).values(used=True)


def add_secret(tx: WriteTx, row: OneTimeRow) -> None:
    """Store a new one; earlier ones of the same purpose and subject are dead."""
    tx.connection.execute(_INSERT, {name: getattr(row, name) for name in OneTimeRow.__slots__})


def newest_secret(tx: ReadTx, purpose: str, subject: str) -> OneTimeRow | None:
    """The last one that was made; earlier ones are dead."""
    found = tx.connection.execute(_NEWEST, {"what": purpose, "whose": subject}).one_or_none()
    return None if found is None else OneTimeRow(*found)


def secrets_made(tx: ReadTx, purpose: str, subject: str, since: datetime) -> tuple[datetime, ...]:
    """When they were made after a time, first one first."""
    return tuple(tx.connection.execute(_MADE, {"what": purpose, "whose": subject, "since": since}).scalars())


def count_try(tx: WriteTx, seen: OneTimeRow | None, *, tries: int, seen_at: datetime, used: bool) -> None:
    """Count a try of one that is still as it was seen; of none, do the same work. Raises StaleRow."""
    wanted = {"wanted": "" if seen is None else seen.id, "tried": 0 if seen is None else seen.tries}
    changed = tx.connection.execute(_COUNT, {**wanted, "to_tries": tries, "to_seen_at": seen_at, "to_used": used})
    if seen is not None and changed.rowcount != 1:
        raise StaleRow


def end_secrets(tx: WriteTx, user_id: str) -> None:
    """None of the person's secrets is worth anything any more."""
    tx.connection.execute(_END, {"whose": user_id})


def forget_secrets(tx: WriteTx, before: datetime) -> int:
    """Delete those whose time was over before a time; how many there were."""
    return tx.connection.execute(delete(one_time).where(one_time.c.expires_at < before)).rowcount
