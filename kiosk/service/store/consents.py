"""What people accepted: which terms, in which version and language, and when."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table

from kiosk.service.store.columns import UtcDateTime, id_column, metadata

consents = Table(
    "consents",
    metadata,
    id_column(),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("site", String(40), nullable=False),
    Column("terms", String(40), nullable=False),
    Column("version", String(32), nullable=False),
    Column("language", String(35), nullable=False),
    Column("text_digest", String(64), nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
    Column("client_id", String(64), nullable=False),
    Index("ix_consents_user_id", "user_id"),
)
"""`text_digest` is the SHA-256 of the very text that was shown."""
