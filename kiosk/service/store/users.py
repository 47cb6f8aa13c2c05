"""The built-in directory: people, the values that they can be found by, and badges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    Column,
    ColumnElement,
    ForeignKey,
    FromClause,
    Index,
    PrimaryKeyConstraint,
    Select,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    true,
)

from kiosk.service.directories.connector import Criteria, Person
from kiosk.service.store.columns import UtcDateTime, id_column, metadata
from kiosk.service.store.engine import ReadTx, WriteTx

ACTIVE = "active"
DEFAULT_TENANT = "default"
BADGE = "badge"
_FEW_FIRST = (BADGE, "upn", "employee_id", "email", "phone", "attribute", "family_name", "given_name")

users = Table(
    "users",
    metadata,
    id_column(),
    Column("upn", String(256), nullable=False),
    Column("upn_key", String(256), nullable=False),
    Column("given_name", String(128), nullable=False),
    Column("family_name", String(128), nullable=False),
    Column("email", String(254), nullable=False),
    Column("phone", String(20), nullable=False),
    Column("employee_id", String(64), nullable=False),
    Column("attributes", JSON, nullable=False),
    Column("status", String(16), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("tenant", String(40), nullable=False, server_default="default"),
    Column("origin", String(16), nullable=False, server_default="directory"),
    Column("locale", String(35), nullable=False, server_default=""),
    Column("created_at", UtcDateTime),
    UniqueConstraint("tenant", "upn_key"),
)
"""`upn` is the name that somebody signs in with; `tenant` whose person it is; `origin` how they came to be here."""

user_values = Table(
    "user_values",
    metadata,
    Column("field", String(64), nullable=False),
    Column("value", String(256), nullable=False),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    PrimaryKeyConstraint("field", "value", "user_id"),
    Index("ix_user_values_user_id", "user_id"),
)

badges = Table(
    "badges",
    metadata,
    Column("badge", String(128), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Index("ix_badges_user_id", "user_id"),
)

_PERSON = (
    users.c.id,
    users.c.upn,
    users.c.given_name,
    users.c.family_name,
    users.c.email,
    users.c.phone,
    users.c.employee_id,
    users.c.attributes,
)


@dataclass(frozen=True, slots=True)
class UserRow:
    """A person with their status and the normalised values that they can be found by."""

    person: Person
    status: str
    values: Mapping[str, str]


@cache
def _search(fields: tuple[str, ...]) -> Select[tuple[Any, ...]]:
    """The statement for a set of fields, made once: there are as many as alternatives in the settings.

    The first field leads to the people, and each other one is looked up for them alone: half a city may have the same
    family name.
    """
    first, *others = fields
    leading, field, value = _place(first, 0)
    query = (
        select(*_PERSON)
        .select_from(leading.join(users, users.c.id == leading.c.user_id))
        .where(field, value, users.c.status == ACTIVE, users.c.tenant == bindparam("of_tenant"))
    )
    for number, name in enumerate(others, 1):
        place, field, value = _place(name, number)
        query = query.where(exists().where(place.c.user_id == users.c.id, field, value))
    return query.limit(bindparam("most"))


def _place(name: str, number: int) -> tuple[FromClause, ColumnElement[bool], ColumnElement[bool]]:
    """Where a field's values are, and the conditions on field and value."""
    wanted: BindParameter[str] = bindparam(f"value_{number}")
    if name == BADGE:
        held = badges.alias(f"held_{number}")
        return held, true(), held.c.badge == wanted
    values = user_values.alias(f"values_{number}")
    return values, values.c.field == name, values.c.value == wanted


def selective_first(names: Iterable[str]) -> tuple[str, ...]:
    """The criteria by how few people each is likely to fit."""
    return tuple(sorted(names, key=lambda name: (_FEW_FIRST.index(name.partition(":")[0]), name)))


def find_active(tx: ReadTx, tenant: str, criteria: Criteria, limit: int) -> tuple[Person, ...]:
    """The active people of a tenant who match every criterion exactly."""
    names = selective_first(criteria)
    values = {f"value_{number}": criteria[name] for number, name in enumerate(names)}
    found = tx.connection.execute(_search(names), {**values, "of_tenant": tenant, "most": limit})
    return tuple(map(_person, found))


def active_user(tx: ReadTx, user_id: str) -> Person | None:
    """The active person of this id."""
    query = select(*_PERSON).where(users.c.id == user_id, users.c.status == ACTIVE)
    found = tx.connection.execute(query).one_or_none()
    return None if found is None else _person(found)


def count_active(tx: ReadTx, tenant: str = DEFAULT_TENANT) -> int:
    """How many people of a tenant may be found."""
    query = select(func.count()).select_from(users).where(users.c.status == ACTIVE, users.c.tenant == tenant)
    return int(tx.connection.execute(query).scalar_one())


def badge_holder(tx: ReadTx, badge: str) -> str | None:
    """The id of the user that the association table gives this normalised badge to."""
    return tx.connection.execute(select(badges.c.user_id).where(badges.c.badge == badge)).scalar_one_or_none()


def user_ids(tx: ReadTx, field: str, value: str, tenant: str = DEFAULT_TENANT) -> tuple[str, ...]:
    """Whoever of a tenant has this normalised value, active or not."""
    query = select(users.c.id).join(user_values, user_values.c.user_id == users.c.id)
    wanted = user_values.c.field == field, user_values.c.value == value, users.c.tenant == tenant
    return tuple(tx.connection.execute(query.where(*wanted)).scalars())


def user_id_of_upn(tx: ReadTx, upn_key: str, tenant: str = DEFAULT_TENANT) -> str | None:
    """The id of the user of a tenant with this normalised UPN."""
    query = select(users.c.id).where(users.c.tenant == tenant, users.c.upn_key == upn_key)
    return tx.connection.execute(query).scalar_one_or_none()


def put_user(tx: WriteTx, row: UserRow, now: datetime) -> None:
    """Insert, or replace the user of this id; badges are kept."""
    person = row.person
    values = {
        "upn": person.upn,
        "upn_key": row.values["upn"],
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email,
        "phone": person.phone,
        "employee_id": person.employee_id,
        "attributes": dict(person.attributes),
        "status": row.status,
        "changed_at": now,
    }
    changed = tx.connection.execute(users.update().where(users.c.id == person.user_id).values(values))
    if changed.rowcount == 0:
        tx.connection.execute(insert(users).values(id=person.user_id, **values))
    else:
        tx.connection.execute(delete(user_values).where(user_values.c.user_id == person.user_id))
    tx.connection.execute(
        insert(user_values),
        [{"field": name, "value": value, "user_id": person.user_id} for name, value in row.values.items() if value],
    )


def put_badges(tx: WriteTx, pairs: Iterable[tuple[str, str]]) -> None:
    """Give badges to users (badge, user id); a badge belongs to one user, the last one told."""
    for badge, user_id in pairs:
        tx.connection.execute(delete(badges).where(badges.c.badge == badge))
        tx.connection.execute(insert(badges).values(badge=badge, user_id=user_id))


def _person(found: Sequence[Any]) -> Person:
    return replace(Person(*found), directory_id=found[0])
