"""What the service asks of a directory of people, and the values it gets back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

Criteria = Mapping[str, str]
"""Normalised values by field name (`upn`, `employee_id`, …, `attribute:<name>`): all of them must match."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the directory, as the enrollment needs them. Texts are the directory's: already tamed, not masked.

    `user_id` is stable, opaque, unique over all directories, at most 128 characters, and never shown; `directory_id` is
    what their own `directory` calls them. `phone` is E.164 or empty.
    """

    user_id: str
    upn: str
    given_name: str = ""
    family_name: str = ""
    email: str = ""
    phone: str = ""
    employee_id: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    directory: str = ""
    directory_id: str = ""

    @property
    def display_name(self) -> str:
        """Given and family name, or the UPN where the directory has no name."""
        return f"{self.given_name} {self.family_name}".strip() or self.upn


@dataclass(frozen=True, slots=True)
class DirectoryCapabilities:
    """Which criteria the directory can search for: built-in fields, and `attribute:<name>` for additional attributes
    (`attributes` true: any of them)."""

    fields: frozenset[str]
    attributes: bool = True

    def searches(self, criteria: Criteria) -> bool:
        """Whether it can search for all of them."""
        return all(name in self.fields or (self.attributes and name.startswith("attribute:")) for name in criteria)


class DirectoryUnavailable(Exception):
    """The directory does not answer, or not in a way that is understood; nothing is known about the person."""


class Directory(Protocol):
    """Looks people up; only active ones are found. Called outside transactions."""

    @property
    def id(self) -> str:
        """Its word in the settings."""
        ...

    @property
    def capabilities(self) -> DirectoryCapabilities:
        """What it can search."""
        ...

    def find_people(self, criteria: Criteria) -> tuple[Person, ...]:
        """The active people who match all criteria exactly, at most two of them: two is as good as many.

        Raises DirectoryUnavailable.
        """
        ...

    def read(self, directory_id: str) -> Person | None:
        """The person read back, if they are still there and active. Raises DirectoryUnavailable."""
        ...

    def probe(self) -> str:
        """What the doctor sees, with the least harm: nothing is written. Raises ProbeFailed."""
        ...

    def close(self) -> None:
        """Let go of connections. Safe to call twice."""
        ...
