"""Clients of the service (stations): their hashed secrets and scopes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Column, String, Table, insert, select, update

from kiosk.service.store.columns import UtcDateTime, metadata
from kiosk.service.store.engine import ReadTx, WriteTx

clients = Table(
    "clients",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(128), nullable=False),
    Column("secret_hash", String(64), nullable=False),
    Column("scopes", String(512), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    Column("tenant", String(40), nullable=False, server_default="default"),
    Column("sites", String(512), nullable=False, server_default=""),
)

CLIENTS: Final = "clients"
"""What somebody who remembers clients must look at again."""

NO_SECRET = "-"  # noqa: S105 - the contrary of one
"""The `secret_hash` of a client that signs instead: no secret has it."""


@dataclass(frozen=True, slots=True)
class ClientRow:
    """One client; `scopes` are separated by spaces (RFC 6749, 3.3). It belongs to a tenant, and acts for those of its
    `sites` (separated by spaces) that are named here."""

    id: str
    name: str
    secret_hash: str
    scopes: str
    disabled_at: datetime | None = None
    tenant: str = "default"
    sites: str = ""


def add_client(tx: WriteTx, client: ClientRow, now: datetime) -> None:
    """Store a new client."""
    tx.connection.execute(
        insert(clients).values(
            id=client.id,
            name=client.name,
            secret_hash=client.secret_hash,
            scopes=client.scopes,
            created_at=now,
            disabled_at=client.disabled_at,
            tenant=client.tenant,
            sites=client.sites,
        )
    )


def client(tx: ReadTx, client_id: str) -> ClientRow | None:
    """The client of this id, also a disabled one."""
    row = tx.connection.execute(
        select(*(clients.c[name] for name in ClientRow.__slots__)).where(clients.c.id == client_id)
    ).one_or_none()
    return None if row is None else ClientRow(*row)


def replace_secret(tx: WriteTx, client_id: str, secret_hash: str) -> bool:
    """Give a client another secret; False when there is no such client with one."""
    has_one = (clients.c.id == client_id, clients.c.secret_hash != NO_SECRET)
    done = tx.connection.execute(update(clients).where(*has_one).values(secret_hash=secret_hash))
    return done.rowcount == 1


def move_client(tx: WriteTx, client_id: str, site: str) -> None:
    """Let a client act for another site than before."""
    tx.work.add(CLIENTS)
    tx.connection.execute(update(clients).where(clients.c.id == client_id).values(sites=site))


def disable_client(tx: WriteTx, client_id: str, now: datetime) -> bool:
    """Refuse a client from now on; False when there is no such client."""
    tx.work.add(CLIENTS)
    done = tx.connection.execute(update(clients).where(clients.c.id == client_id).values(disabled_at=now))
    return done.rowcount == 1
