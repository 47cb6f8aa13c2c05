"""People as accounts: found by name or mail address within their tenant, created, moved between states, and erased."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, exists, insert, or_, select, update

from kiosk.service.store.aliases import aliases
from kiosk.service.store.engine import ReadTx, StaleRow, WriteTx
from kiosk.service.store.external_tokens import external_tokens
from kiosk.service.store.guests import guests
from kiosk.service.store.one_time import one_time
from kiosk.service.store.passwords import passwords
from kiosk.service.store.sessions import sessions
from kiosk.service.store.sites import user_sites
from kiosk.service.store.totp import recovery_codes, totp
from kiosk.service.store.users import badges, user_values, users

ON_HOLD: Final = "on_hold"
REMOVED: Final = "removed"


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account. `upn` is the name as people write it, `upn_key` as it is compared."""

    id: str
    tenant: str
    upn: str = field(repr=False)
    upn_key: str = field(repr=False)
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    email: str = field(repr=False)
    phone: str = field(repr=False)
    locale: str
    origin: str
    status: str
    created_at: datetime | None

    @property
    def display_name(self) -> str:
        """Given and family name, or the name that they sign in with."""
        return f"{self.given_name} {self.family_name}".strip() or self.upn


_COLUMNS = tuple(users.c[name] for name in AccountRow.__slots__)
_ERASED: Final = (
    user_values,
    badges,
    user_sites,
    aliases,
    passwords,
    one_time,
    sessions,
    totp,
    recovery_codes,
    external_tokens,
)
"""What goes when somebody goes; consents, screenings and the trail stay, and tell no name."""

# Statements are made once: building one costs more than running it.
_ONE = select(*_COLUMNS).where(users.c.id == bindparam("wanted"))
_LOCK = _ONE.with_for_update()
_ID_OF_NAME = select(users.c.id).where(users.c.tenant == bindparam("of_tenant"), users.c.upn_key == bindparam("key"))
_ID_OF_ALIAS = select(aliases.c.user_id).where(
    aliases.c.tenant == bindparam("of_tenant"), aliases.c.alias_key == bindparam("key")
)
_NAMED = (
    select(*_COLUMNS)
    .where(or_(users.c.id == _ID_OF_NAME.scalar_subquery(), users.c.id == _ID_OF_ALIAS.scalar_subquery()))
    .order_by((users.c.upn_key == bindparam("key")).desc())
    .limit(1)
)
_MAILED = (
    select(*_COLUMNS)
    .join(user_values, user_values.c.user_id == users.c.id)
    .where(
        user_values.c.field == "email",
        user_values.c.value == bindparam("key"),
        users.c.tenant == bindparam("of_tenant"),
        exists().where(user_sites.c.user_id == users.c.id, user_sites.c.site == bindparam("of_site")),
    )
    .limit(2)
)
_MAILED_ANYWHERE = (
    select(*_COLUMNS)
    .join(user_values, user_values.c.user_id == users.c.id)
    .where(
        user_values.c.field == "email",
        user_values.c.value == bindparam("key"),
        users.c.tenant == bindparam("of_tenant"),
    )
    .limit(2)
)
_INSERT = insert(users)
_INSERT_VALUE = insert(user_values)
_MOVE = (
    update(users)
    .where(users.c.id == bindparam("wanted"), users.c.status == bindparam("seen"))
    .values(status=bindparam("to"), changed_at=bindparam("at"))
)
_BLANK = update(users).where(users.c.id == bindparam("wanted"))


def account(tx: ReadTx, user_id: str) -> AccountRow | None:
    """The account of this id, in any state. Inside a WriteTx the row is locked until its end."""
    query = _LOCK if isinstance(tx, WriteTx) else _ONE
    found = tx.connection.execute(query, {"wanted": user_id}).one_or_none()
    return None if found is None else AccountRow(*found)


def stopped(tx: ReadTx, user_id: str) -> bool:
    """Whether this account is on hold or removed. Who is in a directory elsewhere alone has none to stop."""
    found = account(tx, user_id)
    return found is not None and found.status in (ON_HOLD, REMOVED)


def account_of_name(tx: ReadTx, tenant: str, key: str) -> AccountRow | None:
    """Who has this normalised name or alias; the name, where a file of people gave somebody another one's alias."""
    found = tx.connection.execute(_NAMED, {"of_tenant": tenant, "key": key}).one_or_none()
    return None if found is None else AccountRow(*found)


def account_of_mail(tx: ReadTx, tenant: str, site: str, key: str) -> AccountRow | None:
    """The only one of a site with this normalised mail address."""
    found = tx.connection.execute(_MAILED, {"of_tenant": tenant, "of_site": site, "key": key}).all()
    return AccountRow(*found[0]) if len(found) == 1 else None


def accounts_of_mail(tx: ReadTx, tenant: str, key: str) -> tuple[AccountRow, ...]:
    """Those of a tenant with this normalised mail address, in any state, at most two of them."""
    found = tx.connection.execute(_MAILED_ANYWHERE, {"of_tenant": tenant, "key": key})
    return tuple(AccountRow(*row) for row in found)


def add_account(tx: WriteTx, row: AccountRow, values: Mapping[str, str]) -> None:
    """Store a new person, and the normalised values that they can be found by."""
    columns = {name: getattr(row, name) for name in AccountRow.__slots__}
    more: dict[str, object] = {"employee_id": "", "attributes": {}, "changed_at": row.created_at}
    tx.connection.execute(_INSERT, {**columns, **more})
    kept = [{"field": name, "value": value, "user_id": row.id} for name, value in values.items() if value]
    tx.connection.execute(_INSERT_VALUE, kept)


def move_account(tx: WriteTx, user_id: str, seen: str, to: str, now: datetime) -> None:
    """From one state to another. Raises StaleRow where it is not in the first."""
    given = {"wanted": user_id, "seen": seen, "to": to, "at": now}
    if tx.connection.execute(_MOVE, given).rowcount != 1:
        raise StaleRow


def erase_account(tx: WriteTx, user_id: str) -> None:
    """Forget all that is known of somebody, and free their name; an empty row stays for the trail."""
    for table in _ERASED:
        tx.connection.execute(delete(table).where(table.c.user_id == user_id))
    told = {"assets": None, "company": "", "sponsor_name": "", "sponsor_email": ""}
    tx.connection.execute(update(guests).where(guests.c.user_id == user_id).values(told))
    blank = dict.fromkeys(("upn", "given_name", "family_name", "email", "phone", "employee_id", "locale"), "")
    tx.connection.execute(_BLANK, {"wanted": user_id, "upn_key": f"{REMOVED}:{user_id}", "attributes": {}, **blank})
