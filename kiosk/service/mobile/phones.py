"""What phones do with a code: open it, go on with it, type the number, and come to an end."""

from __future__ import annotations

import hmac
from typing import Any

from kiosk.contract.phone import PhoneReason, PhoneStatus
from kiosk.service.mobile import rules
from kiosk.service.mobile.changes import PHONE, end, move, still, tell
from kiosk.service.mobile.rules import AnotherPhone, CodeOver, NoSuchCode, NotNow, WrongNumber
from kiosk.service.parts import Parts
from kiosk.service.store import phone_codes as rows
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.phone_codes import PhoneCodeRow


def look(parts: Parts, link_code: str) -> PhoneCodeRow:
    """What the code is of; nothing changes, so that programs which look at links do no harm. Raises NoSuchCode,
    CodeOver."""
    told = rules.link_hash(link_code)
    with parts.store.read() as tx:
        return rules.require_live(rows.code_of_link(tx, told), parts.clock.now())


def scanned(parts: Parts, link_code: str, phone_secret: str) -> PhoneCodeRow:
    """Bind the code to this phone and make its number. The same phone again goes on where it was, also after the end.

    Raises NoSuchCode, CodeOver, AnotherPhone: the first one goes on undisturbed, and the kiosk is told.
    """
    told, phone = rules.link_hash(link_code), rules.phone_hash(phone_secret)

    def work(tx: WriteTx) -> PhoneCodeRow | None:
        now, row = parts.clock.now(), rows.code_of_link(tx, told)
        if row is not None and row.phone_hash is not None and hmac.compare_digest(row.phone_hash, phone):
            return rules.as_of(row, now)
        row = rules.require_live(row, now)
        if row.status is PhoneStatus.SCANNED:
            _refuse_second(tx, parts, row)
            return None
        bound = move(
            tx, parts, row, PhoneStatus.SCANNED, phone_hash=phone, number=rules.new_number(parts.random), reason=""
        )
        tell(tx, parts, bound, "phone_code_scanned", PHONE)
        return bound

    row = parts.store.write(work)
    if row is None:
        raise AnotherPhone
    return row


def _refuse_second(tx: WriteTx, parts: Parts, row: PhoneCodeRow) -> None:
    """The kiosk is told once, so that whoever tries again and again does not get into the first one's way."""
    if row.reason != PhoneReason.ANOTHER_PHONE:
        row = move(tx, parts, row, row.status, reason=PhoneReason.ANOTHER_PHONE)
    tell(tx, parts, row, "phone_code_second_phone", PHONE)


def of_phone(parts: Parts, phone_secret: str) -> PhoneCodeRow:
    """The code that this phone was last bound to, with the status that it has now, also when it is over.

    Raises NoSuchCode.
    """
    phone = rules.phone_hash(phone_secret)
    with parts.store.read() as tx:
        row = rows.newest_of_phone(tx, phone)
    if row is None:
        raise NoSuchCode
    return rules.as_of(row, parts.clock.now())


def matched(parts: Parts, row: PhoneCodeRow, typed: str) -> PhoneCodeRow:
    """The number that the kiosk shows was typed; right once is right. Raises WrongNumber, CodeOver, NotNow, StaleRow.

    The last wrong one ends the code.
    """

    def work(tx: WriteTx) -> PhoneCodeRow | WrongNumber | CodeOver:
        known = rules.require_live(rows.code(tx, row.id), parts.clock.now())
        if known.status is not PhoneStatus.SCANNED or known.phone_hash != row.phone_hash:
            raise NotNow
        if known.matched:
            return known
        if hmac.compare_digest(known.number.encode(), rules.digits_of(typed).encode()):
            right = move(tx, parts, known, known.status, matched=1)
            tell(tx, parts, right, "phone_number_matched", PHONE)
            return right
        return _wrong(tx, parts, known)

    outcome = parts.store.write(work)
    if isinstance(outcome, PhoneCodeRow):
        return outcome
    raise outcome


def _wrong(tx: WriteTx, parts: Parts, row: PhoneCodeRow) -> WrongNumber | CodeOver:
    status, reason, left = rules.after_wrong_number(row)
    tried = move(tx, parts, row, row.status, number_tries=row.number_tries + 1)
    tell(tx, parts, tried, "phone_number_wrong", PHONE)
    if left:
        return WrongNumber(left)
    end(tx, parts, tried, status, reason, PHONE)
    return CodeOver(status, reason)


def keep_work(parts: Parts, row: PhoneCodeRow, work: dict[str, Any] | None) -> PhoneCodeRow:
    """Keep what the next request of this phone is judged by. Raises CodeOver, NotNow, StaleRow."""

    def do(tx: WriteTx) -> PhoneCodeRow:
        return move(tx, parts, _at_work(tx, parts, row), PhoneStatus.SCANNED, work=work)

    return parts.store.write(do)


def completed(tx: WriteTx, parts: Parts, row: PhoneCodeRow) -> PhoneCodeRow:
    """The phone did what it was wanted for; once. Raises CodeOver (also where it was completed before), NotNow (no
    number yet), StaleRow (the phone was asked something else since)."""
    return end(tx, parts, _at_work(tx, parts, row), PhoneStatus.COMPLETED, "", PHONE)


def failed(tx: WriteTx, parts: Parts, row: PhoneCodeRow, reason: str) -> PhoneCodeRow:
    """It cannot come to a good end, for a PhoneReason. Raises CodeOver, NotNow (nobody scanned it), StaleRow."""
    known = still(tx, parts, row)
    if known.status is not PhoneStatus.SCANNED:
        raise NotNow
    return end(tx, parts, known, PhoneStatus.FAILED, reason, PHONE)


def _at_work(tx: WriteTx, parts: Parts, row: PhoneCodeRow) -> PhoneCodeRow:
    known = still(tx, parts, row)
    if known.status is not PhoneStatus.SCANNED or not known.matched:
        raise NotNow
    return known


def completed_for(tx: ReadTx, enrollment_id: str, transaction_id: str) -> PhoneCodeRow | None:
    """The completed code of this enrollment; None for any other code, so that no completion serves twice."""
    row = rows.code(tx, transaction_id)
    fits = row is not None and row.enrollment_id == enrollment_id and row.status is PhoneStatus.COMPLETED
    return row if fits else None
