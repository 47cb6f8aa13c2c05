"""Credentials that must not work any more: forgotten here, and queued to be forgotten where others keep them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from kiosk.service.store.ceremonies import ceremonies_named
from kiosk.service.store.credentials import CredentialRow, remove_credentials
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import receipt_of
from kiosk.service.store.removals import NewRemoval, add_removal, tenant_of_client


def revoke_credentials(tx: WriteTx, held: Sequence[CredentialRow], remote: Collection[str], now: datetime) -> None:
    """Forget these credentials, and have the relying parties that are `remote` (by id) forget them."""
    ceremonies = {each.id: each for each in ceremonies_named(tx, [each.ceremony_id for each in held])}
    for each in held:
        if each.relying_party not in remote:
            continue
        ceremony = ceremonies[each.ceremony_id]
        removal = NewRemoval(
            relying_party=each.relying_party,
            account=each.account,
            reference=each.reference,
            credential_id=each.credential_id,
            since=each.registered_at,
            search_until=now,
            receipt=receipt_of(tx, ceremony.enrollment_id),
            due_at=now,
            tenant=tenant_of_client(tx, ceremony.client_id),
        )
        add_removal(tx, removal, now)
    remove_credentials(tx, list(ceremonies))
