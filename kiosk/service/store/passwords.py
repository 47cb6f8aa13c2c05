"""Passwords: only their argon2id hashes are kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table, bindparam, insert, select, update

from kiosk.service.store.columns import UtcDateTime, metadata
from kiosk.service.store.engine import ReadTx, WriteTx

passwords = Table(
    "passwords",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("hash", String(256), nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
)

# Statements are made once: building one costs more than running it.
_KEPT = select(passwords.c.hash).where(passwords.c.user_id == bindparam("whose"))
_LOCK = _KEPT.with_for_update()
_INSERT = insert(passwords)
_REPLACE = (
    update(passwords)
    .where(passwords.c.user_id == bindparam("whose"))
    .values(hash=bindparam("kept"), set_at=bindparam("at"))
)


def password_hash(tx: ReadTx, user_id: str) -> str | None:
    """What is kept of somebody's password. Inside a WriteTx the row is locked until its end."""
    query = _LOCK if isinstance(tx, WriteTx) else _KEPT
    return tx.connection.execute(query, {"whose": user_id}).scalar_one_or_none()


def put_password(tx: WriteTx, user_id: str, kept: str, now: datetime) -> None:
    """The password is another one from now on."""
    if tx.connection.execute(_REPLACE, {"whose": user_id, "kept": kept, "at": now}).rowcount == 0:
        tx.connection.execute(_INSERT, {"user_id": user_id, "hash": kept, "set_at": now})
