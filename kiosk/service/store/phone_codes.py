"""Codes that a phone scans: one row each, from its showing to its end; only hashes of what is in the code are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
    text,
    update,
)

from kiosk.contract.phone import LIVE, PhonePurpose, PhoneStatus
from kiosk.service.store.columns import ID_LENGTH, UtcDateTime, id_column, metadata, one_of
from kiosk.service.store.engine import ReadTx, StaleRow, WriteTx

_LIVE = "status IN ('PENDING', 'SCANNED')"

phone_codes = Table(
    "phone_codes",
    metadata,
    id_column(),
    Column("link_hash", LargeBinary(32), nullable=False),
    Column("client_id", String(64), nullable=False),
    Column("tenant", String(40), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("user_id", String(128)),
    Column("enrollment_id", String(ID_LENGTH)),
    Column("purpose", String(16), nullable=False),
    Column("form", String(16), nullable=False),
    Column("locale", String(35), nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", String(20), nullable=False),
    Column("number", String(4), nullable=False),
    Column("number_tries", Integer, nullable=False),
    Column("matched", Integer, nullable=False),
    Column("phone_hash", LargeBinary(32)),
    Column("work", JSON(none_as_null=True)),
    Column("connector", String(40), nullable=False),
    Column("reference", String(256), nullable=False),
    Column("version", Integer, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("ix_phone_codes_link_hash", "link_hash", unique=True),
    Index("ix_phone_codes_phone_hash", "phone_hash"),
    Index("ix_phone_codes_changed_at", "changed_at"),
    Index("ix_phone_codes_status_expires_at", "status", "expires_at"),
    Index("ix_phone_codes_enrollment_id", "enrollment_id"),
    Index(
        "uq_phone_codes_live",
        "client_id",
        "subject",
        unique=True,
        sqlite_where=text(_LIVE),
        postgresql_where=text(_LIVE),
    ),
)
"""`uq_phone_codes_live`: one live code per account (`subject`) and station, whatever two requests at once believe."""


@dataclass(frozen=True, slots=True)
class PhoneCodeRow:
    """One code. `id` is the transaction id that the station knows; `link_hash` that of the 128 random bits in the code.

    `subject` is a keyed hash of the account, or of the enrollment where nobody was matched: both have rows alike.
    `user_id` is None for nobody. `form` is a FormKind or empty. `number` are the digits that the kiosk shows once the
    code is scanned, `matched` 1 when the phone typed them. `phone_hash` binds the first phone that went on. `work` is
    what the page keeps between two requests (a challenge, never a secret). `connector` is empty for our own pages,
    else who has the code, under `reference`.
    """

    id: str
    link_hash: bytes = field(repr=False)
    client_id: str
    tenant: str
    subject: str
    user_id: str | None
    enrollment_id: str | None
    purpose: PhonePurpose
    form: str
    locale: str
    status: PhoneStatus
    reason: str
    number: str = field(repr=False)
    number_tries: int
    matched: int
    phone_hash: bytes | None = field(repr=False)
    work: dict[str, Any] | None = field(repr=False)
    connector: str
    reference: str = field(repr=False)
    version: int
    opened_at: datetime
    changed_at: datetime
    expires_at: datetime


class Glimpse(NamedTuple):
    """What the status of a code is told from."""

    id: str
    client_id: str
    version: int
    status: PhoneStatus
    reason: str
    number: str
    connector: str
    opened_at: datetime
    expires_at: datetime


_COLUMNS = tuple(phone_codes.c[name] for name in PhoneCodeRow.__slots__)
_GLIMPSE = tuple(phone_codes.c[name] for name in Glimpse._fields)
_CHANGING = (
    "link_hash",
    "status",
    "reason",
    "number",
    "number_tries",
    "matched",
    "phone_hash",
    "work",
    "reference",
    "version",
    "changed_at",
    "expires_at",
)
_IS_LIVE = one_of(phone_codes.c.status, sorted(LIVE))

# Statements are made once: building one costs more than running it.
_INSERT = insert(phone_codes)
_BY_ID = select(*_COLUMNS).where(phone_codes.c.id == bindparam("wanted"))
_BY_LINK = select(*_COLUMNS).where(phone_codes.c.link_hash == bindparam("told"))
_NEWEST_OF_PHONE = (
    select(*_COLUMNS)
    .where(phone_codes.c.phone_hash == bindparam("told"))
    .order_by(phone_codes.c.opened_at.desc(), phone_codes.c.id)
    .limit(1)
)
_LIVE_OF = select(*_COLUMNS).where(
    phone_codes.c.client_id == bindparam("client"), phone_codes.c.subject == bindparam("about"), _IS_LIVE
)
_COMPLETED_OF_ENROLLMENT = select(*_COLUMNS).where(
    phone_codes.c.enrollment_id == bindparam("visit"), phone_codes.c.status == PhoneStatus.COMPLETED
)
_LIVE_OF_ENROLLMENT = select(*_COLUMNS).where(phone_codes.c.enrollment_id == bindparam("visit"), _IS_LIVE)
_OVERDUE = (
    select(*_COLUMNS)
    .where(_IS_LIVE, phone_codes.c.expires_at <= bindparam("now"))
    .order_by(phone_codes.c.expires_at)
    .limit(bindparam("most"))
)
_OVERDUE_LOCKED = _OVERDUE.with_for_update(skip_locked=True)
_MOVE = (
    update(phone_codes)
    .where(phone_codes.c.id == bindparam("wanted"), phone_codes.c.version == bindparam("seen"))
    .values({name: bindparam(f"to_{name}") for name in _CHANGING})
)
_FORGET = delete(phone_codes).where(phone_codes.c.opened_at <= bindparam("before"), ~_IS_LIVE)
_GLIMPSE_OF = select(*_GLIMPSE).where(phone_codes.c.id == bindparam("wanted"))
_CHANGED = select(*_GLIMPSE).where(phone_codes.c.changed_at > bindparam("since"))


def add_code(tx: WriteTx, row: PhoneCodeRow) -> None:
    """Store a new code. Whoever looked before for the subject's live one was `alone_with` it."""
    tx.connection.execute(_INSERT, _values(row))


