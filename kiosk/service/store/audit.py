"""The trail: one chain of entries, in the order in which their transactions were committed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    insert,
    or_,
    select,
    text,
    update,
)

from kiosk.service.audit.chain import ERASED, SALT_BYTES, Entry, Head, about_of, commitment, hashed
from kiosk.service.store.columns import UtcDateTime, metadata
from kiosk.service.store.engine import ReadTx, WriteTx

_UNERASED = text("about_salt <> '' AND event <> 'audit_erased'")

audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("event", String(40), nullable=False),
    Column("tenant", String(40), nullable=False),
    Column("site", String(40), nullable=False),
    Column("actor", String(128), nullable=False),
    Column("subject", String(128), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("reference", String(64), nullable=False),
    Column("details", JSON, nullable=False),
    Column("who_salt", String(32), nullable=False, server_default=""),
    Column("who", String(64), nullable=False, server_default=""),
    Column("about_salt", String(32), nullable=False, server_default=""),
    Column("about", String(64), nullable=False, server_default=""),
    Column("hash", String(64), nullable=False, server_default=""),
    Index("ix_audit_subject", "subject"),
    Index("ix_audit_actor", "actor"),
    Index("ix_audit_at", "at"),
    Index("ix_audit_reference", "reference"),
    Index("ix_audit_event", "event", "number"),
    Index("ix_audit_site", "tenant", "site", "number"),
    Index("ix_audit_unerased", "at", sqlite_where=_UNERASED, postgresql_where=_UNERASED),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("chain_id", String(32), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False, server_default=""),
)
"""One row: the last entry. Whoever adds one holds it until their transaction ends."""

_ONLY: Final = 1


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One event. `actor` is who did it (`client:…`, `user:…`, `staff:…`, `command-line:…`, `service`), `subject`
    whom it is about."""

    at: datetime
    event: str
    tenant: str
    actor: str
    subject: str = ""
    site: str = ""
    reason: str = ""
    reference: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


_COLUMNS = tuple(audit.c[name] for name in AuditRow.__slots__)
_ENTRY = tuple(audit.c[name] for name in Entry.__slots__)
_INSERT = insert(audit)
_HEAD = select(audit_head.c.number, audit_head.c.hash).where(audit_head.c.id == _ONLY)
_HEAD_LOCKED = _HEAD.with_for_update()
_MOVE_HEAD = update(audit_head).where(audit_head.c.id == _ONLY).values(number=bindparam("last"), hash=bindparam("made"))
_CHUNK: Final = 1000
TRAIL: Final = "trail"
"""What this leaves to do, as the lanes hear of it."""
_PEOPLE: Final = ("user", "staff", "command-line")
"""The kinds of actors that are people."""


class _Pending:
    """What a transaction will have written down when it ends."""

    def __init__(self, tx: WriteTx) -> None:
        self._tx = tx
        self.rows: list[tuple[AuditRow, bytes]] = []

    def __call__(self) -> None:
        """Add the entries to the chain, and hold its end until the commit: nothing comes after this."""
        self._tx.work.add(TRAIL)
        connection = self._tx.connection
        number, previous = connection.execute(_HEAD_LOCKED).one()
        made: list[dict[str, Any]] = []
        for row, salts in self.rows:
            number += 1
            entry = chained(row, number, previous, salts)
            previous = entry.hash
            made.append({name: getattr(entry, name) for name in Entry.__slots__})
        connection.execute(_INSERT, made)
        connection.execute(_MOVE_HEAD, {"last": number, "made": previous})


def chained(row: AuditRow, number: int, previous: str, salts: bytes) -> Entry:
    """An event as the entry of this number after another one; `salts` are 32 random bytes."""
    who_salt, about_salt = salts[:SALT_BYTES].hex(), salts[SALT_BYTES : 2 * SALT_BYTES].hex()
    bare = Entry(
        number=number,
        at=row.at,
        event=row.event,
        tenant=row.tenant,
        site=row.site,
        reference=row.reference,
        actor=row.actor,
        subject=row.subject,
        reason=row.reason,
        details=dict(row.details),
        who_salt=who_salt,
        who=commitment(who_salt, [row.actor]),
        about_salt=about_salt,
        about=commitment(about_salt, about_of(row.subject, row.reason, row.details)),
        hash="",
    )
    return replace(bare, hash=hashed(bare, previous))


def add_audits(tx: WriteTx, rows: Sequence[tuple[AuditRow, bytes]]) -> None:
    """Write events down, in this order, when the transaction ends: each with 32 random bytes for its salts."""
    if not rows:
        return
    pending = tx.last.get(TRAIL)
    if not isinstance(pending, _Pending):
        pending = tx.last[TRAIL] = _Pending(tx)
    pending.rows += rows


def events_about(tx: ReadTx, subject: str) -> tuple[AuditRow, ...]:
    """What happened to somebody, first event first."""
    query = select(*_COLUMNS).where(audit.c.subject == subject).order_by(audit.c.number)
    return tuple(AuditRow(*row) for row in tx.connection.execute(query))


def head(tx: ReadTx) -> tuple[str, Head]:
    """The id of the chain, and its last entry."""
    row = tx.connection.execute(select(audit_head).where(audit_head.c.id == _ONLY)).one()
    return row.chain_id, Head(row.number, row.hash)


def entries(tx: ReadTx, first: int = 1) -> Iterator[Entry]:
    """All entries from a number on, a thousand at a time."""
    query = select(*_ENTRY).where(audit.c.number >= bindparam("first")).order_by(audit.c.number).limit(_CHUNK)
    while True:
        found = tx.connection.execute(query, {"first": first}).all()
        for row in found:
            yield Entry(*row)
        if len(found) < _CHUNK:
            return
        first = found[-1].number + 1


def numbers_of_person(tx: ReadTx, subject: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The entries that are about somebody, and those of what they did themselves, which still say so."""
    about = select(audit.c.number).where(audit.c.subject == subject, audit.c.event != ERASED)
    did = select(audit.c.number).where(or_(*(audit.c.actor == f"{kind}:{subject}" for kind in _PEOPLE)))
    return tuple(tx.connection.execute(about).scalars()), tuple(tx.connection.execute(did).scalars())


def numbers_before(tx: ReadTx, before: datetime, most: int) -> tuple[int, ...]:
    """The oldest entries from before a time that still name their people."""
    query = select(audit.c.number).where(audit.c.at < before, _UNERASED).order_by(audit.c.at).limit(most)
    return tuple(tx.connection.execute(query).scalars())


def erase_about(tx: WriteTx, numbers: Sequence[int]) -> None:
    """Blank what entries tell of people; what stands for it stays."""
    blank = update(audit).values(subject="", reason="", details={}, about_salt="")
    _each(tx, blank, numbers)


def erase_who(tx: WriteTx, numbers: Sequence[int]) -> None:
    """Blank who did it, where that was a person: clients and the service itself stay."""
    people = or_(*(audit.c.actor.startswith(f"{kind}:") for kind in _PEOPLE))
    _each(tx, update(audit).where(people).values(actor="", who_salt=""), numbers)


def _each(tx: WriteTx, statement: Any, numbers: Sequence[int]) -> None:
    for start in range(0, len(numbers), _CHUNK):
        tx.connection.execute(statement.where(audit.c.number.in_(numbers[start : start + _CHUNK])))
