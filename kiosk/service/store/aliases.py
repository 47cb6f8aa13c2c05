"""Other names that people sign in with, unique in their tenant together with the first names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
)

from kiosk.service.store.columns import UtcDateTime, metadata
from kiosk.service.store.engine import ReadTx, WriteTx

aliases = Table(
    "aliases",
    metadata,
    Column("tenant", String(40), nullable=False),
    Column("alias_key", String(256), nullable=False),
    Column("alias", String(256), nullable=False),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("tenant", "alias_key"),
    Index("ix_aliases_user_id", "user_id"),
)


@dataclass(frozen=True, slots=True)
class AliasRow:
    """One alias, as people write it and as it is compared (`alias_key`)."""

    tenant: str
    alias_key: str
    alias: str
    user_id: str
    added_at: datetime


_COLUMNS = tuple(aliases.c[name] for name in AliasRow.__slots__)

# Statements are made once: building one costs more than running it.
_OF = select(*_COLUMNS).where(aliases.c.user_id == bindparam("whose")).order_by(aliases.c.added_at, aliases.c.alias_key)
_INSERT = insert(aliases)
_DELETE = delete(aliases).where(
    aliases.c.user_id == bindparam("whose"),
    aliases.c.tenant == bindparam("of_tenant"),
    aliases.c.alias_key == bindparam("key"),
)


def name_lock(tenant: str, key: str) -> str:
    """Whoever gives this name or alias to somebody does it alone with this: two tables make sure of it, which no key
    spans."""
    return f"name\0{tenant}\0{key}"


def aliases_of(tx: ReadTx, user_id: str) -> tuple[AliasRow, ...]:
    """Somebody's aliases, first one first."""
    return tuple(AliasRow(*row) for row in tx.connection.execute(_OF, {"whose": user_id}))


def add_alias(tx: WriteTx, row: AliasRow) -> None:
    """Store an alias that nobody has."""
    tx.connection.execute(_INSERT, {name: getattr(row, name) for name in AliasRow.__slots__})


def drop_alias(tx: WriteTx, tenant: str, user_id: str, key: str) -> bool:
    """Take an alias away from who has it; whether they had it."""
    return tx.connection.execute(_DELETE, {"whose": user_id, "of_tenant": tenant, "key": key}).rowcount == 1
