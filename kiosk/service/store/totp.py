"""Authenticator apps (RFC 6238) with their sealed secrets, and recovery codes, of which only hashes are kept."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, PrimaryKeyConstraint, String, Table

from kiosk.service.store.columns import UtcDateTime, metadata

totp = Table(
    "totp",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("sealed", LargeBinary(256), nullable=False),
    Column("last_step", BigInteger, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)
"""`last_step` is the newest time step whose code was taken: none is taken twice (RFC 6238, 5.2)."""

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("used_at", UtcDateTime),
    PrimaryKeyConstraint("user_id", "digest"),
)
