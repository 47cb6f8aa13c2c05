"""What became of the list files of projects, and which numbers of a project somebody has."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    bindparam,
    insert,
    select,
    update,
)

from kiosk.service.store.columns import ID_LENGTH, UtcDateTime, metadata
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.mobile_ids import mobile_ids

project_lists = Table(
    "project_lists",
    metadata,
    Column("project_id", String(ID_LENGTH), ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("read_at", UtcDateTime, nullable=False),
    Column("trouble", String(40), nullable=False),
    Column("result", JSON, nullable=False),
    PrimaryKeyConstraint("project_id"),
)


@dataclass(frozen=True, slots=True)
class SyncRow:
    """How the list file of a project was taken when it was last read. `digest` is the SHA-256 of what was taken, or
    refused; `trouble` is a word, empty where all is well; `result` has the counts and the errors."""

    project_id: str
    digest: bytes
    read_at: datetime
    trouble: str
    result: dict[str, Any] = field(repr=False)


_OF_PROJECT = select(*(project_lists.c[name] for name in SyncRow.__slots__)).where(
    project_lists.c.project_id == bindparam("wanted")
)
_INSERT = insert(project_lists)
_UPDATE = (
    update(project_lists)
    .where(project_lists.c.project_id == bindparam("wanted"))
    .values({name: bindparam(f"to_{name}") for name in SyncRow.__slots__ if name != "project_id"})
)
_GIVEN = select(mobile_ids.c.number, mobile_ids.c.member_id).where(mobile_ids.c.project_id == bindparam("wanted"))


def sync_of(tx: ReadTx, project_id: str) -> SyncRow | None:
    """How the project's list file was taken; None if none ever was read."""
    found = tx.connection.execute(_OF_PROJECT, {"wanted": project_id}).one_or_none()
    return None if found is None else SyncRow(*found)


def keep_sync(tx: WriteTx, row: SyncRow) -> None:
    """Write down how it went; whoever does holds the project."""
    values = {name: getattr(row, name) for name in SyncRow.__slots__}
    moved = {f"to_{name}": value for name, value in values.items() if name != "project_id"}
    if tx.connection.execute(_UPDATE, {**moved, "wanted": row.project_id}).rowcount != 1:
        tx.connection.execute(_INSERT, values)


def given_numbers(tx: ReadTx, project_id: str) -> dict[int, str | None]:
    """The numbers of a project that were handed out, with the member who has each; None for nobody any more."""
    return dict(map(tuple, tx.connection.execute(_GIVEN, {"wanted": project_id})))
