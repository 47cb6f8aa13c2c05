"""Projects: campaigns that hand out consecutive numbers of mobile IDs from a range of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, CheckConstraint, Column, Integer, String, Table, UniqueConstraint

from kiosk.service.store.columns import UtcDateTime, id_column, metadata

projects = Table(
    "projects",
    metadata,
    id_column(),
    Column("tenant", String(40), nullable=False),
    Column("name", String(64), nullable=False),
    Column("self_service", Boolean, nullable=False),
    Column("first_id", BigInteger, nullable=False),
    Column("last_id", BigInteger, nullable=False),
    Column("next_id", BigInteger, nullable=False),
    Column("assigned_here", Boolean, nullable=False),
    Column("code_version", Integer, nullable=False),
    Column("languages", JSON, nullable=False),
    Column("details", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    UniqueConstraint("tenant", "name"),
    CheckConstraint("first_id >= 0 AND first_id <= last_id", name="range"),
    CheckConstraint("next_id >= first_id AND next_id <= last_id + 1", name="next_in_range"),
)
"""`next_id` moves only with the row that takes the number, in one transaction: no gap, no double."""


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One project. `self_service` never changes. `assigned_here`: numbers are handed out by us on activation; else a
    manager elsewhere does, and they are only claimed here. `code_version` counts renewals of the activation code, which
    is derived and not kept. `details` are what settings and sheets show (app links, instructions, logo), by name."""

    id: str
    tenant: str
    name: str
    self_service: bool
    first_id: int
    last_id: int
    next_id: int
    assigned_here: bool
    code_version: int
    languages: tuple[str, ...]
    details: dict[str, Any] = field(repr=False)
    version: int
    created_at: datetime
    closed_at: datetime | None
