"""One-time secrets of accounts: activation tokens, passcodes and sign-in codes; only keyed hashes are kept."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table

from kiosk.service.store.columns import ID_LENGTH, UtcDateTime, id_column, metadata

one_time = Table(
    "one_time",
    metadata,
    id_column(),
    Column("purpose", String(20), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("user_id", String(ID_LENGTH)),
    Column("digest", LargeBinary(32), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("used", Boolean, nullable=False),
    Index("ix_one_time_subject_purpose_made_at", "subject", "purpose", "made_at"),
    Index("ix_one_time_user_id", "user_id"),
    Index("ix_one_time_expires_at", "expires_at"),
)
"""`subject` is a keyed hash of what was typed (or of the user's id), so that people who do not exist have rows, too."""
