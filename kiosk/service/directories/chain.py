"""Several directories in order, as if they were one: the first that knows somebody tells of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass

from kiosk.service.directories.connector import Criteria, Directory, DirectoryUnavailable, Person


@dataclass(frozen=True, slots=True)
class Directories:
    """What the enrollment asks. A directory that cannot search for what was asked is passed over; one that is down is
    not: whether it knows the person cannot be told, so nothing is."""

    all: Sequence[Directory]
    asking: Callable[[str], AbstractContextManager[object]] = lambda _id: nullcontext()
    """What is put around each question to one of them."""

    def find_people(self, criteria: Criteria) -> tuple[Person, ...]:
        """The people of the first directory that has any who match, at most two. Raises DirectoryUnavailable."""
        for each in self.all:
            if each.capabilities.searches(criteria) and (found := self._found(each, criteria)):
                return found
        return ()

    def read(self, person: Person) -> Person | None:
        """The person read back from their own directory. Raises DirectoryUnavailable."""
        for each in self.all:
            if person.directory in (each.id, ""):
                with self.asking(each.id):
                    return each.read(person.directory_id)
        raise DirectoryUnavailable

    def _found(self, directory: Directory, criteria: Criteria) -> tuple[Person, ...]:
        with self.asking(directory.id):
            return directory.find_people(criteria)

    def close(self) -> None:
        """Let go of all connections, each whatever becomes of the others."""
        with ExitStack() as last_first:
            for each in self.all:
                last_first.callback(each.close)
