"""What is asked of a checker of people, and how it may answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class CallType(StrEnum):
    """What a person is (again) put through: sanctions screening, telling the system of enrollments, or both."""

    SCREENING = "OFAC"
    SYNC = "MOE"
    BOTH = "ENROLL_PROGRAM_AND_MOE"


class Finding(StrEnum):
    """What a checker says. `possible` is for a person to judge."""

    CLEAR = "clear"
    POSSIBLE = "possible"
    HIT = "hit"


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody to be screened, as they said who they are; untrusted. `assets` is what a client brought for the system
    of enrollments (a JSON array as text, opaque to us), told to nobody else."""

    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    email: str = field(default="", repr=False)
    company: str = field(default="", repr=False)
    born_on: str = field(default="", repr=False)
    country: str = ""
    assets: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Screened:
    """A finding, and the checker's own word for it (untrusted), to be quoted to it."""

    finding: Finding
    reference: str = ""


class ScreeningUnavailable(Exception):
    """The checker does not answer, or not in a way that is understood; nobody passes because of it."""


class Screener(Protocol):
    """Judges people. Called outside transactions."""

    @property
    def id(self) -> str:
        """Its word in the settings."""
        ...

    @property
    def serves(self) -> frozenset[CallType]:
        """What it does: `SCREENING`, `SYNC`, or each of them; it is asked for `BOTH` only if it does each."""
        ...

    @property
    def patience(self) -> float:
        """Seconds that one answer takes at most."""
        ...

    def screen(self, subject: Subject, call_type: CallType) -> Screened:
        """Judge one person. The same person may be asked about again. Raises ScreeningUnavailable."""
        ...

    def probe(self) -> str:
        """What the doctor sees, with the least harm: nobody is screened. Raises ProbeFailed."""
        ...
