"""The keys of somebody who goes: forgotten here, and queued to be forgotten at relying parties that others keep."""

from __future__ import annotations

from kiosk.service.parts import Parts
from kiosk.service.store.credentials import credentials_of_user
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.keys import forget_contacts
from kiosk.service.store.revoking import revoke_credentials


def take_away_credentials(tx: WriteTx, parts: Parts, user_id: str) -> int:
    """Have every relying party forget what is registered for somebody; how many credentials there were. Where they were
    told of their keys is forgotten, too; that they have them is not."""
    held = credentials_of_user(tx, user_id)
    revoke_credentials(tx, held, remote_parties(parts), parts.clock.now())
    forget_contacts(tx, user_id)
    return len(held)


def remote_parties(parts: Parts) -> frozenset[str]:
    """The ids of the relying parties that others keep."""
    return frozenset(name for name, party in parts.relying_parties.items() if party.remote)
