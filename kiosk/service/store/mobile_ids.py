"""Numbers that were handed out: to which phone, to which person, and whether the host system knows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    update,
)

from kiosk.service.store.columns import ID_LENGTH, UtcDateTime, metadata
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.members import members

mobile_ids = Table(
    "mobile_ids",
    metadata,
    Column("project_id", String(ID_LENGTH), ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("phone_hash", LargeBinary(32)),
    Column("member_id", String(ID_LENGTH)),
    Column("user_id", String(128)),
    Column("given_name", String(128), nullable=False),
    Column("family_name", String(128), nullable=False),
    Column("email", String(254), nullable=False),
    Column("sync_id", String(128), nullable=False),
    Column("assigned_at", UtcDateTime, nullable=False),
    Column("claimed_at", UtcDateTime),
    Column("registered_at", UtcDateTime),
    Column("active_at", UtcDateTime),
    Column("released_at", UtcDateTime),
    PrimaryKeyConstraint("project_id", "number"),
    Index("uq_mobile_ids_project_id_phone_hash", "project_id", "phone_hash", unique=True),
    Index("uq_mobile_ids_project_id_user_id", "project_id", "user_id", unique=True),
    Index("uq_mobile_ids_project_id_member_id", "project_id", "member_id", unique=True),
    Index("ix_mobile_ids_phone_hash", "phone_hash"),
)
"""One number per phone, person and member in a project. `released_at` says that nobody has it any more (then
`phone_hash`, `member_id` and `user_id` are empty). The consecutive hand-out never gives such a number again; a user
list may, since it decides whose number it is: so somebody who returns gets theirs back."""


@dataclass(frozen=True, slots=True)
class MobileIdRow:
    """One number. `assigned_at` by activation; `claimed_at` when a person was tied to it; `registered_at` when the host
    system confirmed it; `active_at` when its phone was last seen. Each is told apart from the others."""

    project_id: str
    number: int
    phone_hash: bytes | None = field(repr=False)
    member_id: str | None
    user_id: str | None
    given_name: str
    family_name: str
    email: str
    sync_id: str
    assigned_at: datetime
    claimed_at: datetime | None
    registered_at: datetime | None
    active_at: datetime | None
    released_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many numbers of a project were handed out and not given back (`assigned`), and how many of those are tied to
    a person, known to the host system, on a phone that was seen lately; `released` are those given back."""

    assigned: int = 0
    claimed: int = 0
    registered: int = 0
    active: int = 0
    released: int = 0


_COLUMNS = tuple(mobile_ids.c[name] for name in MobileIdRow.__slots__)
_HAD = mobile_ids.c.released_at.is_(None)
_ACTIVE = and_(_HAD, mobile_ids.c.active_at > bindparam("seen_after"))
_IS: Final = {
    "assigned": _HAD,
    "claimed": and_(_HAD, mobile_ids.c.claimed_at.is_not(None)),
    "registered": and_(_HAD, mobile_ids.c.registered_at.is_not(None)),
    "active": _ACTIVE,
    "released": mobile_ids.c.released_at.is_not(None),
}
_IS_NOT: Final = {
    "assigned": mobile_ids.c.released_at.is_not(None),
    "claimed": and_(_HAD, mobile_ids.c.claimed_at.is_(None)),
    "registered": and_(_HAD, mobile_ids.c.registered_at.is_(None)),
    "active": and_(_HAD, or_(mobile_ids.c.active_at.is_(None), mobile_ids.c.active_at <= bindparam("seen_after"))),
    "released": _HAD,
}

# Statements are made once: building one costs more than running it.
_INSERT = insert(mobile_ids)
_OF_PROJECT = select(*_COLUMNS).where(mobile_ids.c.project_id == bindparam("wanted"))
_ONE = _OF_PROJECT.where(mobile_ids.c.number == bindparam("which"))
_HELD_BY = {
    name: _OF_PROJECT.where(mobile_ids.c[name] == bindparam("whose")) for name in ("phone_hash", "member_id", "user_id")
}
_OF_PHONE = select(*_COLUMNS).where(mobile_ids.c.phone_hash == bindparam("whose")).order_by(mobile_ids.c.assigned_at)
_ASSIGNED_AT = select(mobile_ids.c.assigned_at).where(
    mobile_ids.c.project_id == bindparam("wanted"), mobile_ids.c.number == bindparam("which")
)
_WANTED = select(members.c.wanted_id).where(
    members.c.project_id == bindparam("wanted"), members.c.wanted_id == bindparam("which")
)
_UPDATE = (
    update(mobile_ids)
    .where(mobile_ids.c.project_id == bindparam("of_project"), mobile_ids.c.number == bindparam("of_number"))
    .values({name: bindparam(f"to_{name}") for name in MobileIdRow.__slots__ if name not in ("project_id", "number")})
)
_COUNT = select(*(func.coalesce(func.sum(case((_IS[name], 1), else_=0)), 0) for name in Counts.__slots__)).where(
    mobile_ids.c.project_id == bindparam("wanted")
)


