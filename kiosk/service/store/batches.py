"""Migrations of people: each batch with its source, how far it came, and the records that failed."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from kiosk.service.store.columns import ID_LENGTH, UtcDateTime, id_column, metadata

batches = Table(
    "batches",
    metadata,
    id_column(),
    Column("tenant", String(40), nullable=False),
    Column("site", String(40), nullable=False),
    Column("client_id", String(64), nullable=False),
    Column("form", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("chunks", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("read", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("same", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Index("ix_batches_tenant_made_at", "tenant", "made_at"),
)

batch_chunks = Table(
    "batch_chunks",
    metadata,
    Column("batch_id", ForeignKey("batches.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("batch_id", "number"),
)

batch_records = Table(
    "batch_records",
    metadata,
    Column("batch_id", ForeignKey("batches.id", ondelete="CASCADE"), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("user_id", String(ID_LENGTH)),
    Column("source", Text, nullable=False),
    PrimaryKeyConstraint("batch_id", "number"),
)
"""Only what needs somebody's attention: a record that is not here was taken in."""
