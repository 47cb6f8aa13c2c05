"""A code by mail to the address on file."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.contract.profile import VerificationMethod
from kiosk.service import masking
from kiosk.service.directories.connector import Criteria, Person
from kiosk.service.directories.rules import upn


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
        return masking.mask_mail(upn(address, ""))

    def typed(self, criteria: Criteria, domain: str) -> str:
        """The mail address, or the user name, which is one at most places."""
        return upn(criteria.get("email") or criteria.get("upn", ""), domain)

    def decoy(self, seed: bytes, domain: str) -> str:
        """An address of nobody in the domain."""
        return masking.decoy_mail(seed, domain)
