"""Authenticator apps (RFC 6238) with their sealed secrets, and recovery codes, of which only hashes are kept.

People are named as everywhere at the kiosk (`Person.user_id`): those of a directory elsewhere have no row in `users`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from kiosk.service.store.columns import UtcDateTime, metadata
from kiosk.service.store.engine import ReadTx, StaleRow, WriteTx

totp = Table(
    "totp",
    metadata,
    Column("user_id", String(128), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("sealed", LargeBinary(256), nullable=False),
    Column("last_step", BigInteger, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)
"""`last_step` is the newest time step whose code was taken: none is taken twice (RFC 6238, 5.2)."""

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("user_id", String(128), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("used_at", UtcDateTime),
    PrimaryKeyConstraint("user_id", "digest"),
)


@dataclass(frozen=True, slots=True)
class TotpRow:
    """One person's app. `sealed` is the secret, which opens for this person only."""

    user_id: str
    state: str
    sealed: bytes = field(repr=False)
    last_step: int
    changed_at: datetime


_COLUMNS = tuple(totp.c[name] for name in TotpRow.__slots__)

# Statements are made once: building one costs more than running it.
_ONE = select(*_COLUMNS).where(totp.c.user_id == bindparam("whose"))
_LOCK = _ONE.with_for_update()
_INSERT = insert(totp)
_TAKE = (
    update(totp)
    .where(
        totp.c.user_id == bindparam("whose"), totp.c.sealed == bindparam("seen"), totp.c.last_step < bindparam("step")
    )
    .values(last_step=bindparam("step"), state=bindparam("to"), changed_at=bindparam("at"))
)
_DELETE = delete(totp).where(totp.c.user_id == bindparam("whose"))
_ADD_CODE = insert(recovery_codes)
_UNUSED = (recovery_codes.c.user_id == bindparam("whose")) & recovery_codes.c.used_at.is_(None)
_HAS_CODE = select(recovery_codes.c.digest).where(_UNUSED, recovery_codes.c.digest == bindparam("told"))
_USE_CODE = update(recovery_codes).where(_UNUSED, recovery_codes.c.digest == bindparam("told"))
_COUNT = select(func.count()).select_from(recovery_codes).where(_UNUSED)
_DELETE_CODES = delete(recovery_codes).where(recovery_codes.c.user_id == bindparam("whose"))


def totp_of(tx: ReadTx, user_id: str) -> TotpRow | None:
    """The app of a person. Inside a WriteTx the row is locked until its end."""
    found = tx.connection.execute(_LOCK if isinstance(tx, WriteTx) else _ONE, {"whose": user_id}).one_or_none()
    return None if found is None else TotpRow(*found)


def put_totp(tx: WriteTx, row: TotpRow) -> None:
    """Store an app in place of any that there was, whose recovery codes go with it."""
    drop_totp(tx, row.user_id)
    tx.connection.execute(_INSERT, {name: getattr(row, name) for name in TotpRow.__slots__})


def take_step(tx: WriteTx, seen: TotpRow, step: int, state: str, at: datetime) -> None:
    """The code of a step was taken, of an app that is still the one that was seen. Raises StaleRow: it was taken
    before, or the app is another one."""
    values = {"whose": seen.user_id, "seen": seen.sealed, "step": step, "to": state, "at": at}
    if tx.connection.execute(_TAKE, values).rowcount != 1:
        raise StaleRow


def drop_totp(tx: WriteTx, user_id: str) -> bool:
    """Forget the app and the recovery codes of a person; whether there was an app."""
    tx.connection.execute(_DELETE_CODES, {"whose": user_id})
    return tx.connection.execute(_DELETE, {"whose": user_id}).rowcount == 1


def put_recovery_codes(tx: WriteTx, user_id: str, digests: Iterable[bytes]) -> None:
    """Keep the hashes of recovery codes, in place of earlier ones."""
    tx.connection.execute(_DELETE_CODES, {"whose": user_id})
    tx.connection.execute(_ADD_CODE, [{"user_id": user_id, "digest": each, "used_at": None} for each in digests])


def has_recovery_code(tx: ReadTx, user_id: str, digest: bytes) -> bool:
    """Whether this is a recovery code of the person that was not used."""
    return tx.connection.execute(_HAS_CODE, {"whose": user_id, "told": digest}).one_or_none() is not None


def use_recovery_code(tx: WriteTx, user_id: str, digest: bytes, at: datetime) -> None:
    """It helps no second time. Raises StaleRow when somebody was faster."""
    if tx.connection.execute(_USE_CODE.values(used_at=at), {"whose": user_id, "told": digest}).rowcount != 1:
        raise StaleRow


def unused_recovery_codes(tx: ReadTx, user_id: str) -> int:
    """How many recovery codes a person has left."""
    return int(tx.connection.execute(_COUNT, {"whose": user_id}).scalar_one())
