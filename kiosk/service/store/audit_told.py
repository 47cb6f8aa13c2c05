"""How far the trail was told to a log server: one row, which one replica at a time goes on from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, BindParameter, Column, Integer, String, Table, bindparam, insert, or_, select, update

from kiosk.service.store.audit import audit_head
from kiosk.service.store.columns import UtcDateTime, metadata
from kiosk.service.store.engine import ReadTx, StaleRow, WriteTx

audit_told = Table(
    "audit_told",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("attempt", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("trouble", String(64), nullable=False),
)
"""`number` is the last entry that was told."""

_ONLY: Final = 1
_LONGEST_LEASE: Final = timedelta(minutes=10)
_NOW: BindParameter[datetime] = bindparam("now")
_ROW = audit_told.c.id == _ONLY
_UNLEASED = or_(
    audit_told.c.leased_until.is_(None),
    audit_told.c.leased_until <= _NOW,
    audit_told.c.leased_until > bindparam("far"),  # the clock was set back
)
_STANDING = select(audit_told.c.number, audit_told.c.tries, audit_told.c.due_at, audit_told.c.trouble).where(_ROW)
_FREE = select(audit_told.c.id).where(_ROW, _UNLEASED).with_for_update(skip_locked=True).scalar_subquery()
_CLAIM = (
    update(audit_told)
    .where(audit_told.c.id == _FREE, _UNLEASED)
    .values(leased_until=bindparam("lease"), attempt=audit_told.c.attempt + 1)
    .returning(audit_told.c.number, audit_told.c.attempt, audit_told.c.tries)
)
_BEHIND = select(audit_head.c.number)


@dataclass(frozen=True, slots=True)
class ToldRow:
    """The last entry that was told, how often the next was tried, when it is due, and why it did not go out."""

    number: int = 0
    tries: int = 0
    due_at: datetime | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class ClaimedTelling:
    """What this worker alone may go on from until its lease ends; `attempt` proves the claim."""

    number: int
    attempt: int
    tries: int


def told(tx: ReadTx) -> ToldRow:
    """How it stands."""
    row = tx.connection.execute(_STANDING).one_or_none()
    return ToldRow() if row is None else ToldRow(*row)


def something_to_tell(tx: ReadTx, now: datetime) -> bool:
    """Whether the trail is longer than what was told, and it is time."""
    standing = told(tx)
    behind = tx.connection.execute(_BEHIND).scalar_one() > standing.number
    return behind and (standing.due_at is None or standing.due_at <= now)


def claim_telling(tx: WriteTx, now: datetime, lease: timedelta) -> ClaimedTelling | None:
    """Go on from there; None while another replica does."""
    if tx.connection.execute(_STANDING).one_or_none() is None:
        begun = {"id": _ONLY, "number": 0, "attempt": 0, "tries": 0, "due_at": now, "trouble": ""}
        tx.connection.execute(insert(audit_told), begun)
    values = {"now": now, "far": now + _LONGEST_LEASE, "lease": now + lease}
    row = tx.connection.execute(_CLAIM, values).one_or_none()
    return None if row is None else ClaimedTelling(*row)


def settle_telling(tx: WriteTx, claimed: ClaimedTelling, number: int, due_at: datetime, trouble: str = "") -> None:
    """It was told up to this number; the next is due then. Raises StaleRow when the claim was lost."""
    tries = claimed.tries + 1 if trouble else 0
    values = {"number": number, "tries": tries, "due_at": due_at, "trouble": trouble, "leased_until": None}
    mine = update(audit_told).where(_ROW, audit_told.c.attempt == claimed.attempt)
    if tx.connection.execute(mine.values(**values)).rowcount != 1:
        raise StaleRow
