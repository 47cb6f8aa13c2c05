"""What follows a guest's key: who answers for them is told, and on the day after the last one all is taken back."""

from __future__ import annotations

import structlog

from kiosk.contract.enrollments import Phase
from kiosk.service.accounts import people
from kiosk.service.accounts.credentials import take_away_credentials
from kiosk.service.accounts.guests_mail import tell_sponsor, tell_visit_ended
from kiosk.service.accounts.rules import AccountState
from kiosk.service.audit.actions import Event, record
from kiosk.service.enrollments.giving_up import end_enrollment
from kiosk.service.parts import Parts
from kiosk.service.policies.actions import under
from kiosk.service.store import guests as rows
from kiosk.service.store.accounts import account
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import EnrollmentRow, open_enrollments_of
from kiosk.service.store.guests import GuestRow

_log = structlog.get_logger("keywright.service")


def left_with_key(tx: WriteTx, parts: Parts, row: EnrollmentRow) -> None:
    """An enrollment ended well: who answers for a guest hears of it."""
    if row.user_id is None or not parts.settings.accounts.sites:
        return
    guest, who = rows.guest(tx, row.user_id), account(tx, row.user_id)
    if guest is not None and who is not None and guest.sponsor_id:
        tell_sponsor(tx, parts, guest, who.display_name, row.id)


def end_next_visit(parts: Parts) -> bool:
    """End the visit that has been over for longest: keys, sessions and account are taken back, and both sides hear of
    it, all in one transaction. False when there is none. Raises StoreBusy, StorageFull."""
    today = parts.clock.now().date()
    with parts.store.read() as tx:
        found = rows.next_over(tx, today)
    if found is None:
        return False
    ended = parts.store.write(lambda tx: _end(tx, parts, found))
    if ended:
        _log.info("visit_ended", kind=found.kind)
    return ended


def _end(tx: WriteTx, parts: Parts, seen: GuestRow) -> bool:
    who, guest = account(tx, seen.user_id), rows.guest(tx, seen.user_id)
    if who is None or guest is None or guest.ended_at is not None or guest.ends_on != seen.ends_on:
        return False  # another replica was first, or the visit was extended
    for each in open_enrollments_of(tx, who.id):
        end_enrollment(tx, under(tx, parts, each.client_id), each, Phase.CANCELLED)
    count = take_away_credentials(tx, parts, who.id)
    status = AccountState(who.status)
    if status in (AccountState.ACTIVE, AccountState.ON_HOLD):  # who was never let in has no key to give back
        tell_visit_ended(tx, parts, guest, who)
    if status is not AccountState.REMOVED:
        people.move(tx, parts, who.id, status, AccountState.REMOVED)
    rows.end_visit(tx, who.id, parts.clock.now())
    details: dict[str, str | int | bool] = {"kind": guest.kind, "credentials": count}
    record(tx, parts, Event("visit_ended", who.tenant, "service", who.id, guest.site, details=details))
    return True
