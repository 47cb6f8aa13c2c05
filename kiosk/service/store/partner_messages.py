"""Messages of partners: which were taken already, and how many a day."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    Column,
    Date,
    Index,
    Integer,
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

partner_messages = Table(
    "partner_messages",
    metadata,
    Column("partner", String(40), nullable=False),
    Column("jti", String(128), nullable=False),
    Column("forget_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("partner", "jti"),
    Index("ix_partner_messages_forget_at", "forget_at"),
)

partner_use = Table(
    "partner_use",
    metadata,
    Column("partner", String(40), nullable=False),
    Column("day", Date, nullable=False),
    Column("guests", Integer, nullable=False),
    PrimaryKeyConstraint("partner", "day"),
)

_SEEN = select(partner_messages.c.jti).where(
    partner_messages.c.partner == bindparam("of"), partner_messages.c.jti == bindparam("number")
)
_COUNT = (
    update(partner_use)
    .where(
        partner_use.c.partner == bindparam("of"),
        partner_use.c.day == bindparam("today"),
        partner_use.c.guests < bindparam("most"),
    )
    .values(guests=partner_use.c.guests + 1)
)
_USED = select(partner_use.c.guests).where(
    partner_use.c.partner == bindparam("of"), partner_use.c.day == bindparam("today")
)


def remember_message(tx: WriteTx, partner: str, jti: str, forget_at: datetime) -> bool:
    """Whether the message is the first with its number. Of two at once, one finds the other when it is run again."""
    if tx.connection.execute(_SEEN, {"of": partner, "number": jti}).first() is not None:
        return False
    tx.connection.execute(insert(partner_messages), {"partner": partner, "jti": jti, "forget_at": forget_at})
    return True


def forget_messages(tx: WriteTx, now: datetime) -> int:
    """Forget messages that are too old to be sent again; how many."""
    return tx.connection.execute(delete(partner_messages).where(partner_messages.c.forget_at <= now)).rowcount


def count_guest(tx: WriteTx, partner: str, day: date, most: int) -> bool:
    """Count one guest of a day, and whether there was room for it. The count is compared where it is changed, so that
    it is exact however many write at once."""
    wanted = {"of": partner, "today": day}
    if tx.connection.execute(_COUNT, {**wanted, "most": most}).rowcount == 1:
        return True
    if most < 1 or guests_of_day(tx, partner, day) is not None:
        return False
    tx.connection.execute(insert(partner_use), {"partner": partner, "day": day, "guests": 1})
    return True


def guests_of_day(tx: ReadTx, partner: str, day: date) -> int | None:
    """How many guests a partner has enrolled on a day; None for none yet."""
    return tx.connection.execute(_USED, {"of": partner, "today": day}).scalar_one_or_none()
