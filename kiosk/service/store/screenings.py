"""Screenings of people: due, claimed by compare-and-set on the number of tries, settled once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, bindparam, insert, select, update

from kiosk.service.store.columns import UtcDateTime, id_column, metadata
from kiosk.service.store.engine import ReadTx, StaleRow, WriteTx

SCREENINGS: Final = "screenings"
"""What this leaves to do, as the lanes hear of it."""

DUE: Final = "due"

screenings = Table(
    "screenings",
    metadata,
    id_column(),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("call_type", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("checker", String(40), nullable=False),
    Column("reference", String(128), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime),
    Column("settled_at", UtcDateTime),
    Index("ix_screenings_user_id", "user_id"),
    Index("ix_screenings_due_at", "due_at"),
)


@dataclass(frozen=True, slots=True)
class ScreeningRow:
    """One screening of a person: all checkers of a call type, asked until each has answered.

    `checker` is the one that decided, or did not answer, and `reference` its own word. While it is due, nobody else
    asks before `due_at`.
    """

    id: str
    user_id: str
    call_type: str
    state: str
    asked_at: datetime
    due_at: datetime | None = None
    tries: int = 0
    checker: str = ""
    reference: str = ""
    settled_at: datetime | None = None


_COLUMNS = tuple(screenings.c[name] for name in ScreeningRow.__slots__)
_ID = screenings.c.id == bindparam("wanted")

# Statements are made once: building one costs more than running it.
_ONE = select(*_COLUMNS).where(_ID)
_OF_USER = (
    select(*_COLUMNS).where(screenings.c.user_id == bindparam("whose")).order_by(screenings.c.asked_at, screenings.c.id)
)
_NEXT_DUE = (
    select(*_COLUMNS)
    .where(screenings.c.state == DUE, screenings.c.due_at <= bindparam("now"))
    .order_by(screenings.c.due_at)
    .limit(1)
)
_SEEN = (_ID, screenings.c.tries == bindparam("tried"), screenings.c.state == bindparam("stood"))
_MOVE = (
    update(screenings)
    .where(*_SEEN)
    .values(
        {name: bindparam(f"to_{name}") for name in ("state", "tries", "due_at", "checker", "reference", "settled_at")}
    )
)


def add_screening(tx: WriteTx, row: ScreeningRow) -> None:
    """Somebody is to be screened."""
    tx.work.add(SCREENINGS)
    tx.connection.execute(insert(screenings), {name: getattr(row, name) for name in ScreeningRow.__slots__})


def screening(tx: ReadTx, screening_id: str) -> ScreeningRow | None:
    """The screening of this id."""
    found = tx.connection.execute(_ONE, {"wanted": screening_id}).one_or_none()
    return None if found is None else ScreeningRow(*found)


def screenings_of(tx: ReadTx, user_id: str) -> tuple[ScreeningRow, ...]:
    """All screenings of a person, first one first."""
    return tuple(ScreeningRow(*row) for row in tx.connection.execute(_OF_USER, {"whose": user_id}))


def next_due(tx: ReadTx, now: datetime) -> ScreeningRow | None:
    """The screening that has been due for longest."""
    found = tx.connection.execute(_NEXT_DUE, {"now": now}).one_or_none()
    return None if found is None else ScreeningRow(*found)


def move_screening(tx: WriteTx, seen: ScreeningRow, now: ScreeningRow) -> ScreeningRow:
    """Change a screening that is still as it was seen, and return it as it is now. Raises StaleRow."""
    if now.state == DUE:
        tx.work.add(SCREENINGS)
    values: dict[str, Any] = {
        f"to_{name}": getattr(now, name) for name in ("state", "tries", "due_at", "checker", "reference", "settled_at")
    }
    given = {**values, "wanted": seen.id, "tried": seen.tries, "stood": seen.state}
    if tx.connection.execute(_MOVE, given).rowcount != 1:
        raise StaleRow
    return now
