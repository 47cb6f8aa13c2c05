"""Whom and which sites a client of the service may act for."""

from __future__ import annotations

from kiosk.service.accounts.people import site_of
from kiosk.service.accounts.rules import NoSuchAccount, SiteNotAllowed
from kiosk.service.accounts.settings import SiteSettings
from kiosk.service.parts import Parts
from kiosk.service.store.accounts import AccountRow, account
from kiosk.service.store.engine import ReadTx
from kiosk.service.store.sites import sites_of
from kiosk.service.tokens.rules import Caller


def site_for(parts: Parts, caller: Caller, site_id: str) -> SiteSettings:
    """A site that the caller may act for. Raises SiteNotAllowed, also where there is none of this name."""
    if not caller.may_act_for(site_id):
        raise SiteNotAllowed
    return site_of(parts, site_id, caller.tenant)


def person_for(tx: ReadTx, caller: Caller, user_id: str) -> AccountRow:
    """Somebody of one of the caller's sites, in whichever state. Raises NoSuchAccount for everybody else."""
    row, sites = account(tx, user_id), sites_of(tx, user_id)  # both for nobody, too: it takes as long
    if row is None or row.tenant != caller.tenant or not sites & caller.sites:
        raise NoSuchAccount
    return row
