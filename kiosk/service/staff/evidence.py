"""The evidence of what staff decided: as it is kept, and verified again by whoever doubts it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kiosk.service.parts import Parts
from kiosk.service.relying_parties.staff_keys import SignedBytes, verified
from kiosk.service.relying_parties.webauthn import Unacceptable, encode
from kiosk.service.staff.rules import STATION, challenge_of, party_of
from kiosk.service.store.staff import StaffKeyRow, staff_key_numbered
from kiosk.service.store.staff_proofs import AssertionRow, assertion
from kiosk.signing import canonical


@dataclass(frozen=True, slots=True)
class Evidence:
    """An assertion of staff over a statement. With a sealed code there is no key and no signature."""

    id: str
    staff_id: str
    staff_key_id: str
    statement: Mapping[str, Any]
    authenticator_data: bytes
    client_data: bytes
    signature: bytes
    at: datetime

    @property
    def digest(self) -> str:
        """The SHA-256 of all of it, as the trail has it."""
        told = {
            "id": self.id,
            "staff": self.staff_id,
            "key": self.staff_key_id,
            "statement": dict(self.statement),
            "authenticator_data": encode(self.authenticator_data),
            "client_data": encode(self.client_data),
            "signature": encode(self.signature),
        }
        return hashlib.sha256(canonical(told)).hexdigest()


def evidence_of(row: AssertionRow) -> Evidence:
    """The evidence in a row."""
    return Evidence(*(getattr(row, name) for name in AssertionRow.__slots__))


def evidence(parts: Parts, assertion_id: str) -> Evidence | None:
    """The evidence of this id."""
    with parts.store.read() as tx:
        found = assertion(tx, assertion_id)
    return None if found is None else evidence_of(found)


def recheck(parts: Parts, told: Evidence) -> bool:
    """Whether the signature still holds over the statement, by the key of the member who is named. What a sealed code
    stood for has none, and never holds; the trail says that it was one. Raises NoConsole."""
    with parts.store.read() as tx:
        key = staff_key_numbered(tx, told.staff_key_id)
    return key is not None and holds(parts, told, key)


def holds(parts: Parts, told: Evidence, key: StaffKeyRow) -> bool:
    """Whether a key signed the statement."""
    holder = STATION if told.statement.get("client") else ""
    signed = SignedBytes(key.credential_id, told.authenticator_data, told.client_data, told.signature)
    try:
        verified(party_of(parts.settings, holder), challenge_of(dict(told.statement)), key.public_key, signed)
    except Unacceptable:
        return False
    return key.staff_id == told.staff_id
