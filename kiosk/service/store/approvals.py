"""What staff are asked to approve, and what they said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
    text,
    update,
)

from kiosk.contract.staff import ApprovalAction, ApprovalState, Decision
from kiosk.service.store.columns import UtcDateTime, id_column, metadata
from kiosk.service.store.engine import ReadTx, StaleRow, WriteTx
from kiosk.service.store.fleet import stations
from kiosk.service.store.stations import clients

_PENDING = text("state = 'pending'")

approvals = Table(
    "approvals",
    metadata,
    id_column(),
    id_column("enrollment_id", references="enrollments.id"),
    Column("client_id", String(64), nullable=False),
    Column("tenant", String(40), nullable=False),
    Column("site", String(40), nullable=False),
    Column("action", String(16), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("number", String(2), nullable=False),
    Column("details", JSON, nullable=False),
    Column("needed", Integer, nullable=False),
    Column("given", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("version", Integer, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index(
        "uq_approvals_pending", "enrollment_id", "action", unique=True, sqlite_where=_PENDING, postgresql_where=_PENDING
    ),
    Index("ix_approvals_enrollment_id", "enrollment_id"),
    Index("ix_approvals_changed_at", "changed_at"),
    Index("ix_approvals_state_expires_at", "state", "expires_at"),
)

approval_votes = Table(
    "approval_votes",
    metadata,
    Column("approval_id", ForeignKey("approvals.id", ondelete="CASCADE"), nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("decision", String(8), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("assertion_id", String(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("hands", String(512), nullable=False, server_default=""),
    PrimaryKeyConstraint("approval_id", "staff_id"),
)


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """A request. `subject` is the person's id as the trail has it; `details` what staff see (masked person, key)."""

    id: str
    enrollment_id: str
    client_id: str
    tenant: str
    site: str
    action: ApprovalAction
    subject: str
    number: str
    details: Mapping[str, Any]
    needed: int
    given: int
    state: ApprovalState
    version: int
    asked_at: datetime
    expires_at: datetime
    changed_at: datetime
    reason: str = field(default="")


@dataclass(frozen=True, slots=True)
class VoteRow:
    """What one member of staff said; `assertion_id` is the evidence, `hands` are who may have said it."""

    approval_id: str
    staff_id: str
    decision: Decision
    reason: str
    assertion_id: str
    at: datetime
    hands: str = ""


class Moved(NamedTuple):
    """That a request changed: enough to wake who waits for it."""

    id: str
    tenant: str
    version: int


_FIELDS = tuple(ApprovalRow.__slots__)
_COLUMNS = tuple(approvals.c[name] for name in _FIELDS)
_VOTE = tuple(approval_votes.c[name] for name in VoteRow.__slots__)
_CHANGING = ("given", "state", "reason", "version", "changed_at")
_IS_PENDING = approvals.c.state == ApprovalState.PENDING

# Statements are made once: building one costs more than running it.
_INSERT = insert(approvals)
_ONE = select(*_COLUMNS).where(approvals.c.id == bindparam("wanted"))
_OF_ENROLLMENT = (
    select(*_COLUMNS)
    .where(approvals.c.enrollment_id == bindparam("visit"), approvals.c.action == bindparam("what"))
    .order_by(approvals.c.asked_at.desc(), approvals.c.id)
)
_PENDING_OF_VISIT = select(*_COLUMNS).where(approvals.c.enrollment_id == bindparam("visit"), _IS_PENDING)
_PENDING_OF_CLIENT = (
    select(*_COLUMNS).where(approvals.c.client_id == bindparam("asker"), _IS_PENDING).order_by(approvals.c.asked_at)
)
_PENDING_OF_TENANT = (
    select(*_COLUMNS).where(approvals.c.tenant == bindparam("of"), _IS_PENDING).order_by(approvals.c.asked_at)
)
_OVERDUE = (
    select(*_COLUMNS)
    .where(_IS_PENDING, approvals.c.expires_at <= bindparam("now"))
    .order_by(approvals.c.expires_at)
    .limit(bindparam("most"))
)
_OVERDUE_LOCKED = _OVERDUE.with_for_update(skip_locked=True)
_MOVE = (
    update(approvals)
    .where(approvals.c.id == bindparam("wanted"), approvals.c.version == bindparam("seen"))
    .values({name: bindparam(f"to_{name}") for name in _CHANGING})
)
_FORGET = delete(approvals).where(approvals.c.changed_at <= bindparam("before"), ~_IS_PENDING)
_VOTES = select(*_VOTE).where(approval_votes.c.approval_id == bindparam("wanted")).order_by(approval_votes.c.at)
_VOTED = (
    select(approval_votes.c.approval_id)
    .join(approvals, approvals.c.id == approval_votes.c.approval_id)
    .where(approval_votes.c.staff_id == bindparam("whose"), _IS_PENDING)
)
_CHANGED = select(approvals.c.id, approvals.c.tenant, approvals.c.version).where(
    approvals.c.changed_at > bindparam("since")
)
_PLACE = (
    select(clients.c.name, clients.c.sites, stations.c.name.label("station"), stations.c.site)
    .select_from(clients.outerjoin(stations, stations.c.client_id == clients.c.id))
    .where(clients.c.id == bindparam("wanted"))
)


