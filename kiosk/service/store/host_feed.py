"""What the host system of a project has to be told: events in order, each until it was taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Table

from kiosk.service.store.columns import ID_LENGTH, UtcDateTime, metadata

host_feed = Table(
    "host_feed",
    metadata,
    Column("project_id", String(ID_LENGTH), ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("event_id", String(ID_LENGTH), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("body", JSON, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("trouble", String(64), nullable=False),
    PrimaryKeyConstraint("project_id", "position"),
    Index("ix_host_feed_due_at", "due_at"),
)
"""`position` counts from 1 in each project, without a gap. `due_at` is empty once it was taken."""


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One event: `kind` is a `projects.feed_rules.FeedKind`, `body` what is sent, `trouble` why the last try failed."""

    project_id: str
    position: int
    event_id: str
    kind: str
    number: int
    body: dict[str, Any] = field(repr=False)
    made_at: datetime
    tries: int
    due_at: datetime | None
    sent_at: datetime | None
    trouble: str
