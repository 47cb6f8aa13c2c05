"""Guests: who they visit, until when, and what they brought for the system of enrollments."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from kiosk.service.store.columns import UtcDateTime, metadata
from kiosk.service.store.engine import ReadTx, StaleRow, WriteTx
from kiosk.service.store.users import users

guests = Table(
    "guests",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("site", String(40), nullable=False),
    Column("company", String(128), nullable=False),
    Column("sponsor_id", String(128), nullable=False),
    Column("sponsor_name", String(256), nullable=False),
    Column("sponsor_email", String(254), nullable=False),
    Column("ends_on", Date),
    Column("ended_at", UtcDateTime),
    Column("program", String(64), nullable=False),
    Column("assets", LargeBinary),
    Index("ix_guests_ends_on", "ends_on"),
)


@dataclass(frozen=True, slots=True)
class GuestRow:
    """One guest.

    `ends_on` is the last day (in the service's time zone, UTC), None for no end; `ended_at` when the visit was ended.
    `program` is the client that enrolled them. `assets` is sealed. Without a `sponsor_id` nobody answers for them.
    """

    user_id: str
    kind: str
    site: str
    company: str = ""
    sponsor_id: str = ""
    sponsor_name: str = ""
    sponsor_email: str = ""
    ends_on: date | None = None
    ended_at: datetime | None = None
    program: str = ""
    assets: bytes | None = field(default=None, repr=False)


_COLUMNS = tuple(guests.c[name] for name in GuestRow.__slots__)
_OVER = (guests.c.ends_on < bindparam("today"), guests.c.ended_at.is_(None))

# Statements are made once: building one costs more than running it.
_ONE = select(*_COLUMNS).where(guests.c.user_id == bindparam("wanted"))
_NEXT_OVER = select(*_COLUMNS).where(*_OVER).order_by(guests.c.ends_on).limit(1)
_END = (
    update(guests)
    .where(guests.c.user_id == bindparam("wanted"), guests.c.ended_at.is_(None))
    .values(ended_at=bindparam("now"))
)
_ANY_OF = select(guests.c.user_id).join(users, users.c.id == guests.c.user_id)


def put_guest(tx: WriteTx, row: GuestRow) -> None:
    """Somebody is a guest, perhaps again."""
    tx.connection.execute(delete(guests).where(guests.c.user_id == row.user_id))
    tx.connection.execute(insert(guests), {name: getattr(row, name) for name in GuestRow.__slots__})


def guest(tx: ReadTx, user_id: str) -> GuestRow | None:
    """The guest of this id."""
    found = tx.connection.execute(_ONE, {"wanted": user_id}).one_or_none()
    return None if found is None else GuestRow(*found)


def next_over(tx: ReadTx, today: date) -> GuestRow | None:
    """The guest whose last day has been over for longest, and whose visit was not ended."""
    found = tx.connection.execute(_NEXT_OVER, {"today": today}).one_or_none()
    return None if found is None else GuestRow(*found)


def end_visit(tx: WriteTx, user_id: str, now: datetime) -> None:
    """The visit is over. Raises StaleRow where it was already."""
    if tx.connection.execute(_END, {"wanted": user_id, "now": now}).rowcount != 1:
        raise StaleRow


def extend_visit(tx: WriteTx, user_id: str, ends_on: date) -> None:
    """Another last day for a visit that is not over. Raises StaleRow."""
    going_on = guests.c.user_id == user_id, guests.c.ended_at.is_(None)
    if tx.connection.execute(update(guests).where(*going_on).values(ends_on=ends_on)).rowcount != 1:
        raise StaleRow


def forget_assets(tx: WriteTx, user_id: str) -> None:
    """The system of enrollments has them."""
    tx.connection.execute(update(guests).where(guests.c.user_id == user_id).values(assets=None))


def guests_named(tx: ReadTx, tenant: str, sites: frozenset[str], user_ids: tuple[str, ...]) -> tuple[str, ...]:
    """Those of some ids who are guests of a tenant at some sites and still there, in the order of ids."""
    wanted = guests.c.user_id.in_(user_ids)
    return tuple(tx.connection.execute(_ANY_OF.where(*_of(tenant, sites), wanted).order_by(guests.c.user_id)).scalars())


def guests_between(
    tx: ReadTx, tenant: str, sites: frozenset[str], first: str, last: str, limit: int
) -> tuple[str, ...]:
    """The guests of a tenant at some sites and still there, whose ids lie in a range, both ends included."""
    within = guests.c.user_id >= first, guests.c.user_id <= last
    query = _ANY_OF.where(*_of(tenant, sites), *within).order_by(guests.c.user_id).limit(limit)
    return tuple(tx.connection.execute(query).scalars())


def _of(tenant: str, sites: frozenset[str]) -> tuple[ColumnElement[bool], ...]:
    return users.c.tenant == tenant, guests.c.site.in_(sorted(sites)), users.c.status != "removed"
