"""Guesses at a person's password: counted before anything is compared, for people who do not exist alike.

Who is locked is not told so: nothing that they say is right while it lasts, and it takes as long to find out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.service.accounts.one_time import subject_of
from kiosk.service.accounts.rules import AccountState, Busy
from kiosk.service.parts import Parts
from kiosk.service.store.accounts import AccountRow
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.passwords import password_hash
from kiosk.service.store.sites import sites_of
from kiosk.service.verification.counters import (
    Counter,
    count_failure,
    forget,
    person_admitted,
    subject_of_person,
    take_back,
)
from kiosk.service.verification.rules import Locked


@dataclass(frozen=True, slots=True)
class Guess:
    """One guess, counted. `kept` is the password's hash of somebody active at the site who is not locked; `user_id` is
    theirs, empty for nobody."""

    user_id: str
    kept: str | None = field(repr=False)
    counters: tuple[Counter, ...]

    def judged(self, parts: Parts, password: str) -> bool:
        """Whether it is the password; takes as long for nobody. Raises Busy: then nothing was counted."""
        try:
            return parts.passwords.matches(password, self.kept) and self.kept is not None
        except Busy:
            parts.store.write(lambda tx: take_back(tx, self.counters))
            raise


def counted(tx: WriteTx, parts: Parts, site: str, row: AccountRow | None, typed: str, tenant: str) -> Guess:
    """Count a guess for somebody, or for what was typed."""
    now, user_id = parts.clock.now(), "" if row is None else row.id
    subject = subject_of(parts, None, tenant, typed) if row is None else subject_of_person(parts.hmac_key, row.id)
    kept, sites = password_hash(tx, user_id), sites_of(tx, user_id)
    welcome = row is not None and row.status == AccountState.ACTIVE and site in sites
    try:
        counters = person_admitted(tx, parts, subject, now)
    except Locked:
        return Guess(user_id, None, ())
    count_failure(tx, counters, now)
    return Guess(user_id, kept if welcome else None, counters)


def forgiven(tx: WriteTx, guess: Guess) -> None:
    """It was right."""
    forget(tx, guess.counters)
