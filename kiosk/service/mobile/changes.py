"""Moves of codes, each with its event in the trail and told to the board once it is committed."""

from __future__ import annotations

from typing import Any, Final

from kiosk.contract.phone import PhoneReason, PhoneStatus
from kiosk.service.audit.actions import Event, record
from kiosk.service.mobile import rules
from kiosk.service.mobile.rules import CodeOver
from kiosk.service.parts import Parts
from kiosk.service.store import phone_codes as rows
from kiosk.service.store.engine import StaleRow, WriteTx
from kiosk.service.store.phone_codes import PhoneCodeRow

PHONE: Final = "phone"
"""Who did it, where the phone did."""


def move(tx: WriteTx, parts: Parts, row: PhoneCodeRow, status: PhoneStatus, **changes: Any) -> PhoneCodeRow:
    """To another status, or to the same with other values. Raises StaleRow, CodeOver (it may not lead there)."""
    allowed = rules.MOVES_OUTSIDE if row.connector else rules.MOVES
    if status is not row.status and status not in allowed[row.status]:
        raise CodeOver(row.status, row.reason)
    moved = rows.move_code(tx, row, parts.clock.now(), status=status, **changes)
    tx.afterwards(lambda: parts.board.tell(rows.glimpse_of(moved)))
    return moved


def tell(tx: WriteTx, parts: Parts, row: PhoneCodeRow, event: str, actor: str) -> None:
    """One event of a code. It names the account, never what is in the code."""
    details = {"transaction": row.id, "purpose": row.purpose.value}
    record(tx, parts, Event(event, row.tenant, actor, row.user_id or "", reason=row.reason, details=details))


def end(
    tx: WriteTx, parts: Parts, row: PhoneCodeRow, status: PhoneStatus, reason: str, actor: str = "service"
) -> PhoneCodeRow:
    """It is over, and nothing that a phone kept for it is needed. Raises StaleRow, CodeOver."""
    ended = move(tx, parts, row, status, reason=reason, number="", work=None)
    tell(tx, parts, ended, f"phone_code_{status.lower()}", actor)
    return ended


def replace_live(tx: WriteTx, parts: Parts, client_id: str, subject: str, actor: str) -> None:
    """The station's earlier code for this subject, if it has a live one, is over; nobody else makes one until the end
    of the transaction."""
    for earlier in rows.live_codes(tx, client_id, subject):
        end(tx, parts, earlier, PhoneStatus.CANCELLED, PhoneReason.REPLACED, actor)


def still(tx: WriteTx, parts: Parts, seen: PhoneCodeRow) -> PhoneCodeRow:
    """The row as it is now, if what was seen of it still holds: the phone, and what the phone was asked.

    Raises StaleRow, CodeOver.
    """
    row = rules.require_live(rows.code(tx, seen.id), parts.clock.now())
    if (row.phone_hash, row.matched, row.work) != (seen.phone_hash, seen.matched, seen.work):
        raise StaleRow
    return row
