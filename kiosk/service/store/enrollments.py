"""Enrollments: one row each, moved by compare-and-set on its version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column, Index, Integer, String, Table, bindparam, insert, null, or_, select, text, update

from kiosk.contract.enrollments import Phase
from kiosk.service.directories.connector import Person
from kiosk.service.store.columns import UtcDateTime, id_column, metadata, one_of
from kiosk.service.store.engine import ReadTx, StaleRow, WriteTx

OPEN_PHASES = (Phase.IDENTIFY, Phase.VERIFY, Phase.KEY)
"""The phases in which something may still happen."""

_KEPT = "phase = 'done' AND person IS NOT NULL"

enrollments = Table(
    "enrollments",
    metadata,
    id_column(),
    Column("client_id", String(64), nullable=False),
    Column("locale", String(35), nullable=False),
    Column("phase", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("subject", String(64), nullable=False),
    Column("user_id", String(128)),
    Column("person", JSON(none_as_null=True)),
    Column("receipt", String(16), nullable=False),
    Column("hints", JSON, nullable=False),
    Column("registration", JSON(none_as_null=True)),
    Column("key_number", Integer, nullable=False, server_default="1"),
    Column("intent", JSON(none_as_null=True)),
    Column("verified_by", String(24), nullable=False, server_default=""),
    Index("ix_enrollments_client_id_phase", "client_id", "phase"),
    Index("ix_enrollments_phase_expires_at", "phase", "expires_at"),
    Index("ix_enrollments_opened_at", "opened_at"),
    Index("ix_enrollments_user_id_opened_at", "user_id", "opened_at"),
    Index("ix_enrollments_kept_until", "expires_at", sqlite_where=text(_KEPT), postgresql_where=text(_KEPT)),
)

_COLUMNS = (
    enrollments.c.id,
    enrollments.c.client_id,
    enrollments.c.locale,
    enrollments.c.phase,
    enrollments.c.version,
    enrollments.c.opened_at,
    enrollments.c.expires_at,
    enrollments.c.subject,
    enrollments.c.user_id,
    enrollments.c.person,
    enrollments.c.receipt,
    enrollments.c.hints,
    enrollments.c.registration,
    enrollments.c.key_number,
    enrollments.c.intent,
    enrollments.c.verified_by,
)


@dataclass(frozen=True, slots=True)
class EnrollmentRow:
    """One enrollment.

    `subject` is what failures are counted for: a keyed hash of the matched person, or of what was typed where nobody
    (or more than one) was matched, so that both are counted alike; empty before identify. `person` is the matched
    person as the directory told them, None for nobody; it is forgotten when the enrollment ends, or with its time where
    the person goes on with an authenticator app. `receipt` is the
    short word that people quote at the desk. `hints` are the masked addresses by way of verification, as somebody or
    nobody is shown them; forgotten with the person. `registration` is a filled-in form, where somebody registers
    instead of being known: kept until the account is made of it, or the enrollment ends. `key_number` counts the keys
    of this visit, from 1; `intent` is what the person is here for, with the ids of keys that are lost. `verified_by` is
    the way in which they were verified.
    """

    id: str
    client_id: str
    locale: str
    phase: Phase
    version: int
    opened_at: datetime
    expires_at: datetime
    subject: str = ""
    user_id: str | None = None
    person: Person | None = None
    receipt: str = ""
    hints: Mapping[str, str] = field(default_factory=dict)
    registration: Mapping[str, Any] | None = field(default=None, repr=False)
    key_number: int = 1
    intent: Mapping[str, Any] | None = None
    verified_by: str = ""


_CHANGING = (
    "phase",
    "version",
    "subject",
    "user_id",
    "person",
    "hints",
    "registration",
    "key_number",
    "intent",
    "verified_by",
)

# Statements are made once: building one costs more than running it.
_INSERT = insert(enrollments)
_ONE = select(*_COLUMNS).where(enrollments.c.id == bindparam("wanted"), enrollments.c.client_id == bindparam("client"))
_RECEIPT = select(enrollments.c.receipt).where(enrollments.c.id == bindparam("wanted"))
_OPEN = select(*_COLUMNS).where(
    enrollments.c.client_id == bindparam("client"), one_of(enrollments.c.phase, OPEN_PHASES)
)
_OPEN_OF = select(*_COLUMNS).where(
    enrollments.c.user_id == bindparam("whose"), one_of(enrollments.c.phase, OPEN_PHASES)
)
_OVERDUE = (
    select(*_COLUMNS)
    .where(
        one_of(enrollments.c.phase, OPEN_PHASES),
        or_(enrollments.c.expires_at <= bindparam("now"), enrollments.c.opened_at > bindparam("future")),
    )
    .order_by(enrollments.c.expires_at)
    .limit(bindparam("most"))
)
_OVERDUE_LOCKED = _OVERDUE.with_for_update(key_share=True, skip_locked=True)
_MOVE = (
    update(enrollments)
    .where(enrollments.c.id == bindparam("wanted"), enrollments.c.version == bindparam("seen"))
    .values({name: bindparam(f"to_{name}") for name in _CHANGING})
)
_EXPIRES = select(enrollments.c.expires_at).where(enrollments.c.id == bindparam("wanted"))
_EXPIRE = update(enrollments).where(enrollments.c.id == bindparam("wanted")).values(expires_at=bindparam("now"))
_FORGET = update(enrollments).where(text(_KEPT)).values(person=null(), version=enrollments.c.version + 1)
_FORGET_OF = _FORGET.where(enrollments.c.client_id == bindparam("client"))
_FORGET_BEFORE = _FORGET.where(enrollments.c.expires_at <= bindparam("now"))


def add_enrollment(tx: WriteTx, row: EnrollmentRow) -> None:
    """Store a new enrollment."""
    tx.connection.execute(_INSERT, _values(row))


def enrollment(tx: ReadTx, enrollment_id: str, client_id: str) -> EnrollmentRow | None:
    """The client's own enrollment of this id. A WriteTx holds it, with its ceremonies, until its end."""
    hold(tx, enrollment_id)
    found = tx.connection.execute(_ONE, {"wanted": enrollment_id, "client": client_id}).one_or_none()
    return None if found is None else _row(found)