def code(tx: ReadTx, transaction_id: str) -> PhoneCodeRow | None:
    """The code of this transaction, of whichever client."""
    return _row(tx.connection.execute(_BY_ID, {"wanted": transaction_id}).one_or_none())


def code_of_link(tx: ReadTx, link_hash: bytes) -> PhoneCodeRow | None:
    """The code that a phone opened."""
    return _row(tx.connection.execute(_BY_LINK, {"told": link_hash}).one_or_none())


def newest_of_phone(tx: ReadTx, phone_hash: bytes) -> PhoneCodeRow | None:
    """What this phone is bound to, the last that was shown first."""
    return _row(tx.connection.execute(_NEWEST_OF_PHONE, {"told": phone_hash}).one_or_none())


def live_codes(tx: ReadTx, client_id: str, subject: str) -> tuple[PhoneCodeRow, ...]:
    """The live code of a subject at a station, if there is one. A WriteTx is alone with them until its end."""
    if isinstance(tx, WriteTx):
        tx.alone_with(f"phone\0{client_id}\0{subject}")
    return _rows(tx.connection.execute(_LIVE_OF, {"client": client_id, "about": subject}).all())


def live_codes_of_enrollment(tx: ReadTx, enrollment_id: str) -> tuple[PhoneCodeRow, ...]:
    """What a visit has open."""
    return _rows(tx.connection.execute(_LIVE_OF_ENROLLMENT, {"visit": enrollment_id}).all())


def completed_codes_of_enrollment(tx: ReadTx, enrollment_id: str) -> tuple[PhoneCodeRow, ...]:
    """What phones did for a visit."""
    return _rows(tx.connection.execute(_COMPLETED_OF_ENROLLMENT, {"visit": enrollment_id}).all())


def overdue_codes(tx: ReadTx, now: datetime, limit: int) -> tuple[PhoneCodeRow, ...]:
    """Live ones that are past their time. A WriteTx holds them, and leaves out what another one holds."""
    query = _OVERDUE_LOCKED if isinstance(tx, WriteTx) else _OVERDUE
    return _rows(tx.connection.execute(query, {"now": now, "most": limit}).all())


def move_code(tx: WriteTx, seen: PhoneCodeRow, at: datetime, **changes: Any) -> PhoneCodeRow:
    """Change a row that is still as it was seen, and return it as it is now. Raises StaleRow."""
    now = replace(seen, version=seen.version + 1, changed_at=at, **changes)
    values = _values(now)
    moved = {f"to_{name}": values[name] for name in _CHANGING}
    if tx.connection.execute(_MOVE, {**moved, "wanted": seen.id, "seen": seen.version}).rowcount != 1:
        raise StaleRow
    return now


def forget_codes(tx: WriteTx, before: datetime) -> int:
    """Delete codes that ended and were shown before; how many."""
    return tx.connection.execute(_FORGET, {"before": before}).rowcount


def glimpse(tx: ReadTx, transaction_id: str) -> Glimpse | None:
    """How the code of this transaction stands, of whichever client."""
    found = tx.connection.execute(_GLIMPSE_OF, {"wanted": transaction_id}).one_or_none()
    return None if found is None else _glimpse(found)


def changed_since(tx: ReadTx, since: datetime, known: Mapping[str, Glimpse]) -> tuple[Glimpse, ...]:
    """What changed after `since` among the `known` codes (by id), where it is newer than what is known."""
    found = tx.connection.execute(_CHANGED, {"since": since})
    return tuple(_glimpse(each) for each in found if each.id in known and each.version > known[each.id].version)


def glimpse_of(row: PhoneCodeRow) -> Glimpse:
    """The same from a whole row."""
    return Glimpse(*(getattr(row, name) for name in Glimpse._fields))


def _glimpse(found: Sequence[Any]) -> Glimpse:
    told = Glimpse(*found)
    return told._replace(status=PhoneStatus(told.status))


def _values(row: PhoneCodeRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in PhoneCodeRow.__slots__}


def _rows(found: Sequence[Any]) -> tuple[PhoneCodeRow, ...]:
    return tuple(row for row in map(_row, found) if row is not None)


def _row(found: Sequence[Any] | None) -> PhoneCodeRow | None:
    if found is None:
        return None
    row = PhoneCodeRow(*found)
    return replace(row, purpose=PhonePurpose(row.purpose), status=PhoneStatus(row.status))
