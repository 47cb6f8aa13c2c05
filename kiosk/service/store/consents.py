"""What people accepted: which terms, in which version and language, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, String, Table, bindparam, insert, select

from kiosk.service.store.columns import UtcDateTime, id_column, metadata
from kiosk.service.store.engine import ReadTx, WriteTx

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


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """Somebody accepted something at a site, through a client. `text_digest` is the SHA-256 of the very text that was
    shown, empty for an opt-in that the client words itself."""

    id: str
    user_id: str
    site: str
    terms: str
    version: str
    language: str
    text_digest: str
    given_at: datetime
    client_id: str


_COLUMNS = tuple(consents.c[name] for name in ConsentRow.__slots__)
_OF_USER = (
    select(*_COLUMNS).where(consents.c.user_id == bindparam("whose")).order_by(consents.c.given_at, consents.c.terms)
)


def add_consents(tx: WriteTx, rows: tuple[ConsentRow, ...]) -> None:
    """Keep what somebody accepted."""
    if rows:
        tx.connection.execute(
            insert(consents), [{name: getattr(row, name) for name in ConsentRow.__slots__} for row in rows]
        )


def consents_of(tx: ReadTx, user_id: str) -> tuple[ConsentRow, ...]:
    """What somebody accepted, first consent first."""
    return tuple(ConsentRow(*row) for row in tx.connection.execute(_OF_USER, {"whose": user_id}))
