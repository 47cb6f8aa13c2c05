"""Projects: campaigns that hand out consecutive numbers of mobile IDs from a range of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Integer,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    insert,
    select,
    update,
)

from kiosk.service.store.columns import ID_LENGTH, UtcDateTime, id_column, metadata
from kiosk.service.store.engine import ReadTx, StaleRow, WriteTx

projects = Table(
    "projects",
    metadata,
    id_column(),
    Column("tenant", String(40), nullable=False),
    Column("name", String(64), nullable=False),
    Column("self_service", Boolean, nullable=False),
    Column("first_id", BigInteger, nullable=False),
    Column("last_id", BigInteger, nullable=False),
    Column("next_id", BigInteger, nullable=False),
    Column("assigned_here", Boolean, nullable=False),
    Column("code_version", Integer, nullable=False),
    Column("languages", JSON, nullable=False),
    Column("details", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    UniqueConstraint("tenant", "name"),
    CheckConstraint("first_id >= 0 AND first_id <= last_id", name="range"),
    CheckConstraint("next_id >= first_id AND next_id <= last_id + 1", name="next_in_range"),
)
"""`next_id` moves only with the row that takes the number, in one transaction: no gap, no double."""


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One project. `self_service` never changes. `assigned_here`: numbers are handed out by us on activation; else a
    manager elsewhere does, and they are only claimed here. `code_version` counts renewals of the activation code, which
    is derived and not kept. `details` are what settings and sheets show (app links, instructions, logo), by name."""

    id: str
    tenant: str
    name: str
    self_service: bool
    first_id: int
    last_id: int
    next_id: int
    assigned_here: bool
    code_version: int
    languages: tuple[str, ...]
    details: dict[str, Any] = field(repr=False)
    version: int
    created_at: datetime
    closed_at: datetime | None


_COLUMNS = tuple(projects.c[name] for name in ProjectRow.__slots__)
_CHANGING = ("name", "last_id", "code_version", "languages", "details", "closed_at", "version")

# Statements are made once: building one costs more than running it.
_INSERT = insert(projects)
_BY_ID = select(*_COLUMNS).where(projects.c.id == bindparam("wanted"))
_LOCK = _BY_ID.with_for_update()
_BEGINNING = select(*_COLUMNS).where(projects.c.id >= bindparam("lowest"), projects.c.id <= bindparam("highest"))
_OF_TENANT = select(*_COLUMNS).where(projects.c.tenant == bindparam("whose"))
_NAMED = _OF_TENANT.where(projects.c.name == bindparam("called"))
_PAGE = _OF_TENANT.where(projects.c.name > bindparam("behind")).order_by(projects.c.name).limit(bindparam("most"))
_OPEN = _OF_TENANT.where(projects.c.closed_at.is_(None)).order_by(projects.c.name)
_HOLDING = _OPEN.where(projects.c.first_id <= bindparam("number"), projects.c.last_id >= bindparam("number"))
_MOVE = (
    update(projects)
    .where(projects.c.id == bindparam("wanted"), projects.c.version == bindparam("seen"))
    .values({name: bindparam(f"to_{name}") for name in _CHANGING})
)
_TAKE = (
    update(projects)
    .where(
        projects.c.id == bindparam("wanted"),
        projects.c.closed_at.is_(None),
        projects.c.next_id <= projects.c.last_id,
    )
    .values(next_id=projects.c.next_id + 1)
    .returning(projects.c.next_id - 1)
)


def add_project(tx: WriteTx, row: ProjectRow) -> None:
    """Store a new project. Whoever looked before whether its name is free was `alone_with` it."""
    tx.connection.execute(_INSERT, _values(row))


def project(tx: ReadTx, project_id: str) -> ProjectRow | None:
    """The project of this id, of whichever tenant."""
    return _row(tx.connection.execute(_BY_ID, {"wanted": project_id}).one_or_none())


def held_project(tx: WriteTx, project_id: str) -> ProjectRow | None:
    """As `project`; until the end of the transaction nobody else takes a number of it, or changes it."""
    return _row(tx.connection.execute(_LOCK, {"wanted": project_id}).one_or_none())


def project_named(tx: ReadTx, tenant: str, name: str) -> ProjectRow | None:
    """The tenant's project of this name. A WriteTx is alone with the names of the tenant's projects until its end."""
    if isinstance(tx, WriteTx):
        tx.alone_with(f"project-names\0{tenant}")
    return _row(tx.connection.execute(_NAMED, {"whose": tenant, "called": name}).one_or_none())


def projects_beginning(tx: ReadTx, prefix: str) -> tuple[ProjectRow, ...]:
    """Those whose id begins so; there is hardly ever more than one."""
    bounds = {"lowest": prefix.ljust(ID_LENGTH, "0"), "highest": prefix.ljust(ID_LENGTH, "f")}
    return _rows(tx.connection.execute(_BEGINNING, bounds).all())


def projects_of(tx: ReadTx, tenant: str, after: str, limit: int) -> tuple[ProjectRow, ...]:
    """The projects of a tenant by name, behind the name `after`."""
    return _rows(tx.connection.execute(_PAGE, {"whose": tenant, "behind": after, "most": limit}).all())


def open_projects(tx: ReadTx, tenant: str) -> tuple[ProjectRow, ...]:
    """Those of a tenant that are not closed, by name."""
    return _rows(tx.connection.execute(_OPEN, {"whose": tenant}).all())


def projects_holding(tx: ReadTx, tenant: str, number: int) -> tuple[ProjectRow, ...]:
    """Those of a tenant that are not closed and have the number in their range."""
    return _rows(tx.connection.execute(_HOLDING, {"whose": tenant, "number": number}).all())


def changed(seen: ProjectRow, changes: Mapping[str, Any]) -> ProjectRow:
    """The project as it will be."""
    return replace(seen, version=seen.version + 1, **changes)


def move_project(tx: WriteTx, seen: ProjectRow, **changes: Any) -> ProjectRow:
    """Change a row that is still as it was seen, and return it. The next number is not part of that. Raises
    StaleRow."""
    now = changed(seen, changes)
    values = _values(now)
    moved = {f"to_{name}": values[name] for name in _CHANGING}
    if tx.connection.execute(_MOVE, {**moved, "wanted": seen.id, "seen": seen.version}).rowcount != 1:
        raise StaleRow
    return now


def take_next(tx: WriteTx, project_id: str) -> int | None:
    """The next number, which is taken if the transaction commits, and given back if not; None at the end of the range
    or of the project. Until then nobody else gets one of the project."""
    found = tx.connection.execute(_TAKE, {"wanted": project_id}).one_or_none()
    return None if found is None else int(found[0])


def _values(row: ProjectRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ProjectRow.__slots__} | {"languages": list(row.languages)}


def _rows(found: Sequence[Any]) -> tuple[ProjectRow, ...]:
    return tuple(row for row in map(_row, found) if row is not None)


def _row(found: Sequence[Any] | None) -> ProjectRow | None:
    if found is None:
        return None
    values = dict(zip(ProjectRow.__slots__, found, strict=True))
    return ProjectRow(**values | {"languages": tuple(values["languages"])})
