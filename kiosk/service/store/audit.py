"""The trail, one row for each event, in the order in which they were written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table, insert, select

from kiosk.service.store.columns import UtcDateTime, metadata
from kiosk.service.store.engine import ReadTx, WriteTx

audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("event", String(40), nullable=False),
    Column("tenant", String(40), nullable=False),
    Column("site", String(40), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("reference", String(64), nullable=False),
    Column("details", JSON, nullable=False),
    Index("ix_audit_subject", "subject"),
    Index("ix_audit_at", "at"),
)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One event. `actor` is a client or a person (`client:…`, `user:…`, `service`), `subject` whom it is about."""

    at: datetime
    event: str
    tenant: str
    actor: str
    subject: str = ""
    site: str = ""
    reason: str = ""
    reference: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


_COLUMNS = tuple(audit.c[name] for name in AuditRow.__slots__)
_INSERT = insert(audit)


def add_audit(tx: WriteTx, row: AuditRow) -> None:
    """Write an event down."""
    add_audits(tx, [row])


def add_audits(tx: WriteTx, rows: Sequence[AuditRow]) -> None:
    """Write events down, in this order."""
    if rows:
        tx.connection.execute(_INSERT, [{name: getattr(row, name) for name in AuditRow.__slots__} for row in rows])


def events_about(tx: ReadTx, subject: str) -> tuple[AuditRow, ...]:
    """What happened to somebody, first event first."""
    query = select(*_COLUMNS).where(audit.c.subject == subject).order_by(audit.c.number)
    return tuple(AuditRow(*row) for row in tx.connection.execute(query))
