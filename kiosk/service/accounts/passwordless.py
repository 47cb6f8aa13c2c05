"""Signing in with a code from a mail instead of a password; with the app's code as well where somebody has one.

Mail is no authenticator (NIST SP 800-63B-4, 3.1.3.1): such a session says `email_otp`, so that whoever relies on it can
tell it from others. Nobody, who may not, and who is locked out get the same answers for the same work.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from kiosk.service.accounts.callers import site_for
from kiosk.service.accounts.letters import mail_sign_in_code
from kiosk.service.accounts.one_time import Purpose, issue, judge, subject_of
from kiosk.service.accounts.people import check_domain, find_by_mail, find_by_name
from kiosk.service.accounts.rules import AccountState, BadAttributes, SignInRefused
from kiosk.service.accounts.second_factor import judge_code, needs_code
from kiosk.service.accounts.sessions import BegunSession, begin_session
from kiosk.service.accounts.settings import SiteSettings
from kiosk.service.audit.actions import Event, record
from kiosk.service.directories.rules import fold
from kiosk.service.parts import Parts
from kiosk.service.store.accounts import AccountRow
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.sites import sites_of
from kiosk.service.tokens.rules import Caller
from kiosk.service.verification.counters import Counter, count_failure, forget, person_admitted
from kiosk.service.verification.rules import VerificationRefused

BY_MAIL: Final = "email_otp"
BY_MAIL_AND_APP: Final = "email_otp+totp"
"""How somebody signed in, as their session tells it."""


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody as they were typed: by mail address or by name, the other is empty."""

    email: str = field(default="", repr=False)
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody shows: the code of the mail, and a code of their app (or a recovery code) where they have one."""

    mailed: str = field(repr=False)
    app: str = field(default="", repr=False)


def send_code(parts: Parts, caller: Caller, site_id: str, named: Named) -> None:
    """Mail a code to an active person of the site, or act as if. Raises SiteNotAllowed, and BadAttributes for a domain
    that the site does not allow, whoever has it."""
    site = site_for(parts, caller, site_id)
    if named.email:
        check_domain(site, named.email)

    def work(tx: WriteTx) -> None:
        row, subject = _whose(tx, parts, site, named)
        issued = issue(tx, parts, Purpose.SIGN_IN, subject, None if row is None else row.id)
        if issued is not None:
            mail_sign_in_code(tx, parts, row, issued)
        _record(tx, parts, caller, site, row, "sign_in_code_asked_for")

    parts.store.write(work)


def sign_in(parts: Parts, caller: Caller, site_id: str, named: Named, shown: Shown) -> BegunSession:
    """A session, for the newest code that was mailed. Raises SiteNotAllowed, SignInRefused."""
    site = site_for(parts, caller, site_id)

    def work(tx: WriteTx) -> BegunSession | None:
        now = parts.clock.now()
        row, subject = _whose(tx, parts, site, named)
        counters = _admitted(tx, parts, f"{BY_MAIL}:{subject}", now)
        method = None if counters is None else _judged(tx, parts, row, subject, shown)
        if counters is None or method is None or row is None:
            if counters is not None:
                count_failure(tx, counters, now)
            _record(tx, parts, caller, site, row, "sign_in_refused")
            return None
        forget(tx, counters)
        return begin_session(tx, parts, caller, site.id, row.id, method)

    session = parts.store.write(work)
    if session is None:
        raise SignInRefused
    return session


def _judged(tx: WriteTx, parts: Parts, row: AccountRow | None, subject: str, shown: Shown) -> str | None:
    """How the person showed who they are, or None. The app first: its wrong code leaves that of the mail good."""
    whose = "" if row is None else row.id
    wanted, right = needs_code(tx, whose), judge_code(tx, parts, whose, shown.app)
    mailed = shown.mailed if right or not wanted else ""
    if judge(tx, parts, Purpose.SIGN_IN, subject, mailed) is None:
        return None
    return BY_MAIL_AND_APP if wanted else BY_MAIL


def _whose(tx: ReadTx, parts: Parts, site: SiteSettings, named: Named) -> tuple[AccountRow | None, str]:
    """The active person of the site, with an address that it allows; and for whom codes and failures count."""
    by_mail = find_by_mail(tx, parts, site, named.email)
    by_name = find_by_name(tx, parts, site.tenant, named.name)
    found = by_mail if named.email else by_name
    here = site.id in sites_of(tx, "" if found is None else found.id)
    subject = subject_of(parts, None if found is None else found.id, site.tenant, fold(named.email or named.name))
    may = found is not None and here and found.status == AccountState.ACTIVE and _allowed(site, found.email)
    return (found if may else None), subject


def _allowed(site: SiteSettings, address: str) -> bool:
    try:
        check_domain(site, address)
    except BadAttributes:
        return False
    return bool(address)


def _admitted(tx: WriteTx, parts: Parts, subject: str, now: datetime) -> tuple[Counter, ...] | None:
    try:
        return person_admitted(tx, parts, subject, now)
    except VerificationRefused:
        return None


def _record(tx: WriteTx, parts: Parts, caller: Caller, site: SiteSettings, row: AccountRow | None, event: str) -> None:
    subject = "" if row is None else row.id
    record(tx, parts, Event(event, caller.tenant, f"client:{caller.client_id}", subject, site.id))
