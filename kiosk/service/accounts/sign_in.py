"""Signing in with a password, and with a code of the authenticator app where there is one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from kiosk.service.accounts.callers import site_for
from kiosk.service.accounts.guesses import Guess, counted, forgiven
from kiosk.service.accounts.people import find_by_name
from kiosk.service.accounts.rules import SignInRefused
from kiosk.service.accounts.second_factor import judge_code, needs_code
from kiosk.service.accounts.sessions import BegunSession, begin_session
from kiosk.service.audit.actions import Event, record
from kiosk.service.parts import Parts
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.passwords import password_hash, put_password
from kiosk.service.store.users import active_user
from kiosk.service.tokens.rules import Caller

PASSWORD: Final = "password"  # noqa: S105 - a method
PASSWORD_AND_TOTP: Final = "password+totp"  # noqa: S105 - a method


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody shows: a name or alias, the password, and a code of their app or a recovery code."""

    name: str
    password: str = field(repr=False)
    code: str = field(default="", repr=False)


def sign_in(parts: Parts, caller: Caller, site_id: str, shown: Shown) -> BegunSession:
    """Sign somebody in at a site that they belong to.

    Raises SiteNotAllowed, Busy, and SignInRefused for everything else: nobody of this name, not active, not of the
    site, locked, a wrong password or code. It takes as long, and writes as much, for each of them.
    """
    site = site_for(parts, caller, site_id)

    def count(tx: WriteTx) -> Guess:
        row = find_by_name(tx, parts, site.tenant, shown.name)
        return counted(tx, parts, site.id, row, shown.name, site.tenant)

    guess = parts.store.write(count)
    right = guess.judged(parts, shown.password)
    better = _better(parts, guess, shown.password) if right else None

    def settle(tx: WriteTx) -> BegunSession | None:
        method = _method(tx, parts, guess, shown.code) if right else None
        if method is None:
            actor = f"client:{caller.client_id}"
            record(tx, parts, Event("sign_in_refused", caller.tenant, actor, guess.user_id, site.id))
            return None
        forgiven(tx, guess)
        if better is not None:
            put_password(tx, guess.user_id, better, parts.clock.now())
        return begin_session(tx, parts, caller, site.id, guess.user_id, method)

    begun = parts.store.write(settle)
    if begun is None:
        raise SignInRefused
    return begun


def _method(tx: WriteTx, parts: Parts, guess: Guess, code: str) -> str | None:
    """How they showed who they are; None where they did not, or where something has changed since they were asked."""
    if active_user(tx, guess.user_id) is None or password_hash(tx, guess.user_id) != guess.kept:
        return None
    if not needs_code(tx, guess.user_id):
        return PASSWORD
    return PASSWORD_AND_TOTP if judge_code(tx, parts, guess.user_id, code) else None


def _better(parts: Parts, guess: Guess, password: str) -> str | None:
    """The password hashed as the settings want it now, where it is not."""
    return parts.passwords.hash(password) if guess.kept and parts.passwords.outdated(guess.kept) else None
