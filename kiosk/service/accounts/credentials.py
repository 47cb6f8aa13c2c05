"""The keys of somebody who goes: forgotten here, and queued to be forgotten at relying parties that others keep."""

from __future__ import annotations

from kiosk.service.parts import Parts
from kiosk.service.store import credentials as rows
from kiosk.service.store.ceremonies import ceremonies_named
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import receipt_of
from kiosk.service.store.removals import NewRemoval, add_removal


def take_away_credentials(tx: WriteTx, parts: Parts, user_id: str) -> int:
    """Have every relying party forget what is registered for somebody; how many credentials there were."""
    now, held = parts.clock.now(), rows.credentials_of_user(tx, user_id)
    enrollments = {each.id: each.enrollment_id for each in ceremonies_named(tx, [each.ceremony_id for each in held])}
    for each in held:
        party = parts.relying_parties.get(each.relying_party)
        if party is not None and party.remote:
            removal = NewRemoval(
                relying_party=each.relying_party,
                account=each.account,
                reference=each.reference,
                credential_id=each.credential_id,
                since=each.registered_at,
                search_until=now,
                receipt=receipt_of(tx, enrollments[each.ceremony_id]),
                due_at=now,
            )
            add_removal(tx, removal, now)
    rows.remove_credentials(tx, [each.ceremony_id for each in held])
    return len(held)
