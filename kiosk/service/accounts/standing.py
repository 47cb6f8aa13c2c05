"""What staff's systems do with accounts: hold them, let them go on, remove them, and tend what sites know of people."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.service.accounts import guests_screening, people
from kiosk.service.accounts.callers import person_for, site_for
from kiosk.service.accounts.credentials import take_away_credentials
from kiosk.service.accounts.guests_screening import decided
from kiosk.service.accounts.registration import Standing
from kiosk.service.accounts.rules import AccountState, Origin, WrongState
from kiosk.service.audit.actions import Event, record
from kiosk.service.parts import Parts
from kiosk.service.store.accounts import AccountRow
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import cut_short
from kiosk.service.tokens.rules import Caller


def set_state(parts: Parts, caller: Caller, user_id: str, state: AccountState, reason: str) -> Standing:
    """Put somebody active on hold, which ends their sessions, or let somebody on hold go on; the same again is fine.

    What a screening left open about a guest is settled by it.

    Raises NoSuchAccount, WrongState: who is pending and no guest is activated by their mail, or removed.
    """

    def work(tx: WriteTx) -> Standing:
        row = person_for(tx, caller, user_id)
        before = AccountState(row.status)
        if before is AccountState.PENDING and row.origin != Origin.GUEST:
            raise WrongState(before)
        if before is not state:
            people.move(tx, parts, user_id, before, state)
            guests_screening.decided(tx, parts, user_id, state)
        _tell(tx, parts, caller, row, f"account_{state}", reason)
        return Standing(user_id, state)

    return parts.store.write(work)


def remove(parts: Parts, caller: Caller, user_id: str) -> None:
    """Forget somebody, free their names, and have every relying party forget their keys; an enrollment that they have
    begun somewhere is over. Raises NoSuchAccount."""

    def work(tx: WriteTx) -> None:
        row = person_for(tx, caller, user_id)
        cut_short(tx, user_id, parts.clock.now())
        take_away_credentials(tx, parts, user_id)
        people.move(tx, parts, user_id, AccountState(row.status), AccountState.REMOVED)
        decided(tx, parts, user_id, AccountState.REMOVED)
        _tell(tx, parts, caller, row, "account_removed", "")

    parts.store.write(work)


def attributes(parts: Parts, caller: Caller, user_id: str, site_id: str) -> Mapping[str, str]:
    """What one of the caller's sites knows of somebody. Raises SiteNotAllowed, NoSuchAccount."""
    site = site_for(parts, caller, site_id)

    def work(tx: WriteTx) -> Mapping[str, str]:
        row = person_for(tx, caller, user_id)
        known = people.attributes_of(tx, user_id, site.id)
        _tell(tx, parts, caller, row, "attributes_read", "", site.id)
        return known

    return parts.store.write(work)


def put_attributes(
    parts: Parts, caller: Caller, user_id: str, site_id: str, values: Mapping[str, str]
) -> Mapping[str, str]:
    """What the site knows from now on, and nothing else. Somebody of another one of the caller's sites joins it.

    Raises SiteNotAllowed, NoSuchAccount, BadAttributes.
    """
    site = site_for(parts, caller, site_id)

    def work(tx: WriteTx) -> Mapping[str, str]:
        row = person_for(tx, caller, user_id)
        people.put_attributes(tx, parts, user_id, site, values)
        _tell(tx, parts, caller, row, "attributes_changed", "", site.id)
        return people.attributes_of(tx, user_id, site.id)

    return parts.store.write(work)


def _tell(tx: WriteTx, parts: Parts, caller: Caller, row: AccountRow, event: str, reason: str, site: str = "") -> None:
    record(tx, parts, Event(event, row.tenant, f"client:{caller.client_id}", row.id, site, reason))
