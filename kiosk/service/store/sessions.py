"""Sign-ins of people: only hashes of their session tokens are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, String, Table, bindparam, delete, insert, select

from kiosk.service.store.columns import UtcDateTime, metadata
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.users import ACTIVE, users

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("site", String(40), nullable=False),
    Column("client_id", String(64), nullable=False),
    Column("method", String(40), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("ix_sessions_user_id", "user_id"),
    Index("ix_sessions_expires_at", "expires_at"),
)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One sign-in of a person at a site, through a client; `method` says how they showed who they are."""

    user_id: str
    site: str
    client_id: str
    method: str
    made_at: datetime
    expires_at: datetime


_COLUMNS = tuple(sessions.c[name] for name in SessionRow.__slots__)
_OF_ACTIVE = (
    select(*_COLUMNS, users.c.tenant)
    .join(users, users.c.id == sessions.c.user_id)
    .where(sessions.c.token_hash == bindparam("wanted"), users.c.status == ACTIVE)
)


def add_session(tx: WriteTx, token_hash: str, row: SessionRow) -> None:
    """Somebody signed in."""
    values = {name: getattr(row, name) for name in SessionRow.__slots__}
    tx.connection.execute(insert(sessions), {"token_hash": token_hash, **values})


def session(tx: ReadTx, token_hash: str) -> tuple[SessionRow, str] | None:
    """The sign-in of an active person, and their tenant."""
    row = tx.connection.execute(_OF_ACTIVE, {"wanted": token_hash}).one_or_none()
    return None if row is None else (SessionRow(*row[:-1]), row[-1])


def drop_session(tx: WriteTx, token_hash: str) -> bool:
    """The person signed out; whether they were signed in."""
    return tx.connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash)).rowcount == 1


def drop_sessions_of(tx: WriteTx, user_id: str) -> int:
    """All sign-ins of a person end; how many there were."""
    return tx.connection.execute(delete(sessions).where(sessions.c.user_id == user_id)).rowcount


def drop_other_sessions(tx: WriteTx, user_id: str, kept: str) -> int:
    """All sign-ins of a person end but the one with this token's hash; how many did."""
    others = sessions.c.user_id == user_id, sessions.c.token_hash != kept
    return tx.connection.execute(delete(sessions).where(*others)).rowcount


def drop_expired_sessions(tx: WriteTx, now: datetime) -> int:
    """Forget sign-ins that are over; how many."""
    return tx.connection.execute(delete(sessions).where(sessions.c.expires_at <= now)).rowcount
