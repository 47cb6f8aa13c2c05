"""Verification by a phone: it answered, and the kiosk names the transaction of the code that it scanned."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.contract.phone import PhonePurpose, PhoneStatus
from kiosk.contract.profile import VerificationMethod
from kiosk.service.directories.connector import Person
from kiosk.service.store.engine import Store
from kiosk.service.store.phone_codes import code
from kiosk.service.verification.connector import Answer, Outcome


@dataclass(frozen=True, slots=True)
class PhoneAnswered:
    """Judges transactions for one enrollment; without one, it only offers the way. Satisfies AnswerVerifier."""

    store: Store
    enrollment_id: str = ""

    @property
    def method(self) -> VerificationMethod:
        """By a phone."""
        return VerificationMethod.PHONE

    def judge(self, person: Person, answer: Answer) -> Outcome:  # noqa: ARG002 - the enrollment says whose it is
        """Whether this transaction was completed, for this very enrollment, to tell who stands there."""
        with self.store.read() as tx:
            row = code(tx, answer.code)
        if row is None or not self.enrollment_id or row.enrollment_id != self.enrollment_id:
            return Outcome.NOT_FOUND
        right = row.status is PhoneStatus.COMPLETED and row.purpose is not PhonePurpose.PASSKEY
        return Outcome.VERIFIED if right else Outcome.MISMATCH
