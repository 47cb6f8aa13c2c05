"""What the station asks of its codes: how one stands, and to take one back; and how time ends them."""

from __future__ import annotations

from typing import Final

from kiosk.contract.phone import PhoneReason, PhoneStanding, PhoneStatus
from kiosk.service.mobile import outside, rules
from kiosk.service.mobile.changes import end
from kiosk.service.mobile.rules import NoSuchCode
from kiosk.service.parts import Parts
from kiosk.service.store import phone_codes as rows
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.phone_codes import Glimpse
from kiosk.service.tokens.rules import Caller

_AT_ONCE: Final = 100


def standing(parts: Parts, caller: Caller, transaction_id: str) -> PhoneStanding:
    """How one of the caller's codes stands, for as long as it is kept. Raises NoSuchCode, PhonesUnavailable."""
    known = _own(_known(parts, transaction_id), caller)
    if known.connector and not known.status.over:
        outside.looked_at(parts, transaction_id)
        known = _own(parts.board.read(parts.store, transaction_id), caller)
    return rules.standing_of(known, parts.clock.now())


def _known(parts: Parts, transaction_id: str) -> Glimpse | None:
    if not parts.board.fresh:
        parts.board.refresh(parts.store, parts.clock.now())
    return parts.board.known(transaction_id) or parts.board.read(parts.store, transaction_id)


def _own(known: Glimpse | None, caller: Caller) -> Glimpse:
    if known is None or known.client_id != caller.client_id:
        raise NoSuchCode
    return known


def at_once(parts: Parts, caller: Caller, transaction_id: str) -> PhoneStanding | None:
    """The same without asking anybody, if the board knows it. Raises NoSuchCode."""
    known = parts.board.known(transaction_id) if parts.board.fresh else None
    if known is None or (known.connector and not known.status.over):
        return None
    return rules.standing_of(_own(known, caller), parts.clock.now())


def take_back(parts: Parts, caller: Caller, transaction_id: str) -> None:
    """No phone goes on with it; one that is over stays as it is. Raises NoSuchCode."""

    def work(tx: WriteTx) -> None:
        row = rows.code(tx, transaction_id)
        if row is None or row.client_id != caller.client_id:
            raise NoSuchCode
        if not row.status.over:
            end(tx, parts, row, PhoneStatus.CANCELLED, PhoneReason.TAKEN_BACK, f"client:{caller.client_id}")

    parts.store.write(work)


def take_back_of_enrollment(tx: WriteTx, parts: Parts, enrollment_id: str) -> None:
    """The visit is over, and so are its codes. Raises StaleRow."""
    for each in rows.live_codes_of_enrollment(tx, enrollment_id):
        end(tx, parts, each, PhoneStatus.CANCELLED, PhoneReason.TAKEN_BACK)


def expire_next(parts: Parts) -> bool:
    """Write down what time has ended, a hundred at once; whether there may be more."""
    now = parts.clock.now()

    def work(tx: WriteTx) -> int:
        overdue = rows.overdue_codes(tx, now, _AT_ONCE)
        for each in overdue:
            end(tx, parts, each, PhoneStatus.EXPIRED, "")
        return len(overdue)

    with parts.store.read() as tx:
        if not rows.overdue_codes(tx, now, 1):
            return False
    return parts.store.write(work) == _AT_ONCE


def forget_old_codes(parts: Parts) -> int:
    """Forget codes that nobody may ask about any more; how many."""
    return parts.store.write(lambda tx: rows.forget_codes(tx, parts.clock.now() - rules.KEPT))
