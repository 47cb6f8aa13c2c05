"""Ends of enrollments and ceremonies that do not end well: what was begun is taken back, here and elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from kiosk.contract.enrollments import Phase
from kiosk.contract.policy import Partial, PhonePlace
from kiosk.service.approvals.actions import end_with_visit
from kiosk.service.directories.connector import Person
from kiosk.service.keys.issuing import take_back
from kiosk.service.mobile.codes import take_back_of_enrollment
from kiosk.service.parts import Parts
from kiosk.service.store import ceremonies as rows
from kiosk.service.store import credentials as credential_rows
from kiosk.service.store import enrollments as enrollment_rows
from kiosk.service.store.ceremonies import CeremonyRow, CeremonyState
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.store.removals import NewRemoval, add_removal, tenant_of_client

STILL_ARRIVING: Final = timedelta(minutes=10)
"""How long after the last word about a registration a party may still come to show it: a call that hangs, a replica
that lags. Until then the service goes on looking."""


def end_enrollment(tx: WriteTx, parts: Parts, row: EnrollmentRow, phase: Phase) -> None:
    """Move to a last phase and forget the person, unless they go on with an app, a phone or another key.

    Unfinished ceremonies are given up, codes that phones scan are taken back; where policy rolls back, proved ones are
    too, unless this is the good end. An enrollment that was done once, and went on with one more key, stays done.
    """
    states = rows.UNFINISHED
    if phase is not Phase.DONE and parts.settings.partial is Partial.ROLL_BACK:
        states = (*states, CeremonyState.PROVED)
    begun = rows.ceremonies_of(tx, row.id, states)
    give_up(tx, parts, [each for each in begun if each.key_number == row.key_number])
    take_back_of_enrollment(tx, parts, row.id)
    end_with_visit(tx, parts, row.id)
    person = who_goes_on(parts, row) if phase is Phase.DONE else None
    last = Phase.DONE if row.key_number > 1 else phase
    enrollment_rows.move_enrollment(tx, row, phase=last, person=person, hints={}, registration=None)


def who_goes_on(parts: Parts, row: EnrollmentRow) -> Person | None:
    """The person of an enrollment that is done, where an authenticator app, a phone or another key may follow."""
    return row.person if people_go_on(parts) else None


def people_go_on(parts: Parts) -> bool:
    """Whether anything follows the key."""
    settings = parts.settings
    follows = settings.accounts.totp.offer is not None or settings.phone.place is PhonePlace.AFTER
    return follows or settings.life.in_a_visit > 1


def give_up(tx: WriteTx, parts: Parts, ceremonies: Sequence[CeremonyRow]) -> None:
    """Abandon ceremonies, forget what they registered, and see to it that parties elsewhere forget it too."""
    if not ceremonies:
        return
    for each in ceremonies:
        take_away(tx, parts, each)
        rows.move_ceremony(tx, each, state=CeremonyState.ABANDONED, lease_until=None)
    proved = [each for each in ceremonies if each.state is CeremonyState.PROVED]
    keys = credential_rows.keys_of_ceremonies(tx, [each.id for each in proved])
    credential_rows.remove_credentials(tx, [each.id for each in ceremonies])
    for enrollment_id in sorted({each.enrollment_id for each in proved}):
        take_back(tx, parts, keys, enrollment_id)


def take_away(tx: WriteTx, parts: Parts, ceremony: CeremonyRow) -> None:
    """Have the party forget the registration, whatever came of it; parties that are kept here need no telling."""
    party = parts.relying_parties.get(ceremony.relying_party)
    if party is None or not party.remote:
        return
    now = parts.clock.now()
    credential = credential_rows.credential_of_ceremony(tx, ceremony.id)
    removal = NewRemoval(
        relying_party=ceremony.relying_party,
        account=ceremony.account,
        reference=ceremony.reference if credential is None else credential.reference,
        credential_id=ceremony.credential_id,
        since=ceremony.begun_at,
        search_until=_search_until(ceremony, now),
        receipt=enrollment_rows.receipt_of(tx, ceremony.enrollment_id),
        due_at=max(ceremony.lease_until or now, now),
        tenant=tenant_of_client(tx, ceremony.client_id),
    )
    add_removal(tx, removal, now)


def _search_until(ceremony: CeremonyRow, now: datetime) -> datetime:
    """Only what was handed over may still appear."""
    return now if ceremony.handed_over_at is None else now + STILL_ARRIVING