def add_mobile_id(tx: WriteTx, row: MobileIdRow) -> None:
    """Store a number that was taken."""
    tx.connection.execute(_INSERT, _values(row))


def mobile_id(tx: ReadTx, project_id: str, number: int) -> MobileIdRow | None:
    """A number that was handed out. Inside a WriteTx the row is locked until its end."""
    query = _ONE.with_for_update() if isinstance(tx, WriteTx) else _ONE
    found = tx.connection.execute(query, {"wanted": project_id, "which": number}).one_or_none()
    return None if found is None else MobileIdRow(*found)


def held_by(
    tx: ReadTx,
    project_id: str,
    *,
    phone_hash: bytes | None = None,
    member_id: str | None = None,
    user_id: str | None = None,
) -> MobileIdRow | None:
    """The number that the person, the member or the phone has in the project; who is given first decides in this
    order. Inside a WriteTx the row is locked until its end."""
    for name, whose in (("user_id", user_id), ("member_id", member_id), ("phone_hash", phone_hash)):
        if whose is None:
            continue
        query = _HELD_BY[name].with_for_update() if isinstance(tx, WriteTx) else _HELD_BY[name]
        found = tx.connection.execute(query, {"wanted": project_id, "whose": whose}).one_or_none()
        if found is not None:
            return MobileIdRow(*found)
    return None


def ids_of_phone(tx: ReadTx, phone_hash: bytes) -> tuple[MobileIdRow, ...]:
    """All numbers that a phone has, in whichever projects, the oldest first."""
    return tuple(MobileIdRow(*found) for found in tx.connection.execute(_OF_PHONE, {"whose": phone_hash}))


def assigned_when(tx: ReadTx, project_id: str, number: int) -> datetime | None:
    """When a number was handed out, None if it was not."""
    found = tx.connection.execute(_ASSIGNED_AT, {"wanted": project_id, "which": number}).one_or_none()
    return None if found is None else found.assigned_at


def spoken_for(tx: ReadTx, project_id: str, number: int) -> bool:
    """Whether a number was handed out already, or the user list of the project gives it to somebody."""
    wanted = {"wanted": project_id, "which": number}
    return any(tx.connection.execute(query, wanted).one_or_none() is not None for query in (_ASSIGNED_AT, _WANTED))


def mobile_ids_of(
    tx: ReadTx, project_id: str, after: int, limit: int, states: Collection[tuple[str, bool]], seen_after: datetime
) -> tuple[MobileIdRow, ...]:
    """Numbers of a project behind the number `after`, in order, that are (True) or are not (False) in some states. What
    was given back is in no other state, and is not told to lack one. A phone is active if it was seen after
    `seen_after`."""
    wanted = [(_IS if holds else _IS_NOT)[name] for name, holds in states]
    query = _OF_PROJECT.where(mobile_ids.c.number > after, *wanted).order_by(mobile_ids.c.number).limit(limit)
    values = {"wanted": project_id} | ({"seen_after": seen_after} if "active" in dict(states) else {})
    return tuple(MobileIdRow(*found) for found in tx.connection.execute(query, values))


def change_mobile_id(tx: WriteTx, seen: MobileIdRow, **changes: Any) -> MobileIdRow:
    """Change a row that this transaction has read, and thereby locked; return it as it is now."""
    now = replace(seen, **changes)
    moved = {f"to_{name}": value for name, value in _values(now).items() if name not in ("project_id", "number")}
    tx.connection.execute(_UPDATE, {**moved, "of_project": seen.project_id, "of_number": seen.number})
    return now


def registered_now(tx: WriteTx, project_id: str, numbers: Collection[int], at: datetime) -> tuple[set[int], set[int]]:
    """The host system knows these numbers. Which of them somebody has, and which of those are news."""
    had: set[int] = set()
    news: set[int] = set()
    for number in sorted(numbers):  # in one order, so that nobody waits for each other
        row = mobile_id(tx, project_id, number)
        if row is None or row.released_at is not None:
            continue
        had.add(number)
        if row.registered_at is None:
            change_mobile_id(tx, row, registered_at=at)
            news.add(number)
    return had, news


def counts(tx: ReadTx, project_id: str, seen_after: datetime) -> Counts:
    """How the numbers of a project stand; a phone is active if it was seen after `seen_after`."""
    found = tx.connection.execute(_COUNT, {"wanted": project_id, "seen_after": seen_after}).one()
    return Counts(*map(int, found))


def _values(row: MobileIdRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in MobileIdRow.__slots__}
