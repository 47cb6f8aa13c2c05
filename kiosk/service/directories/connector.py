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

    `user_id` is the directory's stable, opaque name of the person; it is never shown. `phone` is E.164 or empty.
    """

    user_id: str
    upn: str
    given_name: str = ""
    family_name: str = ""
    email: str = ""
    phone: str = ""
    employee_id: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def display_name(self) -> str:
        """Given and family name, or the UPN where the directory has no name."""
        return f"{self.given_name} {self.family_name}".strip() or self.upn


@dataclass(frozen=True, slots=True)
class DirectoryCapabilities:
    """Which criteria the directory can search for."""

    fields: frozenset[str]
    attributes: bool = True


class DirectoryUnavailable(Exception):
    """The directory does not answer; nothing is known about the person."""


class Directory(Protocol):
    """Looks people up; only active ones are found. Called outside transactions."""

    @property
    def capabilities(self) -> DirectoryCapabilities:
        """What it can search."""
        ...

    def find_people(self, criteria: Criteria) -> tuple[Person, ...]:
        """The active people who match all criteria exactly, at most two of them: two is as good as many.

        Raises DirectoryUnavailable.
        """
        ...
