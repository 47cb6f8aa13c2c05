"""New passwords: for the old one, or for a passcode that was mailed. Either way the person is told, and signed out."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.service.accounts.callers import site_for
from kiosk.service.accounts.guesses import Guess, counted, forgiven
from kiosk.service.accounts.letters import mail_passcode, mail_password_changed
from kiosk.service.accounts.one_time import Purpose, issue, judge, subject_of
from kiosk.service.accounts.people import find_by_mail, find_by_name, own_words
from kiosk.service.accounts.rules import AccountState, SignInRefused
from kiosk.service.accounts.settings import SiteSettings
from kiosk.service.accounts.sign_in_guard import SignedIn
from kiosk.service.audit.actions import Event, record
from kiosk.service.parts import Parts
from kiosk.service.store.accounts import AccountRow, account
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.one_time import end_secrets
from kiosk.service.store.passwords import password_hash, put_password
from kiosk.service.store.sessions import drop_other_sessions
from kiosk.service.store.sites import sites_of
from kiosk.service.tokens.rules import Caller
from kiosk.service.verification.actions import unlock
from kiosk.service.verification.counters import subject_of_person


@dataclass(frozen=True, slots=True)
class Whose:
    """Somebody of a site, by name or alias, or by mail address."""

    site: str
    name: str = ""
    email: str = ""

    @property
    def typed(self) -> str:
        """Which of the two was typed, and what."""
        return f"name\0{self.name}" if self.name else f"email\0{self.email}"


@dataclass(frozen=True, slots=True)
class _Change:
    """A password that is put in the place of another; `session` stays, if there is one."""

    kept: str = field(repr=False)
    actor: str
    how: str
    site: str
    session: str = field(default="", repr=False)


def change_password(parts: Parts, who: SignedIn, old: str, new: str) -> None:
    """Change one's own password; every other session ends. Raises PasswordRefused, SignInRefused (the old one is wrong,
    or too many were), Busy."""
    with parts.store.read() as tx:
        row = account(tx, who.user_id)
    parts.passwords.admit(new, () if row is None else own_words(row))
    guess = parts.store.write(
        lambda tx: counted(tx, parts, who.site, account(tx, who.user_id), who.user_id, who.tenant)
    )
    right = guess.judged(parts, old)
    kept = parts.passwords.hash(new)
    change = _Change(kept, f"user:{who.user_id}", "password", who.site, who.session)

    def settle(tx: WriteTx) -> bool:
        found = account(tx, who.user_id)
        if found is None or not right or not _still(tx, found, guess):
            record(tx, parts, Event("password_refused", who.tenant, change.actor, who.user_id, who.site))
            return False
        _replace(tx, parts, found, change)
        forgiven(tx, guess)
        return True

    _or_refused(settled=parts.store.write(settle))


def send_passcode(parts: Parts, caller: Caller, whose: Whose) -> None:
    """Mail a passcode to somebody active; the earlier one is dead. For nobody, and when too many were asked for, the
    same happens, and nothing is mailed. Raises SiteNotAllowed."""
    site = site_for(parts, caller, whose.site)

    def work(tx: WriteTx) -> None:
        row = _found(tx, parts, site, whose)
        user_id = None if row is None else row.id
        issued = issue(tx, parts, Purpose.PASSCODE, _subject(parts, site, whose, user_id), user_id)
        if issued is not None:
            mail_passcode(tx, parts, row, issued)
        actor = f"client:{caller.client_id}"
        record(tx, parts, Event("passcode_asked_for", site.tenant, actor, user_id or "", site.id))

    parts.store.write(work)


def change_password_by_passcode(parts: Parts, caller: Caller, whose: Whose, passcode: str, new: str) -> None:
    """Choose a password for a passcode, without the old one; every session ends.

    Raises SiteNotAllowed, PasswordRefused, Busy, SignInRefused (nobody, or not the passcode: not told apart).
    """
    site = site_for(parts, caller, whose.site)
    parts.passwords.admit(new, (whose.name, whose.email))
    change = _Change(parts.passwords.hash(new), f"client:{caller.client_id}", "passcode", site.id)

    def work(tx: WriteTx) -> bool:
        row = _found(tx, parts, site, whose)
        user_id = None if row is None else row.id
        judged = judge(tx, parts, Purpose.PASSCODE, _subject(parts, site, whose, user_id), passcode)
        if row is None or judged != row.id:
            record(tx, parts, Event("passcode_refused", site.tenant, change.actor, user_id or "", site.id))
            return False
        parts.passwords.admit(new, own_words(row))  # only who has the passcode learns what the names are
        _replace(tx, parts, row, change)
        unlock(tx, subject_of_person(parts.hmac_key, row.id))
        return True

    _or_refused(settled=parts.store.write(work))


def _replace(tx: WriteTx, parts: Parts, row: AccountRow, change: _Change) -> None:
    put_password(tx, row.id, change.kept, parts.clock.now())
    drop_other_sessions(tx, row.id, change.session)
    end_secrets(tx, row.id)
    mail_password_changed(tx, parts, row)
    event = Event("password_changed", row.tenant, change.actor, row.id, change.site, details={"method": change.how})
    record(tx, parts, event)


def _still(tx: WriteTx, row: AccountRow, guess: Guess) -> bool:
    return row.status == AccountState.ACTIVE and password_hash(tx, row.id) == guess.kept


def _found(tx: ReadTx, parts: Parts, site: SiteSettings, whose: Whose) -> AccountRow | None:
    """Somebody active of the site."""
    row = find_by_name(tx, parts, site.tenant, whose.name) if whose.name else find_by_mail(tx, parts, site, whose.email)
    sites = sites_of(tx, "" if row is None else row.id)
    return row if row is not None and row.status == AccountState.ACTIVE and site.id in sites else None


def _subject(parts: Parts, site: SiteSettings, whose: Whose, user_id: str | None) -> str:
    return subject_of(parts, user_id, site.tenant, whose.typed)


def _or_refused(*, settled: bool) -> None:
    if not settled:
        raise SignInRefused
