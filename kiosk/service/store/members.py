"""The user list of a project without self-service: who is invited, and how that stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from kiosk.service.store.columns import ID_LENGTH, UtcDateTime, id_column, metadata

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
    """One person of the list. `sync_key` is the Sync ID where the list has one, else the folded mail address.
    `wanted_id` is the number that the list gives them. `status` is a `projects.rules.MemberState`. Only the hash of the
    newest invitation is kept; `phone_hash` is the one phone that used it."""

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
