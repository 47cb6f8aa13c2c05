"""Numbers that were handed out: to which phone, to which person, and whether the host system knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, PrimaryKeyConstraint, String, Table

from kiosk.service.store.columns import ID_LENGTH, UtcDateTime, metadata

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
)
"""One number per phone, person and member in a project. A number is never given again: `released_at` only says that
nobody has it any more (then `phone_hash`, `member_id` and `user_id` are empty)."""


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
