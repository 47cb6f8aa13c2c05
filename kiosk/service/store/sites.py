"""The people of each site, and what the site knows of them; one site never sees another's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import JSON, Column, ForeignKey, Index, PrimaryKeyConstraint, String, Table, bindparam, insert, select
from sqlalchemy import update as change

from kiosk.service.store.columns import UtcDateTime, metadata
from kiosk.service.store.engine import ReadTx, WriteTx

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

# Statements are made once: building one costs more than running it.
_OF = select(user_sites.c.site).where(user_sites.c.user_id == bindparam("whose"))
_HERE = (user_sites.c.user_id == bindparam("whose"), user_sites.c.site == bindparam("where"))
_KNOWN = select(user_sites.c.attributes).where(*_HERE)
_JOIN = insert(user_sites)
_REPLACE = change(user_sites).where(*_HERE).values(attributes=bindparam("known"))


def sites_of(tx: ReadTx, user_id: str) -> frozenset[str]:
    """Where somebody belongs."""
    return frozenset(tx.connection.execute(_OF, {"whose": user_id}).scalars())


def site_attributes(tx: ReadTx, user_id: str, site: str) -> Mapping[str, str] | None:
    """What a site knows of somebody; None where they do not belong to it."""
    found = tx.connection.execute(_KNOWN, {"whose": user_id, "where": site}).one_or_none()
    return None if found is None else dict(found.attributes)


def put_site(tx: WriteTx, user_id: str, site: str, attributes: Mapping[str, str], now: datetime) -> None:
    """Somebody belongs to a site, which knows this of them and nothing else."""
    known = dict(attributes)
    if tx.connection.execute(_REPLACE, {"whose": user_id, "where": site, "known": known}).rowcount == 0:
        tx.connection.execute(_JOIN, {"user_id": user_id, "site": site, "attributes": known, "joined_at": now})
