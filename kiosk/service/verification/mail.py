"""A code by mail to the address on file."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.contract.profile import VerificationMethod
from kiosk.service.directories.connector import Person
from kiosk.service.verification import masking


@dataclass(frozen=True, slots=True)
class MailCode:
    """Mails a code. Satisfies CodeVerifier."""

    @property
    def method(self) -> VerificationMethod:
        """By mail."""
        return VerificationMethod.EMAIL

    def address(self, person: Person) -> str:
        """The mail address on file, never one that was typed."""
        return person.email

    def hint(self, address: str) -> str:
        """`m•••••@example.org`."""
        return masking.mask_mail(address)

    def decoy(self, seed: bytes, domain: str) -> str:
        """An address of nobody in the domain."""
        return masking.decoy_mail(seed, domain)
