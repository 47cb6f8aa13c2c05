"""What verification asks of one way to verify somebody, and the values it gets back."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol, runtime_checkable

from kiosk.contract.profile import VerificationMethod
from kiosk.service.directories.connector import Criteria, Person


class Outcome(Enum):
    """What a way that judges by itself found out."""

    VERIFIED = "verified"
    MISMATCH = "mismatch"
    NOT_FOUND = "not_found"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person gave: a badge or code as it was read, untrusted, or a yes."""

    code: str = field(default="", repr=False)
    confirmed: bool = False


@runtime_checkable
class CodeVerifier(Protocol):
    """A way that sends a code; the code itself is made, kept and compared by `actions`."""

    @property
    def method(self) -> VerificationMethod:
        """Which way this is."""
        ...

    def address(self, person: Person) -> str:
        """Where a code for the person goes, or empty where the directory knows no usable address."""
        ...

    def hint(self, address: str) -> str:
        """The address, masked; alike however its owner writes it."""
        ...

    def typed(self, criteria: Criteria, domain: str) -> str:
        """The address that was typed to identify somebody, completed with `domain`; empty where none was."""
        ...

    def decoy(self, seed: bytes, domain: str) -> str:
        """An address of nobody, always the same for a seed: its hint looks like that of a person in `domain`."""
        ...


@runtime_checkable
class AnswerVerifier(Protocol):
    """A way that judges an answer by itself; called outside transactions, and for decoys as well."""

    @property
    def method(self) -> VerificationMethod:
        """Which way this is."""
        ...

    def judge(self, person: Person, answer: Answer) -> Outcome:
        """Whether the answer belongs to the person. Raises nothing: what fails is `UNAVAILABLE`."""
        ...


Verifier = CodeVerifier | AnswerVerifier
"""Any way to verify somebody."""
