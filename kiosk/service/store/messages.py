"""The outbox: messages as sealed rows, claimed with a lease, handed over once, wiped when they are done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Update,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)

from kiosk.service.store.columns import UtcDateTime, id_column, metadata, one_of
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
    Column("delivery", String(16), nullable=False, server_default=""),
    Column("look_at", UtcDateTime),
    Index("ix_messages_channel_state_due_at", "channel", "state", "due_at"),
    Index("ix_messages_look_at", "look_at"),
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


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A message whose messenger can be asked how far it got, from the row's `look_at` on."""

    message_id: str
    reference: str
    settled_at: datetime


# Statements are made once: building one costs more than running it.
_NOW: BindParameter[datetime] = bindparam("now")
_FAR: BindParameter[datetime] = bindparam("far")
_LEASE = messages.c.leased_until
_UNLEASED = or_(_LEASE.is_(None), _LEASE <= _NOW, _LEASE > _FAR)
"""Nobody carries it; a lease from the far future (the clock was set back) binds nobody."""

_WANTED = and_(messages.c.state == WAITING, messages.c.useless_after > _NOW)
_CLAIMABLE = and_(_WANTED, messages.c.channel == bindparam("by"), messages.c.due_at <= _NOW, _UNLEASED)
_OLDER = messages.alias("older")
_HELD = exists().where(
    _OLDER.c.lane == messages.c.lane, one_of(_OLDER.c.state, OPEN), _OLDER.c.number < messages.c.number
)
_OLDEST = (
    select(messages.c.number)
    .where(_CLAIMABLE, ~_HELD)
    .order_by(messages.c.number)
    .limit(1)
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
_CLAIM = (
    update(messages)
    .where(messages.c.number == _OLDEST, _CLAIMABLE)
    .values(leased_until=bindparam("lease"), attempt=messages.c.attempt + 1)
    .returning(*(messages.c[name] for name in ClaimedMessage.__slots__))
)
_OURS = and_(messages.c.number == bindparam("claimed"), messages.c.attempt == bindparam("tried"))
"""Compare-and-set: nobody claimed the row since we did."""

_HAND_OVER = update(messages).where(_OURS, _WANTED, _LEASE > _NOW).values(state=HANDING_OVER)
_SETTLE = (
    update(messages)
    .where(_OURS, one_of(messages.c.state, OPEN))
    .values(
        state=bindparam("to_state"),
        sealed=None,
        leased_until=None,
        settled_at=_NOW,
        reason=bindparam("why"),
        reference=bindparam("told"),
        look_at=bindparam("look"),
    )
)
_POSTPONE = (
    update(messages)
    .where(_OURS, one_of(messages.c.state, OPEN))
    .values(state=WAITING, leased_until=None, due_at=bindparam("due"), reason=bindparam("why"))
)
_DUE = (
    select(messages.c.number)
    .where(messages.c.channel == bindparam("by"), one_of(messages.c.state, OPEN), messages.c.due_at <= _NOW)
    .limit(1)
)
_FOLLOWED = (
    select(*(messages.c[name] for name in HandedOver.__slots__))
    .where(messages.c.channel == bindparam("by"), messages.c.look_at <= _NOW)
    .order_by(messages.c.look_at)
    .limit(1)
)
_RELEASE = update(messages).where(_OURS, messages.c.state == WAITING).values(leased_until=None)
_FINAL = ("delivered", "undelivered")
_TELL = (
    update(messages)
    .where(messages.c.message_id == bindparam("which"), messages.c.delivery.not_in(_FINAL))
    .values(delivery=bindparam("told"), look_at=bindparam("look"))
)
_KNOWN = select(messages.c.number).where(messages.c.once == bindparam("event"))
_INSERT = insert(messages)


def _ending(state: str, reason: str, *which: ColumnElement[bool]) -> Update:
    """End what nobody carries."""
    values = {"state": state, "sealed": None, "leased_until": None, "settled_at": _NOW, "reason": reason}
    return update(messages).where(*which, _UNLEASED).values(values)


_BY_CHANNEL = messages.c.channel == bindparam("by")
_END_USELESS = _ending(
    "useless", "too_late", _BY_CHANNEL, messages.c.state == WAITING, messages.c.useless_after <= _NOW
)
_END_ABANDONED = _ending("unknown", "worker_lost", _BY_CHANNEL, messages.c.state == HANDING_OVER)
_END_REPLACED = _ending("useless", "replaced", messages.c.topic == bindparam("about"), messages.c.state == WAITING)


def add_message(tx: WriteTx, message: NewMessage) -> bool:
    """Store a message, unless one with the same `once` is there; whether it was stored."""
    return not tx.connection.execute(_KNOWN, {"event": message.once}).first() and add_messages(tx, [message])


def add_messages(tx: WriteTx, new: Sequence[NewMessage]) -> bool:
    """Store messages, at least one, whose `once` nobody else has."""
    tx.work.update(each.channel for each in new)  # also what is discarded: nobody shall hear the difference
    fresh = {"attempt": 0, "reason": "", "reference": ""}
    rows = [{name: getattr(each, name) for name in NewMessage.__slots__} | {"due_at": each.written_at} for each in new]
    return tx.connection.execute(_INSERT, [row | fresh for row in rows]).rowcount != 0


def claim_message(tx: WriteTx, channel: str, now: datetime, leased_until: datetime) -> ClaimedMessage | None:
    """Lease the oldest due message whose destination has no older one open, in one statement."""
    found = tx.connection.execute(_CLAIM, {"by": channel, "lease": leased_until, **_times(now)}).one_or_none()
    return None if found is None else ClaimedMessage(*found)


def mark_handing_over(tx: WriteTx, claimed: ClaimedMessage, now: datetime) -> bool:
    """Write down that the message is about to leave; False when the claim was lost or nobody wants it any more."""
    return tx.connection.execute(_HAND_OVER, {"now": now, **_ours(claimed)}).rowcount == 1


def settle_message(
    tx: WriteTx,
    claimed: ClaimedMessage,
    state: str,
    now: datetime,
    *,
    reason: str = "",
    reference: str = "",
    look_at: datetime | None = None,
) -> bool:
    """Write down the final state and wipe the text; False when the claim was lost. `look_at`: see `HandedOver`."""
    outcome = {"to_state": state, "now": now, "why": reason[:64], "told": reference[:128], "look": look_at}
    return tx.connection.execute(_SETTLE, outcome | _ours(claimed)).rowcount == 1


def postpone_message(tx: WriteTx, claimed: ClaimedMessage, due_at: datetime, reason: str) -> bool:
    """Let the message wait for another attempt; False when the claim was lost."""
    return tx.connection.execute(_POSTPONE, {"due": due_at, "why": reason[:64], **_ours(claimed)}).rowcount == 1


def release_message(tx: WriteTx, claimed: ClaimedMessage) -> bool:
    """Let others carry a message that was not begun; False when the claim was lost."""
    return tx.connection.execute(_RELEASE, _ours(claimed)).rowcount == 1


def settle_useless(tx: WriteTx, channel: str, now: datetime) -> int:
    """End what nobody carries and is of no use any more; how many there were."""
    return tx.connection.execute(_END_USELESS, {"by": channel, **_times(now)}).rowcount


def settle_abandoned(tx: WriteTx, channel: str, now: datetime) -> int:
    """End as unknown what a process that died had begun to hand over; how many there were."""
    return tx.connection.execute(_END_ABANDONED, {"by": channel, **_times(now)}).rowcount


def settle_replaced(tx: WriteTx, topic: str, now: datetime) -> int:
    """End the messages of a topic that nobody carries yet, because a newer one comes; how many there were."""
    return tx.connection.execute(_END_REPLACED, {"about": topic, **_times(now)}).rowcount


def forget_messages(tx: WriteTx, before: datetime) -> int:
    """Delete rows that were settled before a time; how many there were."""
    return tx.connection.execute(delete(messages).where(messages.c.settled_at < before)).rowcount


def something_due(tx: ReadTx, channel: str, now: datetime) -> bool:
    """Whether a worker of the channel may find something to do."""
    return tx.connection.execute(_DUE, {"by": channel, "now": now}).first() is not None


def next_to_follow(tx: ReadTx, channel: str, now: datetime) -> HandedOver | None:
    """The message of the channel that is to be asked about first, if any is."""
    found = tx.connection.execute(_FOLLOWED, {"by": channel, "now": now}).one_or_none()
    return None if found is None else HandedOver(*found)


def tell_delivery(tx: WriteTx, message_id: str, delivery: str, look_at: datetime | None) -> bool:
    """Write down how far a message got; False where there is none, or its end was told already."""
    values = {"which": message_id, "told": delivery, "look": look_at}
    return tx.connection.execute(_TELL, values).rowcount == 1


def _times(now: datetime) -> dict[str, datetime]:
    return {"now": now, "far": now + _LONGEST_LEASE}


def _ours(claimed: ClaimedMessage) -> dict[str, int]:
    return {"claimed": claimed.number, "tried": claimed.attempt}
