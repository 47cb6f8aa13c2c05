"""Guests: who they visit, until when, and what the screening said."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table

from kiosk.service.store.columns import UtcDateTime, id_column, metadata

guests = Table(
    "guests",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("site", String(40), nullable=False),
    Column("company", String(128), nullable=False),
    Column("sponsor_id", String(128), nullable=False),
    Column("sponsor_name", String(256), nullable=False),
    Column("ends_on", Date),
    Column("ended_at", UtcDateTime),
    Column("program", String(64), nullable=False),
    Index("ix_guests_ends_on", "ends_on"),
)
"""`ends_on` is the last day (in the service's time zone UTC); `program` is the CLIENT_ID that enrolled them."""

screenings = Table(
    "screenings",
    metadata,
    id_column(),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("call_type", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("checker", String(40), nullable=False),
    Column("reference", String(128), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime),
    Column("settled_at", UtcDateTime),
    Index("ix_screenings_user_id", "user_id"),
    Index("ix_screenings_due_at", "due_at"),
)
