"""The people of each site, and what the site knows of them; one site never sees another's."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, PrimaryKeyConstraint, String, Table

from kiosk.service.store.columns import UtcDateTime, metadata

user_sites = Table(
    "user_sites",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("site", String(40), nullable=False),
    Column("attributes", JSON, nullable=False),
    Column("joined_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("user_id", "site"),
    Index("ix_user_sites_site", "site"),
)
