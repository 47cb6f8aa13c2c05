"""Stations, their one-time codes, and the assertions that they ask for tokens with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, insert, select, update

from kiosk.service.store.engine import ReadTx, StaleRow, WriteTx
from kiosk.service.store.fleet import CodeRow, StationRow, client_assertions, station_codes, stations
from kiosk.service.store.stations import clients

_FIELDS: Final = StationRow.__slots__
_STATION = select(*(stations.c[name] for name in _FIELDS))
_BY_ID = _STATION.where(stations.c.id == bindparam("wanted"))
_BY_CLIENT = _STATION.where(stations.c.client_id == bindparam("wanted"))
_BY_THUMBPRINT = _STATION.where(stations.c.thumbprint == bindparam("wanted")).limit(1)
_OF_TENANT = _STATION.where(stations.c.tenant == bindparam("of")).order_by(stations.c.site, stations.c.name)
_NAMED = _STATION.where(
    stations.c.tenant == bindparam("of"), stations.c.name == bindparam("called"), stations.c.revoked_at.is_(None)
)
_INSERT = insert(stations)
_FIXED: Final = ("id", "tenant", "created_at")
_CHANGING: Final = tuple(name for name in _FIELDS if name not in _FIXED)
_MOVE = (
    update(stations)
    .where(stations.c.id == bindparam("wanted"), stations.c.version == bindparam("seen"))
    .values({stations.c[name]: bindparam(f"to_{name}") for name in _CHANGING})
)
_CODE = select(*(station_codes.c[name] for name in CodeRow.__slots__)).where(
    station_codes.c.code_hash == bindparam("wanted")
)
_ADD_CODE = insert(station_codes)
_USE_CODE = (
    update(station_codes)
    .where(station_codes.c.code_hash == bindparam("wanted"), station_codes.c.used_at.is_(None))
    .values(used_at=bindparam("now"))
)
_DROP_CODES = delete(station_codes).where(station_codes.c.station_id == bindparam("whose"))
_FORGET_CODES = delete(station_codes).where(station_codes.c.expires_at <= bindparam("before"))
_SIGNER = (
    select(clients.c.id, clients.c.scopes, clients.c.disabled_at, stations.c.public_key)
    .join_from(clients, stations, stations.c.client_id == clients.c.id)
    .where(clients.c.id == bindparam("wanted"))
)
_TAKEN = select(client_assertions.c.jti_hash).where(client_assertions.c.jti_hash == bindparam("wanted"))
_TAKE = insert(client_assertions)
_FORGET_TAKEN = delete(client_assertions).where(client_assertions.c.expires_at <= bindparam("now"))


@dataclass(frozen=True, slots=True)
class SignerRow:
    """A client that is a station, and the key that it signs with; None where it has a secret instead."""

    client_id: str
    scopes: str
    disabled_at: datetime | None
    public_key: Mapping[str, str] | None


def alone_with_names(tx: WriteTx, tenant: str) -> None:
    """Nobody else names a station of the tenant until the end of the transaction."""
    tx.alone_with(f"stations\0{tenant}")


def add_station(tx: WriteTx, row: StationRow) -> None:
    """Store a new station."""
    tx.connection.execute(_INSERT, {name: getattr(row, name) for name in _FIELDS})


def station(tx: ReadTx, station_id: str) -> StationRow | None:
    """The station of this id, of whichever tenant, also a revoked one."""
    return _row(tx.connection.execute(_BY_ID, {"wanted": station_id}).one_or_none())


def station_of_client(tx: ReadTx, client_id: str) -> StationRow | None:
    """The station that signs in as this client."""
    return _row(tx.connection.execute(_BY_CLIENT, {"wanted": client_id}).one_or_none())


def station_with_key(tx: ReadTx, thumbprint: str) -> StationRow | None:
    """A station that has, or had when it was revoked, the key of this thumbprint."""
    return _row(tx.connection.execute(_BY_THUMBPRINT, {"wanted": thumbprint}).one_or_none())


def station_named(tx: ReadTx, tenant: str, name: str) -> StationRow | None:
    """The station of this name, unless it was revoked."""
    return _row(tx.connection.execute(_NAMED, {"of": tenant, "called": name}).one_or_none())


def stations_of(tx: ReadTx, tenant: str) -> tuple[StationRow, ...]:
    """All stations of a tenant, by site and name, also revoked ones."""
    return tuple(StationRow(*each) for each in tx.connection.execute(_OF_TENANT, {"of": tenant}))


def move_station(tx: WriteTx, seen: StationRow, **changes: Any) -> StationRow:
    """Change a row that is still as it was seen, and return it as it is now. Raises StaleRow."""
    now = replace(seen, version=seen.version + 1, **changes)
    moved = {f"to_{name}": getattr(now, name) for name in _CHANGING}
    if tx.connection.execute(_MOVE, {**moved, "wanted": seen.id, "seen": seen.version}).rowcount != 1:
        raise StaleRow
    return now


def put_code(tx: WriteTx, row: CodeRow) -> None:
    """Store a code; earlier ones of the station are forgotten."""
    drop_codes(tx, row.station_id)
    tx.connection.execute(_ADD_CODE, {name: getattr(row, name) for name in CodeRow.__slots__})


def drop_codes(tx: WriteTx, station_id: str) -> None:
    """No code activates the station."""
    tx.connection.execute(_DROP_CODES, {"whose": station_id})


def code(tx: ReadTx, code_hash: str) -> CodeRow | None:
    """The code of this hash, also a used or an old one."""
    found = tx.connection.execute(_CODE, {"wanted": code_hash}).one_or_none()
    return None if found is None else CodeRow(*found)


def use_code(tx: WriteTx, code_hash: str, now: datetime) -> bool:
    """Use the code; False where somebody was first."""
    return tx.connection.execute(_USE_CODE, {"wanted": code_hash, "now": now}).rowcount == 1


def forget_codes(tx: WriteTx, before: datetime) -> int:
    """Delete codes that ended before this; how many."""
    return tx.connection.execute(_FORGET_CODES, {"before": before}).rowcount


def signer(tx: ReadTx, client_id: str) -> SignerRow | None:
    """The client of this id, if it is a station; also a disabled one."""
    found = tx.connection.execute(_SIGNER, {"wanted": client_id}).one_or_none()
    return None if found is None else SignerRow(*found)


def take_assertion(tx: WriteTx, jti_hash: str, expires_at: datetime) -> bool:
    """Take an assertion, which is kept until then; False where it was taken already, wherever."""
    tx.alone_with(f"assertions\0{jti_hash}")
    if tx.connection.execute(_TAKEN, {"wanted": jti_hash}).one_or_none() is not None:
        return False
    tx.connection.execute(_TAKE, {"jti_hash": jti_hash, "expires_at": expires_at})
    return True


def forget_assertions(tx: WriteTx, now: datetime) -> int:
    """Delete assertions that are too old to be taken again; how many."""
    return tx.connection.execute(_FORGET_TAKEN, {"now": now}).rowcount


def _row(found: Sequence[Any] | None) -> StationRow | None:
    return None if found is None else StationRow(*found)
