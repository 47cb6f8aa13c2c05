"""The rules of accounts, pure: their states, and what is refused.

AccountRefused
├── NoSuchAccount       nobody of this tenant, or of a site that the caller may not act for
├── NameTaken           another account of the tenant has this name or alias
├── WrongState          the account is in `state`, which does not allow this
├── ActivationExpired   the activation token is unknown, used, or older than a day
├── SignInRefused       unknown, wrong, not active or locked out: not told apart (`retry_after` for everybody alike)
├── SiteNotAllowed      no such site, or none that the caller (or the person) belongs to
├── BadAttributes       `reasons` names the attributes of the form that are wrong or missing
├── PasswordRefused     `reasons`: too_short, too_long, breached, own_name
├── TermsNotAccepted    `reasons` names the terms
├── Held                the screening has to be looked at by somebody
├── ScreeningRejected   the call type is none, or nobody is in the range
├── TotpWrongState      the second factor is in `state`, which does not allow this
├── TotpNotSetUp        there is nobody of this id, or no secret that waits for its first code
└── Busy                too many passwords are being hashed: again in `retry_after` seconds
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class AccountState(StrEnum):
    """Where an account stands. `on_hold` is `inactive` in files of people."""

    PENDING = "pending"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    REMOVED = "removed"


MOVES: Final[dict[AccountState, frozenset[AccountState]]] = {
    AccountState.PENDING: frozenset({AccountState.ACTIVE, AccountState.ON_HOLD, AccountState.REMOVED}),
    AccountState.ACTIVE: frozenset({AccountState.ON_HOLD, AccountState.REMOVED}),
    AccountState.ON_HOLD: frozenset({AccountState.ACTIVE, AccountState.REMOVED}),
    AccountState.REMOVED: frozenset(),
}
"""Where each state may lead."""


class Origin(StrEnum):
    """How somebody came to be here."""

    DIRECTORY = "directory"
    REGISTRATION = "registration"
    GUEST = "guest"
    MIGRATION = "migration"


class TotpState(StrEnum):
    """Where somebody's second factor stands."""

    NOT_ENROLLED = "NOT_ENROLLED"
    SETUP = "SETUP"
    ENROLLED = "ENROLLED"


class AccountRefused(Exception):
    """Refused, for a reason that is the class. Carries data, never a sentence."""


class NoSuchAccount(AccountRefused):
    """There is nobody of this id for this caller."""


class NameTaken(AccountRefused):
    """The name is somebody's name or alias already."""


@dataclass(eq=False)
class WrongState(AccountRefused):
    """The account is in another state than this needs."""

    state: AccountState


class ActivationExpired(AccountRefused):
    """The token is unknown, used, or too old: ask for another mail."""


@dataclass(eq=False)
class SignInRefused(AccountRefused):
    """Not signed in. Why is not told: the same for nobody, a wrong secret, a locked person and one on hold."""


class SiteNotAllowed(AccountRefused):
    """The site is none of those that the caller may act for, or that the person belongs to."""


@dataclass(eq=False)
class BadAttributes(AccountRefused):
    """Values that do not fit; `reasons` names their fields."""

    reasons: tuple[str, ...]


@dataclass(eq=False)
class PasswordRefused(AccountRefused):
    """A password that nobody should have; `reasons` are words."""

    reasons: tuple[str, ...]


@dataclass(eq=False)
class TermsNotAccepted(AccountRefused):
    """Something that must be accepted was not, or in another version; `reasons` names the terms."""

    reasons: tuple[str, ...]


class Held(AccountRefused):
    """Somebody has to look at this person first."""


class ScreeningRejected(AccountRefused):
    """Nothing that could be screened: another call type, or nobody in the range."""


@dataclass(eq=False)
class TotpWrongState(AccountRefused):
    """The second factor is in another state than this needs."""

    state: TotpState


@dataclass(eq=False)
class Busy(AccountRefused):
    """Too many passwords are being hashed; again in `retry_after` seconds."""

    retry_after: int


class TotpNotSetUp(AccountRefused):
    """No secret waits for its first code: set one up first."""


def may_move(before: AccountState, after: AccountState) -> bool:
    """Whether an account may go from one state to the other."""
    return after in MOVES[before]
