"""Recalls of models of keys, and which keys of the inventory each of them still has to mark."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, String, Table, bindparam, func, insert, select, update

from kiosk.service.store.columns import UtcDateTime, id_column, metadata, one_of
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.keys import RECALLABLE, keys

recalls = Table(
    "recalls",
    metadata,
    id_column(),
    Column("tenant", String(40), nullable=False),
    Column("aaguid", String(36), nullable=False),
    Column("firmware_below", BigInteger),
    Column("reason", String(40), nullable=False),
    Column("made_by", String(128), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    Index("ix_recalls_tenant_aaguid", "tenant", "aaguid"),
    Index("ix_recalls_done_at", "done_at"),
)
"""Models that must not be used any more; `done_at` is when the last key of the inventory was marked."""


@dataclass(frozen=True, slots=True)
class RecallRow:
    """A model (`aaguid`) that is recalled: all of it, or what has a firmware below one."""

    id: str
    tenant: str
    aaguid: str
    firmware_below: int | None
    reason: str
    made_by: str
    made_at: datetime
    done_at: datetime | None = None


_RECALL_COLUMNS = tuple(recalls.c[name] for name in RecallRow.__slots__)

# Statements are made once: building one costs more than running it.
_UNDONE = select(*_RECALL_COLUMNS).where(recalls.c.done_at.is_(None)).order_by(recalls.c.made_at).limit(1)
_RECALLS = select(*_RECALL_COLUMNS).where(recalls.c.tenant == bindparam("whose")).order_by(recalls.c.made_at)
_RECALLS_OF = select(*_RECALL_COLUMNS).where(
    recalls.c.tenant == bindparam("whose"), recalls.c.aaguid == bindparam("make")
)
_RECALL_DONE = (
    update(recalls)
    .where(recalls.c.id == bindparam("wanted"), recalls.c.done_at.is_(None))
    .values(done_at=bindparam("now"))
)


def add_recall(tx: WriteTx, row: RecallRow) -> None:
    """Store a recall. What it concerns is refused from now on, and marked by and by."""
    tx.connection.execute(insert(recalls), {name: getattr(row, name) for name in RecallRow.__slots__})


def undone_recall(tx: ReadTx) -> RecallRow | None:
    """The oldest recall whose keys are not all marked."""
    found = tx.connection.execute(_UNDONE).one_or_none()
    return None if found is None else RecallRow(*found)


def recalls_of(tx: ReadTx, tenant: str, aaguid: str = "") -> tuple[RecallRow, ...]:
    """The recalls of a tenant, oldest first; only those of a model, where one is given."""
    if aaguid:
        found = tx.connection.execute(_RECALLS_OF, {"whose": tenant, "make": aaguid})
    else:
        found = tx.connection.execute(_RECALLS, {"whose": tenant})
    return tuple(RecallRow(*each) for each in found)


def end_recall(tx: WriteTx, recall: RecallRow, now: datetime) -> None:
    """All of its keys are marked."""
    tx.connection.execute(_RECALL_DONE, {"wanted": recall.id, "now": now})


def firmwares(tx: ReadTx, tenant: str) -> tuple[tuple[str, int | None, int], ...]:
    """Each model and firmware that a recall could concern, and how many keys of it there are."""
    by = (keys.c.aaguid, keys.c.firmware)
    query = (
        select(*by, func.count())
        .where(keys.c.tenant == tenant, one_of(keys.c.state, RECALLABLE), keys.c.aaguid != "")
        .group_by(*by)
        .order_by(*by)
    )
    return tuple((aaguid, firmware, number) for aaguid, firmware, number in tx.connection.execute(query))
