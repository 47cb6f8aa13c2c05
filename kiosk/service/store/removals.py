"""What is still to be taken away at relying parties that others keep: claimed with a lease, tried until it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)

from kiosk.service.store.columns import UtcDateTime, metadata
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.stations import clients

WAITING: Final = "waiting"
DONE: Final = "done"
TICKET: Final = "ticket"
"""Given up: a person must look."""

REMOVALS: Final = "removals"
"""What this leaves to do, as the lanes hear of it."""

_LONGEST_LEASE: Final = timedelta(minutes=10)

removals = Table(
    "removals",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("relying_party", String(40), nullable=False),
    Column("account", String(320), nullable=False),
    Column("reference", String(1400), nullable=False),
    Column("credential_id", LargeBinary(1023)),
    Column("since", UtcDateTime, nullable=False),
    Column("search_until", UtcDateTime, nullable=False),
    Column("receipt", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("settled_at", UtcDateTime),
    Column("reason", String(64), nullable=False),
    Column("tenant", String(40), nullable=False, server_default="default"),
    Index("ix_removals_state_due_at", "state", "due_at"),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True)
class NewRemoval:
    """Something to take away for an `account`: a registration that is half made (no `credential_id`), or a credential.

    `reference` is the party's own name of it, empty where that is not known; `since` is when it was begun. Until
    `search_until` a credential that is not found may still appear. `receipt` is what people quote at the desk.
    """

    relying_party: str
    account: str
    reference: str
    credential_id: bytes | None
    since: datetime
    search_until: datetime
    receipt: str
    due_at: datetime
    tenant: str = "default"


@dataclass(frozen=True, slots=True)
class ClaimedRemoval:
    """A removal that this worker alone may do until its lease ends; `attempt` proves the claim."""

    number: int
    relying_party: str
    account: str
    reference: str
    credential_id: bytes | None
    since: datetime
    search_until: datetime
    receipt: str
    attempt: int
    written_at: datetime


@dataclass(frozen=True, slots=True)
class OpenRemoval:
    """A removal that is not done, for staff."""

    number: int
    relying_party: str
    receipt: str
    state: str
    attempt: int
    written_at: datetime
    reason: str


_NOW: BindParameter[datetime] = bindparam("now")
_LEASE = removals.c.leased_until
_UNLEASED = or_(_LEASE.is_(None), _LEASE <= _NOW, bindparam("far") < _LEASE)
_CLAIMABLE = and_(removals.c.state == WAITING, removals.c.due_at <= _NOW, _UNLEASED)
_OLDEST = (
    select(removals.c.number)
    .where(_CLAIMABLE)
    .order_by(removals.c.due_at)
    .limit(1)
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
_CLAIM = (
    update(removals)
    .where(removals.c.number == _OLDEST, _CLAIMABLE)
    .values(leased_until=bindparam("lease"), attempt=removals.c.attempt + 1)
    .returning(*(removals.c[name] for name in ClaimedRemoval.__slots__))
)
_OURS = and_(
    removals.c.number == bindparam("claimed"), removals.c.attempt == bindparam("tried"), removals.c.state == WAITING
)
_SETTLE = (
    update(removals)
    .where(_OURS)
    .values(state=bindparam("to_state"), leased_until=None, settled_at=_NOW, reason=bindparam("why"))
)
_POSTPONE = update(removals).where(_OURS).values(leased_until=None, due_at=bindparam("due"), reason=bindparam("why"))
_DUE = select(removals.c.number).where(removals.c.state == WAITING, removals.c.due_at <= _NOW).limit(1)
_MOVE = (
    update(removals)
    .where(removals.c.number == bindparam("open"), removals.c.state != DONE)
    .values(
        state=bindparam("to_state"),
        written_at=_NOW,
        due_at=_NOW,
        leased_until=None,
        settled_at=bindparam("ended"),
        reason="by_staff",
    )
)
_TENANT = select(clients.c.tenant).where(clients.c.id == bindparam("caller"))
_OPEN = (
    select(*(removals.c[name] for name in OpenRemoval.__slots__))
    .where(removals.c.state != DONE)
    .order_by(removals.c.number)
)


def add_removal(tx: WriteTx, removal: NewRemoval, now: datetime) -> None:
    """Store a removal."""
    tx.work.add(REMOVALS)
    values = {name: getattr(removal, name) for name in NewRemoval.__slots__}
    tx.connection.execute(insert(removals), {**values, "state": WAITING, "attempt": 0, "written_at": now, "reason": ""})


def tenant_of_client(tx: ReadTx, client_id: str) -> str:
    """Whose a client is, and what it began; of one that is not known, nobody's in particular."""
    found = tx.connection.execute(_TENANT, {"caller": client_id}).scalar_one_or_none()
    return "default" if found is None else str(found)


def removal_due(tx: ReadTx, now: datetime) -> bool:
    """Whether there may be something to do."""
    return tx.connection.execute(_DUE, {"now": now}).first() is not None


def claim_removal(tx: WriteTx, now: datetime, leased_until: datetime) -> ClaimedRemoval | None:
    """Lease the one that has been due for longest."""
    given = {"now": now, "far": now + _LONGEST_LEASE, "lease": leased_until}
    found = tx.connection.execute(_CLAIM, given).one_or_none()
    return None if found is None else ClaimedRemoval(*found)


def settle_removal(tx: WriteTx, claimed: ClaimedRemoval, state: str, now: datetime, reason: str = "") -> None:
    """Write down that it is done, or that a person must look; nothing where the claim was lost."""
    tx.connection.execute(_SETTLE, {"to_state": state, "now": now, "why": reason[:64], **_ours(claimed)})


def postpone_removal(tx: WriteTx, claimed: ClaimedRemoval, due_at: datetime, reason: str) -> None:
    """Let it wait for another attempt; nothing where the claim was lost."""
    tx.connection.execute(_POSTPONE, {"due": due_at, "why": reason[:64], **_ours(claimed)})


def open_removals(tx: ReadTx, tenant: str | None = None) -> tuple[OpenRemoval, ...]:
    """All that are not done, oldest first; only a tenant's, where one is given."""
    query = _OPEN if tenant is None else _OPEN.where(removals.c.tenant == tenant)
    return tuple(OpenRemoval(*row) for row in tx.connection.execute(query))


def move_removal(tx: WriteTx, number: int, state: str, now: datetime, tenant: str | None = None) -> bool:
    """What staff decide of one that is not done (a tenant's, where one is given): wait for another day, or be done;
    whether there was one."""
    tx.work.add(REMOVALS)
    given = {"open": number, "to_state": state, "now": now, "ended": None if state == WAITING else now}
    query = _MOVE if tenant is None else _MOVE.where(removals.c.tenant == tenant)
    return tx.connection.execute(query, given).rowcount == 1


def forget_removals(tx: WriteTx, before: datetime) -> int:
    """Delete those that were done before a time; how many there were."""
    done = removals.c.state == DONE, removals.c.settled_at < before
    return tx.connection.execute(delete(removals).where(*done)).rowcount


def _ours(claimed: ClaimedRemoval) -> dict[str, Any]:
    return {"claimed": claimed.number, "tried": claimed.attempt}
