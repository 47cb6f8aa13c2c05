"""Several directories in order, as if they were one: the first that knows somebody tells of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.service.directories.connector import Criteria, Directory, DirectoryUnavailable, Person


@dataclass(frozen=True, slots=True)
class Directories:
    """What the enrollment asks. A directory that cannot search for what was asked is passed over; one that is down is
    not: whether it knows the person cannot be told, so nothing is."""

    all: Sequence[Directory]

    def find_people(self, criteria: Criteria) -> tuple[Person, ...]:
        """The people of the first directory that has any who match, at most two. Raises DirectoryUnavailable."""
        for each in self.all:
            if each.capabilities.searches(criteria) and (found := each.find_people(criteria)):
                return found
        return ()

    def read(self, person: Person) -> Person | None:
        """The person read back from their own directory. Raises DirectoryUnavailable."""
        for each in self.all:
            if person.directory in (each.id, ""):
                return each.read(person.directory_id)
        raise DirectoryUnavailable

    def close(self) -> None:
        """Let go of all connections."""
        for each in self.all:
            each.close()
