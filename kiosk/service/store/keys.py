"""The inventory of security keys: each key that was ever here, where it is, and whose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from kiosk.service.store.columns import UtcDateTime, id_column, metadata, one_of
from kiosk.service.store.engine import ReadTx, StaleRow, WriteTx


class KeyState(StrEnum):
    """Where a key is in its life.

    `in_stock`: nobody's, may be given out. `issued`: somebody has it. `awaiting`: issued, its sign-ins begin to work
    at hand-over. `lost`: its holder said so; its sign-ins are taken away. `returned`: brought back, not wiped yet.
    `recalled`: its model or firmware must not be used any more. `retired`: for good.
    """

    IN_STOCK = "in_stock"
    ISSUED = "issued"
    AWAITING = "awaiting"
    LOST = "lost"
    RETURNED = "returned"
    RECALLED = "recalled"
    RETIRED = "retired"


_NUMBERED = text("serial <> ''")

keys = Table(
    "keys",
    metadata,
    id_column(),
    Column("tenant", String(40), nullable=False),
    Column("aaguid", String(36), nullable=False),
    Column("serial", String(64), nullable=False),
    Column("model", String(128), nullable=False),
    Column("firmware", BigInteger),
    Column("state", String(16), nullable=False),
    Column("state_at", UtcDateTime, nullable=False),
    Column("reason", String(40), nullable=False),
    Column("user_id", String(128)),
    Column("site", String(40), nullable=False),
    Column("enrollment_id", String(32), nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("issued_at", UtcDateTime),
    Column("expires_at", UtcDateTime),
    Column("warned_at", UtcDateTime),
    Column("contact", LargeBinary),
    Column("version", Integer, nullable=False),
    Index(
        "uq_keys_tenant_aaguid_serial",
        "tenant",
        "aaguid",
        "serial",
        unique=True,
        sqlite_where=_NUMBERED,
        postgresql_where=_NUMBERED,
    ),
    Index("ix_keys_user_id_tenant_id", "user_id", "tenant", "id"),
    Index("ix_keys_serial_tenant_id", "serial", "tenant", "id"),
    Index("ix_keys_tenant_id", "tenant", "id"),
    Index("ix_keys_tenant_state_id", "tenant", "state", "id"),
    Index("ix_keys_tenant_aaguid_id", "tenant", "aaguid", "id"),
    Index("ix_keys_state_state_at", "state", "state_at"),
    Index("ix_keys_expires_at", "expires_at"),
)
"""A key without a serial number is known by the enrollment that gave it out; its credentials carry its id."""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key. `firmware` is in its own counting (getInfo firmwareVersion); `aaguid` is empty for one of the stock
    whose model nobody told yet. `contact` is a sealed mail address of its holder. `warned_at`: they were told of its
    end."""

    id: str
    tenant: str
    aaguid: str
    serial: str
    model: str
    state: KeyState
    state_at: datetime
    first_seen_at: datetime
    firmware: int | None = None
    reason: str = ""
    user_id: str | None = None
    site: str = ""
    enrollment_id: str = ""
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    warned_at: datetime | None = None
    contact: bytes | None = field(default=None, repr=False)
    version: int = 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which keys of a tenant, at one of these `sites`, whose time `ends_by` then; what is empty does not matter."""

    tenant: str
    serial: str = ""
    user_id: str = ""
    state: KeyState | None = None
    aaguid: str = ""
    sites: frozenset[str] = frozenset()
    ends_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeyCount:
    """How many keys of a model at a site are in a state."""

    aaguid: str
    model: str
    site: str
    state: KeyState
    number: int


_COLUMNS = tuple(keys.c[name] for name in KeyRow.__slots__)
_FIXED: Final = frozenset({"id", "tenant", "first_seen_at"})
_CHANGING = tuple(name for name in KeyRow.__slots__ if name not in _FIXED)

HELD: Final = (KeyState.ISSUED, KeyState.AWAITING, KeyState.RECALLED)
"""States in which a key with a holder is in their hands."""
RECALLABLE: Final = (KeyState.IN_STOCK, KeyState.ISSUED, KeyState.AWAITING, KeyState.RETURNED)
"""States that a recall changes."""

# Statements are made once: building one costs more than running it.
_ONE = select(*_COLUMNS).where(keys.c.id == bindparam("wanted"))
_NUMBER = select(*_COLUMNS).where(
    keys.c.serial == bindparam("number"),
    keys.c.tenant == bindparam("whose"),
    or_(keys.c.aaguid == bindparam("make"), keys.c.aaguid == ""),
)
_OF_HOLDER = (
    select(*_COLUMNS)
    .where(keys.c.user_id == bindparam("holder"), one_of(keys.c.state, HELD))
    .order_by(keys.c.issued_at, keys.c.id)
)
_MOVE = (
    update(keys)
    .where(keys.c.id == bindparam("wanted"), keys.c.version == bindparam("seen"))
    .values({name: bindparam(f"to_{name}") for name in _CHANGING})
)
_UNTOLD = update(keys).where(keys.c.user_id == bindparam("holder")).values(contact=None)
_DROP = delete(keys).where(keys.c.id == bindparam("wanted"), keys.c.version == bindparam("seen"))
_ENDING = (
    select(*_COLUMNS)
    .where(keys.c.expires_at <= bindparam("until"), keys.c.warned_at.is_(None), keys.c.state == KeyState.ISSUED.value)
    .order_by(keys.c.expires_at)
    .limit(bindparam("most"))
)
_WAITING = (
    select(*_COLUMNS)
    .where(keys.c.state == KeyState.AWAITING.value, keys.c.state_at <= bindparam("before"))
    .order_by(keys.c.state_at)
    .limit(bindparam("most"))
)
_ENDING_LOCKED = _ENDING.with_for_update(skip_locked=True)
_WAITING_LOCKED = _WAITING.with_for_update(skip_locked=True)


def add_key(tx: WriteTx, row: KeyRow) -> None:
    """Store a key that was never here."""
    tx.connection.execute(insert(keys), {name: getattr(row, name) for name in KeyRow.__slots__})


def key(tx: ReadTx, key_id: str) -> KeyRow | None:
    """The key of this id."""
    return _first(tx, _ONE, {"wanted": key_id})


def key_numbered(tx: ReadTx, tenant: str, aaguid: str, serial: str) -> KeyRow | None:
    """The key with this number: of this model, or one of the stock whose model nobody told. A WriteTx is alone with it
    until its end, so that nobody else makes a row for it."""
    if not serial:
        return None
    if isinstance(tx, WriteTx):
        tx.alone_with(f"key\0{tenant} {serial}")
    found = _all(tx, _NUMBER, {"number": serial, "whose": tenant, "make": aaguid})
    return max(found, key=lambda each: each.aaguid, default=None)


def keys_of_holder(tx: ReadTx, user_id: str) -> tuple[KeyRow, ...]:
    """What somebody has in their hands, the oldest first: issued, waiting for hand-over, or recalled."""
    return _all(tx, _OF_HOLDER, {"holder": user_id})


def move_key(tx: WriteTx, seen: KeyRow, **changes: Any) -> KeyRow:
    """Change a row that is still as it was seen, and return it as it is now. Raises StaleRow."""
    now = replace(seen, version=seen.version + 1, **changes)
    moved = {f"to_{name}": getattr(now, name) for name in _CHANGING}
    if tx.connection.execute(_MOVE, {**moved, "wanted": seen.id, "seen": seen.version}).rowcount != 1:
        raise StaleRow
    return now


def forget_contacts(tx: WriteTx, user_id: str) -> None:
    """Nobody is told of the keys of somebody any more."""
    tx.connection.execute(_UNTOLD, {"holder": user_id})


def drop_key(tx: WriteTx, seen: KeyRow) -> None:
    """Forget a key that nobody ever had in the end. Raises StaleRow."""
    if tx.connection.execute(_DROP, {"wanted": seen.id, "seen": seen.version}).rowcount != 1:
        raise StaleRow


def find_keys(tx: ReadTx, wanted: Wanted, after: str, limit: int) -> tuple[KeyRow, ...]:
    """A page of keys by id, behind `after`."""
    query = select(*_COLUMNS).where(*_conditions(wanted), keys.c.id > after).order_by(keys.c.id).limit(limit)
    return tuple(map(_row, tx.connection.execute(query)))


def count_keys(tx: ReadTx, wanted: Wanted) -> tuple[KeyCount, ...]:
    """How many there are, by model, site and state."""
    by = (keys.c.aaguid, keys.c.model, keys.c.site, keys.c.state)
    query = select(*by, func.count()).where(*_conditions(wanted)).group_by(*by).order_by(*by)
    return tuple(
        KeyCount(aaguid, model, site, KeyState(state), number)
        for aaguid, model, site, state, number in tx.connection.execute(query)
    )


def ending_keys(tx: ReadTx, until: datetime, limit: int) -> tuple[KeyRow, ...]:
    """Keys that people have, whose time ends by then, and whose holders were not told. A WriteTx holds them, and leaves
    out what another one holds."""
    return _all(tx, _ENDING_LOCKED if isinstance(tx, WriteTx) else _ENDING, {"until": until, "most": limit})


def waiting_keys(tx: ReadTx, before: datetime, limit: int) -> tuple[KeyRow, ...]:
    """Keys that have waited for their hand-over since then. A WriteTx holds them, and leaves out what another one
    holds."""
    return _all(tx, _WAITING_LOCKED if isinstance(tx, WriteTx) else _WAITING, {"before": before, "most": limit})


def keys_of_model(tx: ReadTx, tenant: str, aaguid: str, firmware_below: int | None, limit: int) -> tuple[KeyRow, ...]:
    """Keys that a recall of the model (below a firmware, if one is told) concerns, and that are not marked yet."""
    query = (
        select(*_COLUMNS)
        .where(keys.c.tenant == tenant, keys.c.aaguid == aaguid, one_of(keys.c.state, RECALLABLE))
        .order_by(keys.c.id)
        .limit(limit)
    )
    if firmware_below is not None:
        query = query.where(or_(keys.c.firmware.is_(None), keys.c.firmware < firmware_below))
    return tuple(map(_row, tx.connection.execute(query)))


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    told = {
        keys.c.serial: wanted.serial,
        keys.c.user_id: wanted.user_id,
        keys.c.state: wanted.state,
        keys.c.aaguid: wanted.aaguid,
    }
    found = [keys.c.tenant == wanted.tenant, *(column == value for column, value in told.items() if value)]
    if wanted.ends_by is not None:
        found.append(keys.c.expires_at <= wanted.ends_by)
    return [*found, one_of(keys.c.site, sorted(wanted.sites))] if wanted.sites else found


def _first(tx: ReadTx, query: Any, given: dict[str, Any]) -> KeyRow | None:
    found = tx.connection.execute(query, given).one_or_none()
    return None if found is None else _row(found)


def _all(tx: ReadTx, query: Any, given: dict[str, Any]) -> tuple[KeyRow, ...]:
    return tuple(map(_row, tx.connection.execute(query, given)))


def _row(found: Sequence[Any]) -> KeyRow:
    values = dict(zip(KeyRow.__slots__, found, strict=True))
    return KeyRow(**{**values, "state": KeyState(values["state"])})
