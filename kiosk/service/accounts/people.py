"""People of a tenant: created, found by any of their names, moved between states, and what each site knows of them.

Names and aliases of a tenant are one name space, in which neither case nor the form of a character counts. Everything
here is part of the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from kiosk.contract.profile import FieldKind, IdentifyField
from kiosk.service.accounts.rules import (
    AccountState,
    BadAttributes,
    NameTaken,
    NoSuchAccount,
    Origin,
    SiteNotAllowed,
    WrongState,
    may_move,
)
from kiosk.service.accounts.settings import SiteSettings
from kiosk.service.directories.actions import site as place_of
from kiosk.service.directories.rules import KINDS, MAX_LENGTH, BadValue, Site, normalise, tame
from kiosk.service.parts import Parts
from kiosk.service.sources import new_id
from kiosk.service.store import accounts as rows
from kiosk.service.store import sites as site_rows
from kiosk.service.store.accounts import AccountRow
from kiosk.service.store.aliases import name_lock
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.one_time import end_secrets
from kiosk.service.store.sessions import drop_sessions_of

_LENGTHS: Final = {"upn": 256, "email": 254, "given_name": 128, "family_name": 128, "phone": 20}
_OUTSIDE: Final = {
    "upn": "primaryUserIdentifier",
    "email": "email",
    "given_name": "givenName",
    "family_name": "familyName",
    "phone": "phone",
}
"""What the fields are called where requests are refused."""
_AS_TYPED: Final = frozenset({FieldKind.TEXT, FieldKind.NAME, FieldKind.UPN, FieldKind.BADGE})


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody who comes to a site, as they (or who registers them) typed it. `name` is what they sign in with."""

    tenant: str
    site: str
    name: str
    email: str = field(repr=False)
    given_name: str = field(default="", repr=False)
    family_name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    locale: str = ""
    origin: Origin = Origin.REGISTRATION
    state: AccountState = AccountState.PENDING
    attributes: Mapping[str, str] = field(default_factory=dict, repr=False)


def create(tx: WriteTx, parts: Parts, new: NewPerson) -> str:
    """Make an account at a site; its id.

    Raises NameTaken (also by an alias), BadAttributes (naming what does not fit), SiteNotAllowed (not of the tenant).
    """
    site = site_of(parts, new.site, new.tenant)
    shown, values = _checked(parts, new)
    attributes = checked_attributes(parts, site, new.attributes)
    key = values["upn"]
    alone_with_name(tx, new.tenant, key)
    if rows.account_of_name(tx, new.tenant, key) is not None:
        raise NameTaken
    row = AccountRow(
        id=new_id(parts.random),
        tenant=new.tenant,
        upn_key=key,
        locale=new.locale,
        origin=new.origin,
        status=new.state,
        created_at=parts.clock.now(),
        **shown,
    )
    rows.add_account(tx, row, values)
    site_rows.put_site(tx, row.id, new.site, attributes, parts.clock.now())
    return row.id


def alone_with_name(tx: WriteTx, tenant: str, key: str) -> None:
    """Whoever gives this name or alias to somebody does it alone: two tables make sure of it, which no key spans."""
    tx.alone_with(name_lock(tenant, key))


def name_key(parts: Parts, typed: str) -> str:
    """A name as it is compared. Raises BadValue for what is no name."""
    return normalise(IdentifyField("upn", FieldKind.UPN, max_length=MAX_LENGTH), typed, place_of(parts.settings))


def find_by_name(tx: ReadTx, parts: Parts, tenant: str, typed: str) -> AccountRow | None:
    """Who of the tenant has this name or alias, in whichever state. The work is the same for nobody."""
    try:
        key = name_key(parts, typed)
    except BadValue:
        key = ""
    return rows.account_of_name(tx, tenant, key)


def find_by_mail(tx: ReadTx, parts: Parts, site: SiteSettings, typed: str) -> AccountRow | None:
    """The only one of a site with this mail address, in whichever state."""
    try:
        key = _key("email", typed, place_of(parts.settings))
    except BadValue:
        key = ""
    return rows.account_of_mail(tx, site.tenant, site.id, key)


