"""The user list of a project without self-service: who is invited, and how that stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from kiosk.service.store.columns import ID_LENGTH, UtcDateTime, id_column, metadata
from kiosk.service.store.engine import ReadTx, WriteTx

members = Table(
    "project_members",
    metadata,
    id_column(),
    Column("project_id", String(ID_LENGTH), ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("sync_key", String(254), nullable=False),
    Column("given_name", String(128), nullable=False),
    Column("family_name", String(128), nullable=False),
    Column("email", String(254), nullable=False),
    Column("sync_id", String(128), nullable=False),
    Column("wanted_id", BigInteger),
    Column("locale", String(35), nullable=False),
    Column("status", String(20), nullable=False),
    Column("invitation_hash", LargeBinary(32)),
    Column("invited_at", UtcDateTime),
    Column("invitation_expires_at", UtcDateTime),
    Column("phone_hash", LargeBinary(32)),
    Column("version", Integer, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("uq_project_members_project_id_sync_key", "project_id", "sync_key", unique=True),
    Index("uq_project_members_project_id_wanted_id", "project_id", "wanted_id", unique=True),
    Index("ix_project_members_invitation_hash", "invitation_hash"),
    Index("ix_project_members_status_changed_at", "status", "changed_at"),
)


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One person of the list. `sync_key` is made of the Sync ID where the list has one, else the folded mail address.
    `wanted_id` is the number that the list gives them. `status` is a `projects.member_rules.MemberState`. Only the
    hash of the newest invitation is kept; `phone_hash` is the one phone that used it."""

    id: str
    project_id: str
    sync_key: str
    given_name: str
    family_name: str
    email: str
    sync_id: str
    wanted_id: int | None
    locale: str
    status: str
    invitation_hash: bytes | None = field(repr=False)
    invited_at: datetime | None
    invitation_expires_at: datetime | None
    phone_hash: bytes | None = field(repr=False)
    version: int
    changed_at: datetime


PENDING: Final = "deletion_pending"
"""The status of who was taken off the list."""

_COLUMNS = tuple(members.c[name] for name in MemberRow.__slots__)
_CHANGING: Final = tuple(name for name in MemberRow.__slots__ if name not in ("id", "project_id"))

# Statements are made once: building one costs more than running it.
_INSERT = insert(members)
_OF_PROJECT = select(*_COLUMNS).where(members.c.project_id == bindparam("of_project"))
_ONE = _OF_PROJECT.where(members.c.id == bindparam("wanted"))
_KEYED = _OF_PROJECT.where(members.c.sync_key == bindparam("wanted"))
_WANTING = _OF_PROJECT.where(members.c.wanted_id == bindparam("wanted"))
_PAGE = _OF_PROJECT.where(members.c.id > bindparam("behind")).order_by(members.c.id).limit(bindparam("most"))
_STANDING = _PAGE.where(members.c.status == bindparam("stands"))
_INVITED = select(*_COLUMNS).where(members.c.invitation_hash == bindparam("wanted"))
_DUE = (
    select(*_COLUMNS)
    .where(members.c.status == PENDING, members.c.changed_at <= bindparam("before"))
    .order_by(members.c.changed_at)
    .limit(1)
)
_COUNT = (
    select(members.c.status, func.count())
    .where(members.c.project_id == bindparam("of_project"))
    .group_by(members.c.status)
)
_UPDATE = (
    update(members)
    .where(members.c.id == bindparam("wanted"))
    .values({name: bindparam(f"to_{name}") for name in _CHANGING})
)
_NO_NUMBER = update(members).where(members.c.id == bindparam("wanted")).values(wanted_id=None)
_DELETE = delete(members).where(members.c.id == bindparam("wanted"))


def add_members(tx: WriteTx, rows: Sequence[MemberRow]) -> None:
    """Store people who are new on a list. Whoever changes a list holds its project until the end of the
    transaction."""
    if rows:
        tx.connection.execute(_INSERT, [_values(row) for row in rows])


def member(tx: ReadTx, project_id: str, member_id: str) -> MemberRow | None:
    """Somebody of the project's list."""
    return _row(tx, _ONE, of_project=project_id, wanted=member_id)


def member_keyed(tx: ReadTx, project_id: str, key: str) -> MemberRow | None:
    """Who has this key on the project's list."""
    return _row(tx, _KEYED, of_project=project_id, wanted=key)


def member_wanting(tx: ReadTx, project_id: str, number: int) -> MemberRow | None:
    """Whom the project's list gives this number."""
    return _row(tx, _WANTING, of_project=project_id, wanted=number)


def member_invited(tx: ReadTx, invitation_hash: bytes) -> MemberRow | None:
    """Whose newest invitation this is."""
    return _row(tx, _INVITED, wanted=invitation_hash)


def members_of(tx: ReadTx, project_id: str, after: str, limit: int, status: str = "") -> tuple[MemberRow, ...]:
    """People of a list behind the id `after`; only those of one status, if it is told."""
    values = {"of_project": project_id, "behind": after, "most": limit}
    found = tx.connection.execute(_STANDING if status else _PAGE, values | ({"stands": status} if status else {}))
    return tuple(MemberRow(*each) for each in found)


def all_members(tx: ReadTx, project_id: str) -> tuple[MemberRow, ...]:
    """Everybody of a list."""
    return tuple(MemberRow(*each) for each in tx.connection.execute(_OF_PROJECT, {"of_project": project_id}))


def member_counts(tx: ReadTx, project_id: str) -> dict[str, int]:
    """How many people of a list have which status."""
    found = tx.connection.execute(_COUNT, {"of_project": project_id})
    return {status: int(count) for status, count in found}


def due_member(tx: ReadTx, before: datetime) -> MemberRow | None:
    """Who is in deletion pending since longest, if it is since before then."""
    return _row(tx, _DUE, before=before)


def as_changed(seen: MemberRow, at: datetime, **changes: Any) -> MemberRow:
    """The member as they will be."""
    return replace(seen, **changes, version=seen.version + 1, changed_at=at)


def change_members(tx: WriteTx, rows: Sequence[MemberRow]) -> None:
    """Write people down as they are now. IDs may go round among them: each is let go of before it is given."""
    if not rows:
        return
    tx.connection.execute(_NO_NUMBER, [{"wanted": row.id} for row in rows])
    tx.connection.execute(
        _UPDATE, [{"wanted": row.id} | {f"to_{name}": getattr(row, name) for name in _CHANGING} for row in rows]
    )


def drop_member(tx: WriteTx, member_id: str) -> None:
    """Forget somebody."""
    tx.connection.execute(_DELETE, {"wanted": member_id})


def _values(row: MemberRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in MemberRow.__slots__}


def _row(tx: ReadTx, query: Any, **values: Any) -> MemberRow | None:
    found = tx.connection.execute(query, values).first()
    return None if found is None else MemberRow(*found)
