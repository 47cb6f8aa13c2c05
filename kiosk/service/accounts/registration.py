"""Registration: an account is created, activated by a token from a mail, and only then signed in to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kiosk.service.accounts import people
from kiosk.service.accounts.callers import person_for, site_for
from kiosk.service.accounts.consents import Answer, accepted, keep
from kiosk.service.accounts.letters import mail_activation
from kiosk.service.accounts.one_time import Purpose, issue, judge, subject_of
from kiosk.service.accounts.people import NewPerson, check_domain, own_words
from kiosk.service.accounts.rules import AccountState, ActivationExpired, NoSuchAccount, Origin
from kiosk.service.audit.actions import Event, record
from kiosk.service.once import Asked, once
from kiosk.service.parts import Parts
from kiosk.service.store.accounts import AccountRow, account
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.passwords import put_password
from kiosk.service.tokens.rules import Caller


@dataclass(frozen=True, slots=True)
class Registration:
    """Who shall have an account at a site, as it was typed. Without a password, there is none until one is chosen."""

    site: str
    name: str
    email: str = field(repr=False)
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    phone: str = field(repr=False)
    locale: str
    password: str | None = field(repr=False)
    attributes: Mapping[str, str] = field(repr=False)
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """An account and where it stands."""

    user_id: str
    status: AccountState


def register(parts: Parts, caller: Caller, new: Registration, asked: Asked) -> Standing:
    """Create a pending account, and mail its activation token.

    Raises SiteNotAllowed, BadAttributes, TermsNotAccepted, PasswordRefused, NameTaken, Busy, IdempotencyConflict.
    """
    site = site_for(parts, caller, new.site)
    check_domain(site, new.email)
    given = accepted(parts.settings.accounts.terms, site.terms, new.answers)
    kept = None
    if new.password is not None:
        own = new.name, new.email, new.email.partition("@")[0], f"{new.given_name} {new.family_name}", new.given_name
        parts.passwords.admit(new.password, own)
        kept = parts.passwords.hash(new.password)

    def work(tx: WriteTx) -> Standing:
        user_id = people.create(tx, parts, _person(caller, new))
        if kept is not None:
            put_password(tx, user_id, kept, parts.clock.now())
        keep(tx, parts, (user_id, site.id), caller.client_id, given)
        _send_token(tx, parts, account(tx, user_id), subject_of(parts, user_id, caller.tenant, ""))
        record(tx, parts, Event("registered", caller.tenant, f"client:{caller.client_id}", user_id, site.id))
        return Standing(user_id, AccountState.PENDING)

    return once(parts, asked, Standing, work)


def activate(parts: Parts, caller: Caller, user_id: str, token: str, password: str | None) -> Standing:
    """The token proves the mail address: the account is active, with the password that is chosen now, if one is.

    Raises ActivationExpired for a token that is not the newest one of a pending person of the caller's sites,
    PasswordRefused, Busy.
    """
    kept = None
    if password is not None:
        parts.passwords.admit(password)
        kept = parts.passwords.hash(password)

    def work(tx: WriteTx) -> bool:
        row = _pending(tx, caller, user_id)
        judged = judge(tx, parts, Purpose.ACTIVATION, _subject(parts, caller, user_id, row), token)
        right = row is not None and judged == row.id
        if right and row is not None:
            if password is not None and kept is not None:
                parts.passwords.admit(password, own_words(row))  # only who has the token learns what the names are
                put_password(tx, row.id, kept, parts.clock.now())
            people.move(tx, parts, row.id, AccountState.PENDING, AccountState.ACTIVE)
        event = "activated" if right else "activation_refused"
        record(tx, parts, Event(event, caller.tenant, f"client:{caller.client_id}", user_id))
        return right

    if not parts.store.write(work):
        raise ActivationExpired
    return Standing(user_id, AccountState.ACTIVE)


def send_token_again(parts: Parts, caller: Caller, user_id: str) -> None:
    """Mail another token to a pending person of the caller's sites; the earlier one is dead. For nobody, and when too
    many were asked for, the same happens, and nothing is mailed."""

    def work(tx: WriteTx) -> None:
        row = _pending(tx, caller, user_id)
        _send_token(tx, parts, row, _subject(parts, caller, user_id, row))
        record(tx, parts, Event("activation_asked_for", caller.tenant, f"client:{caller.client_id}", user_id))

    parts.store.write(work)


def _person(caller: Caller, new: Registration) -> NewPerson:
    return NewPerson(
        tenant=caller.tenant,
        site=new.site,
        name=new.name,
        email=new.email,
        given_name=new.given_name,
        family_name=new.family_name,
        phone=new.phone,
        locale=new.locale,
        attributes=new.attributes,
    )


def _send_token(tx: WriteTx, parts: Parts, row: AccountRow | None, subject: str) -> None:
    issued = issue(tx, parts, Purpose.ACTIVATION, subject, None if row is None else row.id)
    if issued is not None:
        mail_activation(tx, parts, row, issued)


def _pending(tx: WriteTx, caller: Caller, user_id: str) -> AccountRow | None:
    """Whom a token activates: not a guest, who is let in by a screening."""
    try:
        row = person_for(tx, caller, user_id)
    except NoSuchAccount:
        return None
    return row if row.status == AccountState.PENDING and row.origin != Origin.GUEST else None


def _subject(parts: Parts, caller: Caller, user_id: str, row: AccountRow | None) -> str:
    """Who may not ask for somebody does not get at their tokens either."""
    return subject_of(parts, None if row is None else row.id, caller.tenant, user_id)
