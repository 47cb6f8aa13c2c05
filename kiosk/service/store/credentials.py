"""Registered credentials, proved or not yet, and the stable user handles of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
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

from kiosk.service.store.columns import UtcDateTime, id_column, metadata
from kiosk.service.store.engine import ReadTx, StaleRow, WriteTx

credentials = Table(
    "credentials",
    metadata,
    id_column(),
    Column("relying_party", String(40), nullable=False),
    Column("credential_id", LargeBinary(1023), nullable=False),
    Column("user_id", String(128), nullable=False),
    Column("user_handle", LargeBinary(64), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("aaguid", String(36), nullable=False),
    Column("attestation", String(64), nullable=False),
    Column("transports", JSON, nullable=False),
    Column("name", String(64), nullable=False),
    Column("ceremony_id", ForeignKey("ceremonies.id"), nullable=False, unique=True),
    Column("registered_at", UtcDateTime, nullable=False),
    Column("proved_at", UtcDateTime),
    Column("key_serial", String(64), nullable=False, server_default=""),
    Column("serial_source", String(16), nullable=False, server_default=""),
    Column("account", String(320), nullable=False, server_default=""),
    Column("reference", String(1400), nullable=False, server_default=""),
    Column("key_id", String(32), nullable=False, server_default=""),
    Column("activated_at", UtcDateTime),
    Index("uq_credentials_relying_party_credential_id", "relying_party", "credential_id", unique=True),
    Index("ix_credentials_user_id_relying_party", "user_id", "relying_party"),
    Index("ix_credentials_key_serial", "key_serial"),
    Index("ix_credentials_key_id", "key_id"),
)

user_handles = Table(
    "user_handles",
    metadata,
    Column("relying_party", String(40), nullable=False),
    Column("user_id", String(128), nullable=False),
    Column("handle", LargeBinary(64), nullable=False),
    PrimaryKeyConstraint("relying_party", "user_id"),
)


@dataclass(frozen=True, slots=True)
class CredentialRow:
    """One credential; `proved_at` is None until an assertion has shown that it works. `public_key` is a COSE key.

    `key_serial` is the number of the key that holds it, for the inventory: from its attestation certificate under a
    root that we trust (`serial_source` "attestation"), else what the key said over USB ("usb"), a mere claim.
    `account` and `reference` are the relying party's own names of the person and of the credential. `key_id` is the key
    in the inventory; `activated_at` when it began to work for signing in, None while it waits for hand-over.
    """

    id: str
    relying_party: str
    credential_id: bytes
    user_id: str
    user_handle: bytes
    public_key: bytes
    sign_count: int
    aaguid: str
    attestation: str
    transports: tuple[str, ...]
    name: str
    ceremony_id: str
    registered_at: datetime
    proved_at: datetime | None = None
    key_serial: str = ""
    serial_source: str = ""
    account: str = ""
    reference: str = ""
    key_id: str = ""
    activated_at: datetime | None = None


_COLUMNS = tuple(credentials.c[name] for name in CredentialRow.__slots__)


# Statements are made once: building one costs more than running it.
_INSERT = insert(credentials)
_OF_CEREMONY = select(*_COLUMNS).where(credentials.c.ceremony_id == bindparam("ceremony"))
_KNOWN = select(credentials.c.id).where(
    credentials.c.relying_party == bindparam("party"), credentials.c.credential_id == bindparam("credential")
)
_OF_USER = select(*_COLUMNS).where(credentials.c.user_id == bindparam("user")).order_by(credentials.c.registered_at)
_THERE = (credentials.c.user_id == bindparam("user"), credentials.c.relying_party == bindparam("party"))
_PROVED = (
    select(credentials.c.credential_id)
    .where(*_THERE, credentials.c.proved_at.is_not(None))
    .order_by(credentials.c.proved_at)
)
_RIVALS = select(credentials.c.ceremony_id).where(
    *_THERE, credentials.c.proved_at.is_(None), credentials.c.id != bindparam("mine")
)
_PROVE = (
    update(credentials)
    .where(credentials.c.id == bindparam("mine"), credentials.c.proved_at.is_(None))
    .values(
        proved_at=bindparam("now"),
        sign_count=bindparam("count"),
        key_id=bindparam("its_key"),
        activated_at=bindparam("from_then"),
    )
)
_OF_KEY = select(*_COLUMNS).where(credentials.c.key_id == bindparam("its_key")).order_by(credentials.c.registered_at)
_ACTIVATE = (
    update(credentials)
    .where(credentials.c.key_id == bindparam("its_key"), credentials.c.activated_at.is_(None))
    .values(activated_at=bindparam("now"))
)
_REMOVE = delete(credentials).where(credentials.c.ceremony_id.in_(bindparam("ceremonies", expanding=True)))
_HANDLE = select(user_handles.c.handle).where(
    user_handles.c.relying_party == bindparam("party"), user_handles.c.user_id == bindparam("user")
)
_KEEP_HANDLE = insert(user_handles)


def add_credential(tx: WriteTx, row: CredentialRow) -> None:
    """Store a credential that is registered and not yet proved."""
    values = {name: getattr(row, name) for name in CredentialRow.__slots__}
    tx.connection.execute(_INSERT, {**values, "transports": list(row.transports)})


def credential_of_ceremony(tx: ReadTx, ceremony_id: str) -> CredentialRow | None:
    """What the ceremony registered."""
    found = tx.connection.execute(_OF_CEREMONY, {"ceremony": ceremony_id}).one_or_none()
    return None if found is None else _row(found)


def credential_exists(tx: ReadTx, relying_party: str, credential_id: bytes) -> bool:
    """Whether the relying party holds this credential id, whoever has it."""
    found = tx.connection.execute(_KNOWN, {"party": relying_party, "credential": credential_id})
    return found.first() is not None


def credentials_of_user(tx: ReadTx, user_id: str) -> tuple[CredentialRow, ...]:
    """Everything that is registered for a person, proved or not."""
    return tuple(map(_row, tx.connection.execute(_OF_USER, {"user": user_id})))


def proved_credential_ids(tx: ReadTx, user_id: str, relying_party: str) -> tuple[bytes, ...]:
    """The exclude list: credentials of the person that have been shown to work."""
    return tuple(tx.connection.execute(_PROVED, {"user": user_id, "party": relying_party}).scalars())


@dataclass(frozen=True, slots=True)
class Proof:
    """What an assertion has shown: when, the counter that it carried, which key it is of, and from when on the
    credential works for signing in (None: not before hand-over)."""

    at: datetime
    sign_count: int
    key_id: str
    activated_at: datetime | None


def mark_proved(tx: WriteTx, row: CredentialRow, proof: Proof) -> None:
    """Note that an assertion verified. Raises StaleRow when the credential is gone or already proved."""
    given = {"count": proof.sign_count, "its_key": proof.key_id, "from_then": proof.activated_at}
    if tx.connection.execute(_PROVE, {"mine": row.id, "now": proof.at, **given}).rowcount != 1:
        raise StaleRow


def credentials_of_key(tx: ReadTx, key_id: str) -> tuple[CredentialRow, ...]:
    """What was proved on a key of the inventory, wherever it was registered."""
    return tuple(map(_row, tx.connection.execute(_OF_KEY, {"its_key": key_id}))) if key_id else ()


def keys_of_ceremonies(tx: ReadTx, ceremony_ids: Sequence[str]) -> frozenset[str]:
    """The keys of the inventory that these ceremonies proved something on."""
    query = select(credentials.c.key_id).where(credentials.c.ceremony_id.in_(ceremony_ids), credentials.c.key_id != "")
    return frozenset(tx.connection.execute(query).scalars()) if ceremony_ids else frozenset()


def activate_credentials(tx: WriteTx, key_id: str, now: datetime) -> int:
    """Let the credentials of a key work from now on; how many did not before."""
    return tx.connection.execute(_ACTIVATE, {"its_key": key_id, "now": now}).rowcount


def remove_credentials(tx: WriteTx, ceremony_ids: Sequence[str]) -> int:
    """Delete what these ceremonies registered; how many they were."""
    return tx.connection.execute(_REMOVE, {"ceremonies": ceremony_ids}).rowcount


def delete_credential(tx: WriteTx, user_id: str, row_id: str) -> None:
    """Delete one credential of the person, proved or not."""
    mine = credentials.c.id == row_id, credentials.c.user_id == user_id
    tx.connection.execute(delete(credentials).where(*mine))


def rival_ceremonies(tx: ReadTx, row: CredentialRow) -> tuple[str, ...]:
    """The ceremonies that left other unproved credentials of the same person at the same relying party."""
    wanted = {"user": row.user_id, "party": row.relying_party, "mine": row.id}
    return tuple(tx.connection.execute(_RIVALS, wanted).scalars())


def stored_handle(tx: ReadTx, relying_party: str, user_id: str) -> bytes | None:
    """The person's user handle at the relying party, if they have one."""
    found = tx.connection.execute(_HANDLE, {"party": relying_party, "user": user_id}).scalar_one_or_none()
    return None if found is None else bytes(found)


def keep_handle(tx: WriteTx, relying_party: str, user_id: str, fresh: bytes) -> None:
    """Give the person a user handle at the relying party, unless they have one: it stays the same for good."""
    if stored_handle(tx, relying_party, user_id) is None:
        tx.connection.execute(_KEEP_HANDLE, {"relying_party": relying_party, "user_id": user_id, "handle": fresh})


def _row(found: Sequence[Any]) -> CredentialRow:
    values = dict(zip(CredentialRow.__slots__, found, strict=True))
    return CredentialRow(**{**values, "transports": tuple(values["transports"])})
