"""What staff are asked to approve, and what they said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Table, text

from kiosk.contract.staff import ApprovalAction, ApprovalState
from kiosk.service.store.columns import UtcDateTime, id_column, metadata

_PENDING = text("state = 'pending'")

approvals = Table(
    "approvals",
    metadata,
    id_column(),
    id_column("enrollment_id", references="enrollments.id"),
    Column("client_id", String(64), nullable=False),
    Column("tenant", String(40), nullable=False),
    Column("site", String(40), nullable=False),
    Column("action", String(16), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("number", String(2), nullable=False),
    Column("details", JSON, nullable=False),
    Column("needed", Integer, nullable=False),
    Column("given", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("version", Integer, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index(
        "uq_approvals_pending", "enrollment_id", "action", unique=True, sqlite_where=_PENDING, postgresql_where=_PENDING
    ),
    Index("ix_approvals_enrollment_id", "enrollment_id"),
    Index("ix_approvals_changed_at", "changed_at"),
    Index("ix_approvals_state_expires_at", "state", "expires_at"),
)

approval_votes = Table(
    "approval_votes",
    metadata,
    Column("approval_id", ForeignKey("approvals.id", ondelete="CASCADE"), nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("decision", String(8), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("assertion_id", String(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("approval_id", "staff_id"),
)


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """A request. `subject` is the person's id as the trail has it; `details` what staff see (masked person, key)."""

    id: str
    enrollment_id: str
    client_id: str
    tenant: str
    site: str
    action: ApprovalAction
    subject: str
    number: str
    details: Mapping[str, Any]
    needed: int
    given: int
    state: ApprovalState
    version: int
    asked_at: datetime
    expires_at: datetime
    changed_at: datetime
    reason: str = field(default="")
