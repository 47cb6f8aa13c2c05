"""People by the thousand: who is there already, and writing many at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from kiosk.service.directories.connector import Person
from kiosk.service.store.aliases import aliases
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.loading import load, make_room, rows_of, stamp
from kiosk.service.store.users import badges, user_values, users

_KNOWN = """
SELECT id, upn_key, upn, given_name, family_name, email, phone, employee_id, status, origin, attributes
FROM users WHERE upn_key IN ANY AND tenant = ?"""
_LOCKED = " ORDER BY id FOR NO KEY UPDATE"
_VALUES = "SELECT user_id, field, value FROM user_values WHERE user_id IN ANY"
_MEMBERS = "SELECT user_id FROM user_sites WHERE user_id IN ANY AND site = ?"
_ALIASED = "SELECT alias_key FROM aliases WHERE alias_key IN ANY AND tenant = ?"
_HOLDERS = (
    "SELECT badges.badge, users.id, users.tenant FROM badges JOIN users ON users.id = badges.user_id WHERE badge IN ANY"
)
_USER = (
    "id", "upn", "upn_key", "given_name", "family_name", "email", "phone", "employee_id", "attributes", "status",
    "changed_at", "tenant", "origin", "locale", "created_at",
)  # fmt: skip
_UPDATE = update(users).where(users.c.id == bindparam("changed"))
_NO_VALUES = delete(user_values).where(user_values.c.user_id == bindparam("changed"))
_NO_BADGE = delete(badges).where(badges.c.badge == bindparam("given"))


@dataclass(frozen=True, slots=True)
class KeptUser:
    """Somebody as the tables have them: `person` (without their id), `values` normalised by field, `member` of the site
    that is asked about."""

    user_id: str
    person: Person
    status: str
    values: Mapping[str, str]
    origin: str = ""
    member: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """Where people are put: their tenant, perhaps a site that they join, and how they came to be here."""

    tenant: str
    site: str = ""
    origin: str = "directory"


@dataclass(slots=True)
class Writes:
    """What there is to write: new people, people who changed, ids of people who join the site, and badges."""

    new: Sequence[KeptUser] = ()
    changed: Sequence[KeptUser] = ()
    joined: Sequence[str] = ()
    badges: Mapping[str, str] = field(default_factory=dict)


def kept_users(tx: ReadTx, place: Place, keys: Sequence[str]) -> dict[str, KeptUser]:
    """The people of the tenant who have one of these normalised names, by it. Inside a WriteTx nobody else changes
    them until its end."""
    locked = _LOCKED if isinstance(tx, WriteTx) and tx.connection.dialect.name != "sqlite" else ""
    found = rows_of(tx, _KNOWN + locked, keys, place.tenant)
    if not found:
        return {}
    ids = [row[0] for row in found]
    values: dict[str, dict[str, str]] = {each: {} for each in ids}
    for user_id, name, value in rows_of(tx, _VALUES, ids):
        values[user_id][name] = value
    members = {row[0] for row in rows_of(tx, _MEMBERS, ids, place.site)} if place.site else set(ids)
    kept = {}
    for user_id, key, upn, given, family, email, phone, employee_id, status, origin, attributes in found:
        more = json.loads(attributes) if isinstance(attributes, str) else attributes
        person = Person("", upn, given, family, email, phone, employee_id, more)
        kept[key] = KeptUser(user_id, person, status, values[user_id], origin, user_id in members)
    return kept


def aliased(tx: ReadTx, tenant: str, keys: Sequence[str]) -> frozenset[str]:
    """Which of these normalised names are aliases."""
    if tx.connection.execute(select(aliases.c.alias_key).where(aliases.c.tenant == tenant).limit(1)).first() is None:
        return frozenset()
    return frozenset(row[0] for row in rows_of(tx, _ALIASED, keys, tenant))


def badge_holders(tx: ReadTx, wanted: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Who has these normalised badges: id and tenant."""
    return {badge: (user_id, tenant) for badge, user_id, tenant in rows_of(tx, _HOLDERS, wanted)} if wanted else {}


def write_people(tx: WriteTx, place: Place, writes: Writes, now: datetime) -> None:
    """Write it all."""
    make_room(tx)
    at = stamp(tx, now)
    load(tx, "users", _USER, [_row(each, place, at) for each in writes.new])
    _change(tx, writes.changed, now)
    # In the order of the index, which is another one than that of the people.
    values = [
        (name, value, each.user_id) for each in (*writes.new, *writes.changed) for name, value in each.values.items()
    ]
    values.sort()
    load(tx, "user_values", ("field", "value", "user_id"), values)
    joined = [(user_id, place.site, "{}", at) for user_id in writes.joined if place.site]
    load(tx, "user_sites", ("user_id", "site", "attributes", "joined_at"), joined)
    if writes.badges:
        tx.connection.execute(_NO_BADGE, [{"given": badge} for badge in writes.badges])
        load(tx, "badges", ("badge", "user_id"), list(writes.badges.items()))


def _row(each: KeptUser, place: Place, at: str) -> tuple[str, ...]:
    person = each.person
    return (
        each.user_id,
        person.upn,
        each.values["upn"],
        person.given_name,
        person.family_name,
        person.email,
        person.phone,
        person.employee_id,
        json.dumps(person.attributes) if person.attributes else "{}",
        each.status,
        at,
        place.tenant,
        place.origin,
        "",
        at,
    )


def _change(tx: WriteTx, people: Iterable[KeptUser], now: datetime) -> None:
    changed = [
        {
            "changed": each.user_id,
            "upn": each.person.upn,
            "given_name": each.person.given_name,
            "family_name": each.person.family_name,
            "email": each.person.email,
            "phone": each.person.phone,
            "employee_id": each.person.employee_id,
            "attributes": each.person.attributes,
            "status": each.status,
            "changed_at": now,
        }
        for each in people
    ]
    if changed:
        tx.connection.execute(_UPDATE, changed)
        tx.connection.execute(_NO_VALUES, [{"changed": each["changed"]} for each in changed])
