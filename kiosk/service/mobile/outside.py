"""Codes that a service elsewhere makes: asked for outside transactions, looked at now and then, kept as our rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kiosk.contract.phone import PhoneStatus
from kiosk.service.directories.connector import Person
from kiosk.service.mobile.changes import end, move, tell
from kiosk.service.mobile.connector import OutsideCode, PhoneEnroller, PhonesRefused, PhonesUnavailable
from kiosk.service.mobile.rules import NotEnrolled, as_of
from kiosk.service.parts import Parts
from kiosk.service.store import phone_codes as rows
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.phone_codes import PhoneCodeRow

EACH: Final = timedelta(seconds=1)
"""How often the service elsewhere is asked about one code at most, however often we are."""


def attributes_of(person: Person) -> dict[str, str]:
    """What an account elsewhere may be named by: the directory's attributes, and what everybody has."""
    own = {
        "upn": person.upn,
        "email": person.email,
        "employee_id": person.employee_id,
        "phone": person.phone,
        "directory_id": person.directory_id,
    }
    return {**own, **person.attributes}


def opened(enroller: PhoneEnroller, user_id: str, attributes: dict[str, str]) -> OutsideCode:
    """A code for the account. Raises PhonesUnavailable, NotEnrolled."""
    try:
        return enroller.open(enroller.account_of(user_id, attributes))
    except PhonesRefused as refused:
        raise NotEnrolled((refused.word,)) from refused


def looked_at(parts: Parts, transaction_id: str) -> None:
    """Ask how a live code stands, unless it was asked a moment ago, and keep what is new.

    Raises PhonesUnavailable.
    """
    now = parts.clock.now()
    with parts.store.read() as tx:
        row = rows.code(tx, transaction_id)
    if row is None or as_of(row, now).status.over or not parts.board.may_ask(row.id, now, EACH):
        return
    status = _standing(parts, row)
    if status is not row.status:
        parts.store.write(lambda tx: _kept(tx, parts, row.id, status))


def _standing(parts: Parts, row: PhoneCodeRow) -> PhoneStatus:
    """Raises PhonesUnavailable, also where the service that made the code is not asked any more."""
    if parts.enroller is None or parts.enroller.id != row.connector:
        raise PhonesUnavailable
    try:
        return parts.enroller.standing(row.reference)
    except PhonesRefused as refused:
        raise PhonesUnavailable from refused


def _kept(tx: WriteTx, parts: Parts, row_id: str, status: PhoneStatus) -> None:
    """Forward only: what comes late changes nothing."""
    row = rows.code(tx, row_id)
    if row is None or row.status.over or status in (row.status, PhoneStatus.PENDING):
        return
    actor = f"connector:{row.connector}"
    if status is PhoneStatus.SCANNED:
        tell(tx, parts, move(tx, parts, row, status), "phone_code_scanned", actor)
    else:
        end(tx, parts, row, status, "", actor)
