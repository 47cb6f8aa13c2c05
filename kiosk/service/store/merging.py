"""Accounts of one tenant that are the same person: found by an index, and merged row by row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, delete, exists, func, insert, select, update

from kiosk.service.store.aliases import aliases
from kiosk.service.store.consents import consents
from kiosk.service.store.credentials import credentials, user_handles
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.external_tokens import external_tokens
from kiosk.service.store.guests import guests
from kiosk.service.store.keys import keys
from kiosk.service.store.passwords import passwords
from kiosk.service.store.sites import user_sites
from kiosk.service.store.totp import recovery_codes, totp
from kiosk.service.store.users import badges, user_values, users

_MOVED: Final = (
    (aliases, None),
    (badges, None),
    (credentials, None),
    (keys, None),
    (consents, None),
    (user_sites, "site"),
)
_MOVED_TOO: Final = ((external_tokens, "name"), (user_handles, "relying_party"))
"""What the older account gets; but not what it has of the same `site`, `name` or relying party."""

_COUNTED: Final = {"aliases": aliases, "sites": user_sites, "credentials": credentials, "badges": badges}


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who has a value in common with somebody else; the names are as they are compared."""

    user_id: str
    upn: str = field(repr=False)
    upn_key: str = field(repr=False)
    created_at: datetime | None
    names: tuple[str, str] = field(repr=False)


def shared_value(tx: ReadTx, tenant: str, site: str, name: str, after: str) -> str | None:
    """The next normalised value of a field behind `after` that two people of a site have in common."""
    query = (
        select(user_values.c.value)
        .select_from(_people_of(site))
        .where(user_values.c.field == name, user_values.c.value > after, _mergeable(tenant))
        .group_by(user_values.c.value)
        .having(func.count() > 1)
        .order_by(user_values.c.value)
        .limit(1)
    )
    return tx.connection.execute(query).scalar_one_or_none()


def candidates(tx: ReadTx, tenant: str, site: str, name: str, value: str) -> list[Candidate]:
    """Who of a site has this value, the oldest first: those of no known age, then by time and id."""
    query = (
        select(users.c.id, users.c.upn, users.c.upn_key, users.c.created_at)
        .select_from(_people_of(site))
        .where(user_values.c.field == name, user_values.c.value == value, _mergeable(tenant))
    )
    found = [Candidate(*row, _names(tx, row.id)) for row in tx.connection.execute(query).all()]
    return sorted(found, key=lambda each: (each.created_at is not None, each.created_at or 0, each.user_id))


def holdings(tx: ReadTx, user_id: str) -> dict[str, int]:
    """How much of each kind somebody has."""
    return {name: _count(tx, table, user_id) for name, table in _COUNTED.items()}


def move_everything(tx: WriteTx, tenant: str, older: Candidate, younger: Candidate, now: datetime) -> None:
    """Give the older account what the younger has, and its name as an alias; the younger is no more."""
    source, target = younger.user_id, older.user_id
    for table, key in (*_MOVED, *_MOVED_TOO):
        _move(tx, table, source, target, key)
    if _count(tx, passwords, target) == 0:
        _move(tx, passwords, source, target, None)
    for left in (user_handles, totp, recovery_codes):  # which no foreign key takes along
        tx.connection.execute(delete(left).where(left.c.user_id == source))
    tx.connection.execute(delete(users).where(users.c.id == source))
    alias = {"tenant": tenant, "alias_key": younger.upn_key, "alias": younger.upn, "user_id": target, "added_at": now}
    tx.connection.execute(insert(aliases), alias)


def _people_of(site: str) -> Any:
    here = and_(user_sites.c.user_id == users.c.id, user_sites.c.site == site)
    return user_values.join(users, users.c.id == user_values.c.user_id).join(user_sites, here)


def _mergeable(tenant: str) -> ColumnElement[bool]:
    """Guests are let in and held by their screening alone."""
    guest = exists().where(guests.c.user_id == users.c.id)
    return and_(users.c.tenant == tenant, users.c.status != "removed", ~guest)


def _names(tx: ReadTx, user_id: str) -> tuple[str, str]:
    query = select(user_values.c.field, user_values.c.value).where(user_values.c.user_id == user_id)
    values = {row.field: row.value for row in tx.connection.execute(query)}
    return values.get("given_name", ""), values.get("family_name", "")


def _count(tx: ReadTx, table: Table, user_id: str) -> int:
    query = select(func.count()).select_from(table).where(table.c.user_id == user_id)
    return int(tx.connection.execute(query).scalar_one())


def _move(tx: WriteTx, table: Table, source: str, target: str, key: str | None) -> None:
    wanted = table.c.user_id == source
    if key is not None:
        taken = table.alias("taken")
        wanted = and_(wanted, table.c[key].not_in(select(taken.c[key]).where(taken.c.user_id == target)))
    tx.connection.execute(update(table).where(wanted).values(user_id=target))
