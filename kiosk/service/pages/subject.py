"""Whom a code is about: their enrollment, the person, and how much of them a page may show."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from kiosk.contract.enrollments import Phase
from kiosk.service import masking
from kiosk.service.directories.connector import Person
from kiosk.service.mobile.rules import NotNow
from kiosk.service.parts import Parts
from kiosk.service.store import enrollments as enrollment_rows
from kiosk.service.store.accounts import stopped
from kiosk.service.store.engine import ReadTx
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.store.phone_codes import PhoneCodeRow
from kiosk.service.store.users import active_user
from kiosk.service.tokens.rules import Caller, live


@dataclass(frozen=True, slots=True)
class Subject:
    """The enrollment of a code (None for an account's) and its person (None for nobody)."""

    enrollment: EnrollmentRow | None
    person: Person | None


def subject_of(tx: ReadTx, parts: Parts, row: PhoneCodeRow, *phases: Phase) -> Subject:
    """Whom the code is about, if the enrollment is in one of the phases and in time, and nobody put them on hold or
    removed them since. Raises NotNow."""
    if stopped(tx, row.user_id or ""):
        raise NotNow
    if row.enrollment_id is None:
        person = active_user(tx, row.user_id) if row.user_id else None
        return Subject(None, person)
    found = enrollment_rows.enrollment(tx, row.enrollment_id, row.client_id)
    now = parts.clock.now()
    if found is None or found.phase not in phases or not live(found.opened_at, found.expires_at, now):
        raise NotNow
    return Subject(found, found.person or (active_user(tx, row.user_id) if row.user_id else None))


def enrollment_of(parts: Parts, row: PhoneCodeRow, *phases: Phase) -> EnrollmentRow:
    """The enrollment of a code that has one. Raises NotNow."""
    with parts.store.read() as tx:
        found = subject_of(tx, parts, row, *phases).enrollment
    if found is None:
        raise NotNow
    return found


def masked_name(parts: Parts, row: PhoneCodeRow, person: Person | None) -> str:
    """The name as its owner knows it again; somebody invented for nobody, always the same for a code's subject."""
    if person is not None:
        return masking.mask_name(person.display_name)
    seed = hmac.digest(parts.hmac_key, b"decoy on phone\0" + row.subject.encode(), "sha256")
    return masking.mask_name(masking.decoy_name(seed))


def caller_of(row: PhoneCodeRow) -> Caller:
    """The station whose code it is: what the phone does, it does in its enrollment."""
    return Caller(row.client_id, frozenset(), row.tenant)
