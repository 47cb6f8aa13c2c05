"""The person looks at their masked name and says that it is they. It proves nothing; it prevents mistakes."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.contract.enrollments import MaskedPerson
from kiosk.contract.profile import VerificationMethod
from kiosk.service import masking
from kiosk.service.directories.connector import Person
from kiosk.service.verification.connector import Answer, Outcome


@dataclass(frozen=True, slots=True)
class SelfConfirmation:
    """Takes a yes. Satisfies AnswerVerifier."""

    @property
    def method(self) -> VerificationMethod:
        """By a yes."""
        return VerificationMethod.SELF_CONFIRMATION

    def judge(self, person: Person, answer: Answer) -> Outcome:  # noqa: ARG002 - the person judged already
        """A yes verifies; anything else does not."""
        return Outcome.VERIFIED if answer.confirmed else Outcome.MISMATCH


def masked_person(person: Person) -> MaskedPerson:
    """The person as they may be shown before they are verified."""
    details = (("employee_id", masking.mask_number(person.employee_id)),) if person.employee_id else ()
    return MaskedPerson(masking.mask_name(person.display_name), details)


def masked_decoy(seed: bytes) -> MaskedPerson:
    """Somebody who does not exist, always the same for a seed."""
    return MaskedPerson(
        masking.mask_name(masking.decoy_name(seed)), (("employee_id", masking.mask_phone(masking.decoy_phone(seed))),)
    )