def add_approval(tx: WriteTx, row: ApprovalRow) -> None:
    """Store a new request."""
    tx.connection.execute(_INSERT, _values(row))


def approval(tx: ReadTx, approval_id: str) -> ApprovalRow | None:
    """The request of this id. Whoever changes it holds its enrollment."""
    return _row(tx.connection.execute(_ONE, {"wanted": approval_id}).one_or_none())


def approvals_of(tx: ReadTx, enrollment_id: str, action: ApprovalAction) -> tuple[ApprovalRow, ...]:
    """The requests of an enrollment for one action, the last one first."""
    return _rows(tx.connection.execute(_OF_ENROLLMENT, {"visit": enrollment_id, "what": action.value}).all())


def pending_of_enrollment(tx: ReadTx, enrollment_id: str) -> tuple[ApprovalRow, ...]:
    """What an enrollment waits for."""
    return _rows(tx.connection.execute(_PENDING_OF_VISIT, {"visit": enrollment_id}).all())


def pending_of_client(tx: ReadTx, client_id: str) -> tuple[ApprovalRow, ...]:
    """What a station waits for, the oldest first."""
    return _rows(tx.connection.execute(_PENDING_OF_CLIENT, {"asker": client_id}).all())


def pending_of_tenant(tx: ReadTx, tenant: str) -> tuple[ApprovalRow, ...]:
    """What all stations of a tenant wait for, the oldest first."""
    return _rows(tx.connection.execute(_PENDING_OF_TENANT, {"of": tenant}).all())


def overdue_approvals(tx: ReadTx, now: datetime, limit: int) -> tuple[ApprovalRow, ...]:
    """Pending ones past their time. A WriteTx holds them, and leaves out what another one holds."""
    query = _OVERDUE_LOCKED if isinstance(tx, WriteTx) else _OVERDUE
    return _rows(tx.connection.execute(query, {"now": now, "most": limit}).all())


def move_approval(tx: WriteTx, seen: ApprovalRow, at: datetime, **changes: Any) -> ApprovalRow:
    """Change a row that is still as it was seen, and return it as it is now. Raises StaleRow."""
    now = replace(seen, version=seen.version + 1, changed_at=at, **changes)
    values = _values(now)
    moved = {f"to_{name}": values[name] for name in _CHANGING}
    if tx.connection.execute(_MOVE, {**moved, "wanted": seen.id, "seen": seen.version}).rowcount != 1:
        raise StaleRow
    return now


def forget_approvals(tx: WriteTx, before: datetime) -> int:
    """Delete requests that ended before, with their votes; how many."""
    return tx.connection.execute(_FORGET, {"before": before}).rowcount


def add_vote(tx: WriteTx, row: VoteRow) -> None:
    """A member of staff decided."""
    tx.connection.execute(insert(approval_votes), {name: getattr(row, name) for name in VoteRow.__slots__})


def votes_of(tx: ReadTx, approval_id: str) -> tuple[VoteRow, ...]:
    """Who decided a request, and how, the first one first."""
    found = tx.connection.execute(_VOTES, {"wanted": approval_id})
    return tuple(replace(vote, decision=Decision(vote.decision)) for vote in (VoteRow(*each) for each in found))


def voted_pending(tx: ReadTx, staff_id: str) -> frozenset[str]:
    """The ids of pending requests that a member has decided already."""
    return frozenset(tx.connection.execute(_VOTED, {"whose": staff_id}).scalars())


def moved_since(tx: ReadTx, since: datetime) -> tuple[Moved, ...]:
    """What changed after `since`."""
    return tuple(Moved(*each) for each in tx.connection.execute(_CHANGED, {"since": since}))


def place_of(tx: ReadTx, client_id: str) -> tuple[str, str]:
    """What a station is called, and its site: that of its activation, or the only one that its client was given."""
    found = tx.connection.execute(_PLACE, {"wanted": client_id}).one_or_none()
    if found is None:
        return "", ""
    if found.station is not None:
        return found.station, found.site
    sites = found.sites.split()
    return found.name, sites[0] if len(sites) == 1 else ""


def _values(row: ApprovalRow) -> dict[str, Any]:
    return {**{name: getattr(row, name) for name in _FIELDS}, "details": dict(row.details)}


def _rows(found: Sequence[Sequence[Any]]) -> tuple[ApprovalRow, ...]:
    return tuple(row for row in map(_row, found) if row is not None)


def _row(found: Sequence[Any] | None) -> ApprovalRow | None:
    if found is None:
        return None
    row = ApprovalRow(*found)
    return replace(row, action=ApprovalAction(row.action), state=ApprovalState(row.state))
