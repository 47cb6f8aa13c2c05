"""Policies as they were published, one version after the other, and the drafts of the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    Integer,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
    text,
    update,
)

from kiosk.service.store.columns import UtcDateTime, metadata
from kiosk.service.store.engine import ReadTx, StaleRow, WriteTx
from kiosk.service.store.fleet import stations
from kiosk.service.store.stations import clients
from kiosk.service.store.users import DEFAULT_TENANT

_DRAFT = text("published_at IS NULL")

policies = Table(
    "policies",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("tenant", String(40), nullable=False),
    Column("project_id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", JSON, nullable=False),
    Column("note", String(200), nullable=False),
    Column("changed_by", String(128), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("published_at", UtcDateTime),
    Index("uq_policies_version", "tenant", "project_id", "version", unique=True),
    Index("uq_policies_draft", "tenant", "project_id", unique=True, sqlite_where=_DRAFT, postgresql_where=_DRAFT),
)
"""`project_id` is empty for the policy of a whole tenant. `edition` counts the changes of a draft."""


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """One version; a draft until `published_at`. `document` says what is otherwise than in the settings, by section."""

    number: int
    tenant: str
    project_id: str
    version: int
    document: Mapping[str, Any]
    note: str
    changed_by: str
    changed_at: datetime
    edition: int
    published_at: datetime | None


_COLUMNS = tuple(policies.c[name] for name in PolicyRow.__slots__)
_OF = (policies.c.tenant == bindparam("of_tenant"), policies.c.project_id == bindparam("of_project"))
_PUBLISHED = select(*_COLUMNS).where(*_OF, policies.c.published_at.is_not(None)).order_by(policies.c.version.desc())
_CURRENT = _PUBLISHED.limit(1)
_HISTORY = _PUBLISHED.limit(bindparam("most"))
_DRAFT_OF = select(*_COLUMNS).where(*_OF, policies.c.published_at.is_(None))
_DRAFT_LOCKED = _DRAFT_OF.with_for_update()
_THIS_DRAFT = (
    policies.c.number == bindparam("wanted"),
    policies.c.edition == bindparam("seen"),
    policies.c.published_at.is_(None),
)
_OWNER = (
    select(clients.c.tenant, stations.c.project_id)
    .join_from(clients, stations, stations.c.client_id == clients.c.id, isouter=True)
    .where(clients.c.id == bindparam("client"))
)
_EDIT = (
    update(policies)
    .where(*_THIS_DRAFT)
    .values(
        document=bindparam("now_document"),
        note=bindparam("now_note"),
        changed_by=bindparam("who"),
        changed_at=bindparam("now"),
        edition=policies.c.edition + 1,
    )
)
_PUBLISH = (
    update(policies)
    .where(*_THIS_DRAFT)
    .values(published_at=bindparam("now"), changed_by=bindparam("who"), changed_at=bindparam("now"))
)


def owner_of_client(tx: ReadTx, client_id: str) -> tuple[str, str]:
    """The tenant of a client, and the project of its station (empty where it has none, or is no station). Of one that
    is not known, the first tenant."""
    found = tx.connection.execute(_OWNER, {"client": client_id}).one_or_none()
    return (DEFAULT_TENANT, "") if found is None else (found.tenant, found.project_id or "")


def published(tx: ReadTx, tenant: str, project_id: str = "") -> PolicyRow | None:
    """The policy that holds now, where one was published."""
    return _one(tx, _CURRENT, tenant, project_id)


def draft(tx: ReadTx, tenant: str, project_id: str = "") -> PolicyRow | None:
    """The next one, as far as it was written. Who may change it holds it until they are through: the others find what
    became of it, never a draft beside the policy that it has become."""
    return _one(tx, _DRAFT_LOCKED if isinstance(tx, WriteTx) else _DRAFT_OF, tenant, project_id)


def history(tx: ReadTx, tenant: str, project_id: str, most: int) -> tuple[PolicyRow, ...]:
    """What was published, newest first."""
    given = {"of_tenant": tenant, "of_project": project_id, "most": most}
    return tuple(PolicyRow(*row) for row in tx.connection.execute(_HISTORY, given))


def add_draft(tx: WriteTx, row: PolicyRow) -> None:
    """Begin the next version; its number is given by the database."""
    values = {name: getattr(row, name) for name in PolicyRow.__slots__ if name != "number"}
    tx.connection.execute(insert(policies), values)


def edit_draft(tx: WriteTx, seen: PolicyRow, now: PolicyRow) -> None:
    """Replace what a draft says. Raises StaleRow when it is not as it was seen."""
    given = {"now_document": dict(now.document), "now_note": now.note, "who": now.changed_by, "now": now.changed_at}
    if tx.connection.execute(_EDIT, {**given, "wanted": seen.number, "seen": seen.edition}).rowcount != 1:
        raise StaleRow


def publish_draft(tx: WriteTx, seen: PolicyRow, who: str, now: datetime) -> None:
    """Let a draft hold from now on. Raises StaleRow when it is not as it was seen."""
    given = {"who": who, "now": now, "wanted": seen.number, "seen": seen.edition}
    if tx.connection.execute(_PUBLISH, given).rowcount != 1:
        raise StaleRow


def drop_draft(tx: WriteTx, seen: PolicyRow) -> bool:
    """Give a draft up; whether it was there as it was seen."""
    wanted = policies.c.number == seen.number, policies.c.edition == seen.edition, policies.c.published_at.is_(None)
    return tx.connection.execute(delete(policies).where(*wanted)).rowcount == 1


def _one(tx: ReadTx, query: Any, tenant: str, project_id: str) -> PolicyRow | None:
    row = tx.connection.execute(query, {"of_tenant": tenant, "of_project": project_id}).one_or_none()
    return None if row is None else PolicyRow(*row)
