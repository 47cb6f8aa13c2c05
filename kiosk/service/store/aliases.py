"""Other names that people sign in with, unique in their tenant together with the first names."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, String, Table

from kiosk.service.store.columns import UtcDateTime, metadata

aliases = Table(
    "aliases",
    metadata,
    Column("tenant", String(40), nullable=False),
    Column("alias_key", String(256), nullable=False),
    Column("alias", String(256), nullable=False),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("tenant", "alias_key"),
    Index("ix_aliases_user_id", "user_id"),
)
