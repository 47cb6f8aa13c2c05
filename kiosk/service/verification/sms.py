"""A code by SMS to the number on file: a restricted channel (NIST SP 800-63B-4, 3.2.9) and off by default."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.contract.profile import VerificationMethod
from kiosk.service import masking
from kiosk.service.directories.connector import Criteria, Person


@dataclass(frozen=True, slots=True)
class SmsCode:
    """Texts a code. Satisfies CodeVerifier."""

    @property
    def method(self) -> VerificationMethod:
        """By SMS."""
        return VerificationMethod.SMS

    def address(self, person: Person) -> str:
        """The phone number on file (E.164), never one that was typed."""
        return person.phone

    def hint(self, address: str) -> str:
        """`••••• 17`."""
        return masking.mask_phone(address)

    def typed(self, criteria: Criteria, domain: str) -> str:  # noqa: ARG002 - numbers have no domain
        """The phone number."""
        return criteria.get("phone", "")

    def decoy(self, seed: bytes, domain: str) -> str:  # noqa: ARG002 - numbers have no domain
        """A number of nobody."""
        return masking.decoy_phone(seed)
