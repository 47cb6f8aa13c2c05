"""Messages of partners: which were taken already, and how many a day."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Integer, PrimaryKeyConstraint, String, Table

from kiosk.service.store.columns import UtcDateTime, metadata

partner_messages = Table(
    "partner_messages",
    metadata,
    Column("partner", String(40), nullable=False),
    Column("jti", String(128), nullable=False),
    Column("forget_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("partner", "jti"),
    Index("ix_partner_messages_forget_at", "forget_at"),
)

partner_use = Table(
    "partner_use",
    metadata,
    Column("partner", String(40), nullable=False),
    Column("day", Date, nullable=False),
    Column("guests", Integer, nullable=False),
    PrimaryKeyConstraint("partner", "day"),
)