def hold(tx: ReadTx, enrollment_id: str) -> None:
    """Be the only one that takes a step of this enrollment: what is read of it stays true until a WriteTx ends."""
    if isinstance(tx, WriteTx):
        tx.alone_with(f"enrollment\0{enrollment_id}")


def receipt_of(tx: ReadTx, enrollment_id: str) -> str:
    """What people quote at the desk for this enrollment."""
    return str(tx.connection.execute(_RECEIPT, {"wanted": enrollment_id}).scalar_one())


def open_enrollments(tx: ReadTx, client_id: str) -> tuple[EnrollmentRow, ...]:
    """What the client has begun and not ended. A WriteTx is alone with the client's until its end."""
    if isinstance(tx, WriteTx):
        tx.alone_with(f"enrollments\0{client_id}")
    return tuple(map(_row, tx.connection.execute(_OPEN, {"client": client_id})))


def open_enrollments_of(tx: ReadTx, user_id: str) -> tuple[EnrollmentRow, ...]:
    """What was begun by a person and has not ended, wherever."""
    return tuple(map(_row, tx.connection.execute(_OPEN_OF, {"whose": user_id})))


def cut_short(tx: WriteTx, user_id: str, now: datetime) -> None:
    """No further step is taken of what a person has begun, wherever: its time is over now."""
    for each in open_enrollments_of(tx, user_id):
        hold(tx, each.id)
        tx.connection.execute(_EXPIRE, {"wanted": each.id, "now": now})


def lengthen(tx: WriteTx, enrollment_id: str, by: timedelta) -> None:
    """Its time is over so much later, or earlier. Whoever says so holds it."""
    until = tx.connection.execute(_EXPIRES, {"wanted": enrollment_id}).scalar_one() + by
    tx.connection.execute(_EXPIRE, {"wanted": enrollment_id, "now": until})


def overdue_enrollments(tx: ReadTx, now: datetime, future: datetime, limit: int) -> tuple[EnrollmentRow, ...]:
    """Open ones that are past their time, or were opened after `future`: then the clock was set back. A WriteTx holds
    them until its end, and leaves out what another one holds."""
    query = _OVERDUE_LOCKED if isinstance(tx, WriteTx) else _OVERDUE
    return tuple(map(_row, tx.connection.execute(query, {"now": now, "future": future, "most": limit})))


def move_enrollment(tx: WriteTx, seen: EnrollmentRow, **changes: Any) -> EnrollmentRow:
    """Change a row that is still as it was seen, and return it as it is now. Raises StaleRow."""
    now = replace(seen, version=seen.version + 1, **changes)
    values = _values(now)
    moved = {f"to_{name}": values[name] for name in _CHANGING}
    if tx.connection.execute(_MOVE, {**moved, "wanted": seen.id, "seen": seen.version}).rowcount != 1:
        raise StaleRow
    return now


def forget_people_of(tx: WriteTx, client_id: str) -> None:
    """The people whose enrollments here are done have gone."""
    tx.connection.execute(_FORGET_OF, {"client": client_id})


def forget_people_before(tx: WriteTx, now: datetime) -> None:
    """The time of enrollments that are done is over, and nobody goes on with them."""
    tx.connection.execute(_FORGET_BEFORE, {"now": now})


def _values(row: EnrollmentRow) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in EnrollmentRow.__slots__}
    values["person"] = None if row.person is None else _plain(row.person)
    return values


def _plain(person: Person) -> Mapping[str, Any]:
    return asdict(replace(person, attributes=dict(person.attributes)))


def _row(found: Sequence[Any]) -> EnrollmentRow:
    values = dict(zip(EnrollmentRow.__slots__, found, strict=True))
    person = values["person"]
    values |= {"phase": Phase(values["phase"]), "person": None if person is None else Person(**person)}
    return EnrollmentRow(**values)
