"""People as somebody who acts for some sites of a tenant may see them: of other sites and tenants there is nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam, exists, select

from kiosk.service.store.engine import ReadTx
from kiosk.service.store.sites import user_sites
from kiosk.service.store.users import user_values, users

_REMOVED: Final = "removed"


class By(StrEnum):
    """What somebody is looked up by, exactly: their id, the name that they sign in with, their mail address, or their
    number."""

    USER_ID = "user_id"
    NAME = "name"
    EMAIL = "email"
    NUMBER = "employee_id"


@dataclass(frozen=True, slots=True)
class DeskPerson:
    """One person of a tenant who is at one of the sites that were asked for."""

    user_id: str
    upn: str = field(repr=False)
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    email: str = field(repr=False)
    phone: str = field(repr=False)
    employee_id: str = field(repr=False)
    status: str
    origin: str
    locale: str
    created_at: datetime | None


PERSON = (
    users.c.id,
    users.c.upn,
    users.c.given_name,
    users.c.family_name,
    users.c.email,
    users.c.phone,
    users.c.employee_id,
    users.c.status,
    users.c.origin,
    users.c.locale,
    users.c.created_at,
)
AT_SITES = exists().where(user_sites.c.user_id == users.c.id, user_sites.c.site.in_(bindparam("sites", expanding=True)))
THEIRS = (users.c.tenant == bindparam("of_tenant"), users.c.status != _REMOVED)


def _with(field: By) -> ColumnElement[bool]:
    told = user_values.c
    return exists().where(told.user_id == users.c.id, told.field == field.value, told.value == bindparam("wanted"))


_FITS: Final[Mapping[By, ColumnElement[bool]]] = {
    By.USER_ID: users.c.id == bindparam("wanted"),
    By.NAME: users.c.upn_key == bindparam("wanted"),
    By.EMAIL: _with(By.EMAIL),
    By.NUMBER: _with(By.NUMBER),
}
_ANYWHERE: Final[Mapping[By, Select[Any]]] = {
    by: select(*PERSON).where(fits, *THEIRS).limit(2) for by, fits in _FITS.items()
}
_BY: Final[Mapping[By, Select[Any]]] = {by: query.where(AT_SITES) for by, query in _ANYWHERE.items()}
_SITES = (
    select(user_sites.c.site, user_sites.c.joined_at)
    .where(user_sites.c.user_id == bindparam("of"), user_sites.c.site.in_(bindparam("sites", expanding=True)))
    .order_by(user_sites.c.site)
)


def seen_person(tx: ReadTx, tenant: str, sites: frozenset[str] | None, by: By, wanted: str) -> DeskPerson | None:
    """The one person who fits, as far as these sites see (None: all of the tenant); nobody where several do."""
    values: dict[str, Any] = {"of_tenant": tenant, "wanted": wanted}
    if sites is None:
        found = tx.connection.execute(_ANYWHERE[by], values).all()
    else:
        found = tx.connection.execute(_BY[by], {**values, "sites": sorted(sites)}).all()
    return DeskPerson(*found[0]) if len(found) == 1 else None


def seen_sites(tx: ReadTx, user_id: str, sites: frozenset[str]) -> tuple[tuple[str, datetime], ...]:
    """At which of these sites somebody is, and since when."""
    return tuple(
        (site, since) for site, since in tx.connection.execute(_SITES, {"of": user_id, "sites": sorted(sites)})
    )
