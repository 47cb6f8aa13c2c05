"""Access tokens: only their hashes are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table, bindparam, delete, insert, select

from kiosk.service.store.columns import UtcDateTime, metadata
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.stations import clients

tokens = Table(
    "tokens",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("client_id", ForeignKey("clients.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("scopes", String(512), nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

_LIVE = (
    select(
        tokens.c.client_id, tokens.c.scopes, tokens.c.issued_at, tokens.c.expires_at, clients.c.tenant, clients.c.sites
    )
    .join(clients, clients.c.id == tokens.c.client_id)
    .where(clients.c.disabled_at.is_(None), tokens.c.token_hash == bindparam("wanted"))
)
_INSERT = insert(tokens)


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One access token of an enabled client; `scopes` and `sites` are separated by spaces."""

    client_id: str
    scopes: str
    issued_at: datetime
    expires_at: datetime
    tenant: str = ""
    sites: str = ""


def add_token(tx: WriteTx, token_hash: str, row: TokenRow) -> None:
    """Store a new token."""
    tx.connection.execute(
        _INSERT,
        {
            "token_hash": token_hash,
            "client_id": row.client_id,
            "scopes": row.scopes,
            "issued_at": row.issued_at,
            "expires_at": row.expires_at,
        },
    )


def token(tx: ReadTx, token_hash: str) -> TokenRow | None:
    """The token of this hash, unless its client is disabled."""
    row = tx.connection.execute(_LIVE, {"wanted": token_hash}).one_or_none()
    return None if row is None else TokenRow(*row)


def drop_expired_tokens(tx: WriteTx, now: datetime) -> int:
    """Delete tokens that are past their time; how many they were."""
    return tx.connection.execute(delete(tokens).where(tokens.c.expires_at <= now)).rowcount
