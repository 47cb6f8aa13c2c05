"""Passwords: only their argon2id hashes are kept."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table

from kiosk.service.store.columns import UtcDateTime, metadata

passwords = Table(
    "passwords",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("hash", String(256), nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
)
