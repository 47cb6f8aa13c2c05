"""The outbox: messages as sealed rows, claimed with a lease, handed over once, wiped when they are done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from kiosk.service.store.columns import UtcDateTime, id_column, metadata
from kiosk.service.store.engine import ReadTx, WriteTx

WAITING = "waiting"
HANDING_OVER = "handing_over"
OPEN = (WAITING, HANDING_OVER)

_LONGEST_LEASE = timedelta(minutes=10)

messages = Table(
    "messages",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    id_column("message_id", primary=False, nullable=False, unique=True),
    Column("channel", String(8), nullable=False),
    Column("lane", String(64), nullable=False),
    Column("once", String(128), nullable=False, unique=True),
    Column("topic", String(80), nullable=False),
    Column("sealed", LargeBinary),
    Column("state", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("useless_after", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    Column("reason", String(64), nullable=False),
    Column("reference", String(128), nullable=False),
    Index("ix_messages_channel_state_due_at", "channel", "state", "due_at"),
    Index("ix_messages_lane_state", "lane", "state"),
    Index("ix_messages_topic_state", "topic", "state"),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to store. `lane` is a keyed hash of its destination, `topic` names what a later one replaces."""

    message_id: str
    channel: str
    lane: str
    once: str
    topic: str
    sealed: bytes | None
    state: str
    written_at: datetime
    useless_after: datetime


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """A message that this worker alone may deliver until its lease ends; `attempt` proves the claim."""

    number: int
    message_id: str
    sealed: bytes
    attempt: int
    written_at: datetime
    useless_after: datetime


# Statements that every enrollment needs are made once: building one costs more than running it.
_KNOWN = select(messages.c.number).where(messages.c.once == bindparam("event"))
_INSERT = insert(messages)


def add_message(tx: WriteTx, message: NewMessage) -> bool:
    """Store a message, unless one with the same `once` is there; whether it was stored."""
    if tx.connection.execute(_KNOWN, {"event": message.once}).first():
        return False
    values = {name: getattr(message, name) for name in NewMessage.__slots__}
    fresh = {"attempt": 0, "due_at": message.written_at, "reason": "", "reference": ""}
    tx.connection.execute(_INSERT, values | fresh)
    return True


def claim_message(tx: WriteTx, channel: str, now: datetime, leased_until: datetime) -> ClaimedMessage | None:
    """Lease the oldest due message whose destination has no older one open, in one statement."""
    older = messages.alias("older")
    held = exists().where(older.c.lane == messages.c.lane, older.c.state.in_(OPEN), older.c.number < messages.c.number)
    oldest = (
        select(messages.c.number)
        .where(messages.c.channel == channel, _claimable(now), ~held)
        .order_by(messages.c.number)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    claimed = tx.connection.execute(
        update(messages)
        .where(messages.c.number == oldest, _claimable(now))
        .values(leased_until=leased_until, attempt=messages.c.attempt + 1)
        .returning(
            messages.c.number,
            messages.c.message_id,
            messages.c.sealed,
            messages.c.attempt,
            messages.c.written_at,
            messages.c.useless_after,
        )
    ).one_or_none()
    return None if claimed is None else ClaimedMessage(*claimed)


def mark_handing_over(tx: WriteTx, claimed: ClaimedMessage, now: datetime) -> bool:
    """Write down that the message is about to leave; False when the claim was lost or nobody wants it any more."""
    in_time = and_(messages.c.state == WAITING, messages.c.leased_until > now, messages.c.useless_after > now)
    return _settle_claim(tx, claimed, in_time, {"state": HANDING_OVER})


def settle_message(
    tx: WriteTx, claimed: ClaimedMessage, state: str, now: datetime, *, reason: str = "", reference: str = ""
) -> bool:
    """Write down the final state and wipe the text; False when the claim was lost."""
    values = {"state": state, "sealed": None, "leased_until": None, "settled_at": now}
    return _settle_claim(
        tx, claimed, messages.c.state.in_(OPEN), {**values, "reason": reason[:64], "reference": reference[:128]}
    )


def postpone_message(tx: WriteTx, claimed: ClaimedMessage, due_at: datetime, reason: str) -> bool:
    """Let the message wait for another attempt; False when the claim was lost."""
    values = {"state": WAITING, "leased_until": None, "due_at": due_at, "reason": reason[:64]}
    return _settle_claim(tx, claimed, messages.c.state.in_(OPEN), values)


def settle_useless(tx: WriteTx, channel: str, now: datetime) -> int:
    """End what nobody carries and is of no use any more; how many there were."""
    late = and_(_unleased(now), messages.c.useless_after <= now)
    condition = and_(messages.c.channel == channel, messages.c.state == WAITING, late)
    return _end(tx, condition, "useless", "too_late", now)


def settle_abandoned(tx: WriteTx, channel: str, now: datetime) -> int:
    """End as unknown what a process that died had begun to hand over; how many there were."""
    condition = and_(messages.c.channel == channel, messages.c.state == HANDING_OVER, _unleased(now))
    return _end(tx, condition, "unknown", "worker_lost", now)


def settle_replaced(tx: WriteTx, topic: str, now: datetime) -> int:
    """End the messages of a topic that nobody carries yet, because a newer one comes; how many there were."""
    condition = and_(messages.c.topic == topic, messages.c.state == WAITING, _unleased(now))
    return _end(tx, condition, "useless", "replaced", now)


def forget_messages(tx: WriteTx, before: datetime) -> int:
    """Delete rows that were settled before a time; how many there were."""
    return tx.connection.execute(delete(messages).where(messages.c.settled_at < before)).rowcount


def something_due(tx: ReadTx, channel: str, now: datetime) -> bool:
    """Whether a worker of the channel may find something to do."""
    due = select(messages.c.number).where(
        messages.c.channel == channel, messages.c.state.in_(OPEN), messages.c.due_at <= now
    )
    return tx.connection.execute(due.limit(1)).first() is not None


def message_states(tx: ReadTx) -> dict[str, int]:
    """How many messages stand in each state: for staff and tests."""
    rows = tx.connection.execute(select(messages.c.state, func.count()).group_by(messages.c.state))
    return {row[0]: row[1] for row in rows}


def _unleased(now: datetime) -> ColumnElement[bool]:
    """Nobody carries it; a lease from the far future (the clock was set back) binds nobody."""
    lease = messages.c.leased_until
    return or_(lease.is_(None), lease <= now, lease > now + _LONGEST_LEASE)


def _claimable(now: datetime) -> ColumnElement[bool]:
    return and_(messages.c.state == WAITING, messages.c.due_at <= now, messages.c.useless_after > now, _unleased(now))


def _settle_claim(tx: WriteTx, claimed: ClaimedMessage, condition: ColumnElement[bool], values: dict[str, Any]) -> bool:
    """Compare-and-set: nobody claimed the row since we did."""
    ours = and_(messages.c.number == claimed.number, messages.c.attempt == claimed.attempt)
    return tx.connection.execute(update(messages).where(ours, condition).values(values)).rowcount == 1


def _end(tx: WriteTx, condition: ColumnElement[bool], state: str, reason: str, now: datetime) -> int:
    values = {"state": state, "sealed": None, "leased_until": None, "settled_at": now, "reason": reason}
    return tx.connection.execute(update(messages).where(condition).values(values)).rowcount
