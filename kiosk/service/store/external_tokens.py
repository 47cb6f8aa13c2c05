"""Tokens that other systems know people by, sealed, apart from all sign-in."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, LargeBinary, PrimaryKeyConstraint, String, Table

from kiosk.service.store.columns import UtcDateTime, metadata

external_tokens = Table(
    "external_tokens",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(64), nullable=False),
    Column("sealed", LargeBinary(4096), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    PrimaryKeyConstraint("user_id", "name"),
)