def move(tx: WriteTx, parts: Parts, user_id: str, before: AccountState, after: AccountState) -> None:
    """From one state to the other; who is not active is signed out, and who is removed is forgotten.

    Raises WrongState where no way leads there, StaleRow where the account is not in the state `before` (any more).
    """
    if not may_move(before, after):
        raise WrongState(before)
    rows.move_account(tx, user_id, before, after, parts.clock.now())
    if after is AccountState.ACTIVE:
        return
    drop_sessions_of(tx, user_id)
    end_secrets(tx, user_id)
    if after is AccountState.REMOVED:
        rows.erase_account(tx, user_id)


def site_of(parts: Parts, site_id: str, tenant: str) -> SiteSettings:
    """A site of a tenant. Raises SiteNotAllowed."""
    site = parts.settings.accounts.site(site_id)
    if site is None or site.tenant != tenant:
        raise SiteNotAllowed
    return site


def check_domain(site: SiteSettings, address: str) -> None:
    """Raises BadAttributes for a mail address of a domain that does not belong to the site."""
    domain = address.strip().rpartition("@")[2]
    try:
        known = domain.encode("idna").decode().lower()
    except UnicodeError:
        known = ""
    if site.domains and known not in site.domains:
        raise BadAttributes(("email",))


def checked_attributes(parts: Parts, site: SiteSettings, typed: Mapping[str, str]) -> dict[str, str]:
    """What a site keeps of what was typed for its attributes. Raises BadAttributes naming `attribute:<name>`."""
    place = place_of(parts.settings)
    wrong = [name for name in typed if name not in site.attributes]
    kept: dict[str, str] = {}
    for name, asked in site.attributes.items():
        text = typed.get(name, "")
        if not text.strip():
            wrong.extend([name] * asked.required)
            continue
        asked_for = IdentifyField(name, asked.kind, max_length=asked.max_length, pattern=asked.pattern)
        try:
            value = normalise(asked_for, text, place)
            kept[name] = tame(text) if asked.kind in _AS_TYPED else value
        except BadValue:
            wrong.append(name)
    if wrong:
        raise BadAttributes(tuple(f"attribute:{name[:MAX_LENGTH]}" for name in wrong))
    return kept


def attributes_of(tx: ReadTx, user_id: str, site: str) -> Mapping[str, str]:
    """What a site knows of somebody. Raises NoSuchAccount where they do not belong to it."""
    known = site_rows.site_attributes(tx, user_id, site)
    if known is None:
        raise NoSuchAccount
    return known


def put_attributes(tx: WriteTx, parts: Parts, user_id: str, site: SiteSettings, typed: Mapping[str, str]) -> None:
    """What a site knows of somebody from now on; who did not belong to it does. Raises BadAttributes."""
    site_rows.put_site(tx, user_id, site.id, checked_attributes(parts, site, typed), parts.clock.now())


def own_words(row: AccountRow) -> tuple[str, ...]:
    """What nobody should take as their password."""
    return row.upn, row.upn.partition("@")[0], row.email, row.email.partition("@")[0], row.display_name, row.given_name


def _checked(parts: Parts, new: NewPerson) -> tuple[dict[str, str], dict[str, str]]:
    """What was typed, as it is shown and as it is compared. Raises BadAttributes."""
    typed = {
        "upn": new.name,
        "email": new.email,
        "given_name": new.given_name,
        "family_name": new.family_name,
        "phone": new.phone,
    }
    place, wrong = place_of(parts.settings), []
    shown, values = dict.fromkeys(typed, ""), dict.fromkeys(typed, "")
    for name, text in typed.items():
        if not text.strip() and name not in ("upn", "email"):
            continue
        try:
            values[name] = _key(name, text, place)
            shown[name] = values[name] if name == "phone" else tame(text)
        except BadValue:
            wrong.append(_OUTSIDE[name])
    if wrong:
        raise BadAttributes(tuple(wrong))
    return shown, values


def _key(name: str, text: str, place: Site) -> str:
    """Raises BadValue."""
    return normalise(IdentifyField(name, KINDS[name], max_length=_LENGTHS[name]), text, place)
