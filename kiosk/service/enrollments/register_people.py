"""Whom a form names: somebody who is known already, and the employee who answers for a guest."""

from __future__ import annotations

from kiosk.contract.profile import FormKind
from kiosk.service.accounts import people
from kiosk.service.directories.chain import Directories
from kiosk.service.directories.connectors.table import TableDirectory
from kiosk.service.enrollments.register_forms import Filled
from kiosk.service.parts import Parts
from kiosk.service.store.accounts import accounts_of_mail
from kiosk.service.store.guests import guest


def known_mail(parts: Parts, tenant: str, email: str) -> tuple[str, str]:
    """The name and the mail address on file of who of the tenant has this address already, as a mail address or as a
    name, in any state and in any directory; empty for nobody. The same is looked up for everybody.

    Raises DirectoryUnavailable.
    """
    listed = [each for field in ("email", "upn") for each in _directories(parts, tenant).find_people({field: email})]
    with parts.store.read() as tx:
        named = people.find_by_name(tx, parts, tenant, email)
        kept = [*filter(None, [named]), *accounts_of_mail(tx, tenant, email)]
    found = [(each.display_name, each.email) for each in listed] + [(each.display_name, each.email) for each in kept]
    return next(iter(sorted(found, key=lambda each: not each[1])), ("", ""))


def sponsor_of(parts: Parts, tenant: str, filled: Filled) -> tuple[str, str, str]:
    """The id, the name and the mail address of exactly one employee with this user name or mail address, who is neither
    the guest nor a guest themselves; empty otherwise. The same is looked up for everybody.

    Raises DirectoryUnavailable.
    """
    nobody = "", "", ""
    if filled.form is FormKind.MEMBER:
        return nobody
    typed, asked = filled.values["sponsor"], _directories(parts, tenant)
    found = {each.user_id: each for field in ("upn", "email") for each in asked.find_people({field: typed})}
    sponsor = next(iter(found.values()), None)
    with parts.store.read() as tx:
        is_guest = guest(tx, "" if sponsor is None else sponsor.user_id) is not None
    if sponsor is None or len(found) > 1 or is_guest or sponsor.email == filled.values["email"]:
        return nobody
    return sponsor.user_id, sponsor.display_name[:256], sponsor.email


def _directories(parts: Parts, tenant: str) -> Directories:
    """Those that may tell of people of a tenant: all but the tables of other tenants."""
    return Directories(
        [
            each
            for each in parts.directories.all
            if not isinstance(each, TableDirectory) or each.settings.tenant == tenant
        ]
    )
