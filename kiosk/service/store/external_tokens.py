"""Tokens that other systems know people by, sealed, apart from all sign-in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import (
    Column,
    ForeignKey,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from kiosk.service.store.columns import UtcDateTime, metadata
from kiosk.service.store.engine import ReadTx, WriteTx

external_tokens = Table(
    "external_tokens",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(64), nullable=False),
    Column("sealed", LargeBinary(4096), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    PrimaryKeyConstraint("user_id", "name"),
)


@dataclass(frozen=True, slots=True)
class ExternalTokenRow:
    """One sealed token of somebody; None in `expires_at` for one that does not end."""

    user_id: str
    name: str
    sealed: bytes = field(repr=False)
    changed_at: datetime
    expires_at: datetime | None


_COLUMNS = tuple(external_tokens.c[name] for name in ExternalTokenRow.__slots__)
_MINE = external_tokens.c.user_id == bindparam("of"), external_tokens.c.name == bindparam("called")
_ONE = select(*_COLUMNS).where(*_MINE)
_ALL = select(*_COLUMNS).where(external_tokens.c.user_id == bindparam("of")).order_by(external_tokens.c.name)
_CHANGE = (
    update(external_tokens)
    .where(*_MINE)
    .values(sealed=bindparam("box"), changed_at=bindparam("now"), expires_at=bindparam("until"))
)


def external_token(tx: ReadTx, user_id: str, name: str) -> ExternalTokenRow | None:
    """Somebody's token of this name."""
    row = tx.connection.execute(_ONE, {"of": user_id, "called": name}).one_or_none()
    return None if row is None else ExternalTokenRow(*row)


def external_tokens_of(tx: ReadTx, user_id: str) -> tuple[ExternalTokenRow, ...]:
    """All tokens of somebody, by name."""
    return tuple(ExternalTokenRow(*row) for row in tx.connection.execute(_ALL, {"of": user_id}))


def put_external_token(tx: WriteTx, row: ExternalTokenRow) -> None:
    """Keep a token, in the place of an earlier one of the same name."""
    mine = {"of": row.user_id, "called": row.name}
    values = {"box": row.sealed, "now": row.changed_at, "until": row.expires_at}
    if tx.connection.execute(_CHANGE, mine | values).rowcount == 0:
        tx.connection.execute(insert(external_tokens), {name: getattr(row, name) for name in row.__slots__})


def drop_external_token(tx: WriteTx, user_id: str, name: str) -> bool:
    """Forget a token; whether there was one."""
    return tx.connection.execute(delete(external_tokens).where(*_MINE), {"of": user_id, "called": name}).rowcount == 1


def drop_expired_external_tokens(tx: WriteTx, now: datetime) -> int:
    """Forget tokens that are over; how many."""
    return tx.connection.execute(delete(external_tokens).where(external_tokens.c.expires_at <= now)).rowcount
