"""A CSV file that another system replaces as a directory: all of a new file counts at once, or nothing of it does."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal

import structlog
from pydantic import Field

from kiosk.service.catalog import Connector
from kiosk.service.directories import csv_people
from kiosk.service.directories.connector import Criteria, DirectoryCapabilities, DirectoryUnavailable, Person
from kiosk.service.directories.csv_file import BadFile, BadRow
from kiosk.service.directories.csv_people import PersonRow
from kiosk.service.directories.directory_settings import DirectorySettings
from kiosk.service.directories.mapping import user_id
from kiosk.service.directories.rules import KINDS
from kiosk.service.probe import ProbeFailed
from kiosk.service.sources import new_id
from kiosk.service.store.listed import (
    ListedRow,
    ListRow,
    add_listed,
    current_list,
    find_listed,
    forget_listed,
    keys_listed,
    listed_person,
    make_current,
)
from kiosk.service.wiring import Wiring
from kiosk.service.worker import Chore

_logger = structlog.get_logger("keywright.directories")

_TWO: Final = 2
_CHUNK: Final = 1_000
_EVERY: Final = 10.0
"""Seconds between two looks at the file."""


class CsvSettings(DirectorySettings):
    """People of a file that another system writes anew whenever something changed."""

    kind: Literal["csv"] = "csv"
    """Which connector."""
    path: Path
    """The file: UTF-8, with the columns of `users import`. Replace it by renaming another one to its name."""
    largest_loss: float = Field(default=0.2, ge=0, le=1)
    """The share of people who may be gone at once; a file that lacks more is taken for a broken one."""


class _Rejected(Exception):
    """The file does not count; says why in words for staff."""


@dataclass(slots=True)
class _Looked:
    """What was seen of the file last, what was wrong with it, and whether old people are still to be cleared away."""

    stamp: tuple[int, int, int] | None = None
    problem: str = ""
    untidy: bool = False


@dataclass(frozen=True, slots=True)
class CsvDirectory:
    """A `Directory` over the part of the database that the last good file was loaded into."""

    settings: CsvSettings
    wiring: Wiring
    _looked: _Looked = field(default_factory=_Looked, repr=False)

    capabilities = DirectoryCapabilities(fields=frozenset(KINDS))

    @property
    def id(self) -> str:
        """From the settings."""
        return self.settings.id

    def find_people(self, criteria: Criteria) -> tuple[Person, ...]:
        """At most two who match everything. Raises DirectoryUnavailable before the first file was loaded."""
        if not criteria:
            return ()
        with self.wiring.store.read() as tx:
            listed = current_list(tx, self.id)
            if listed is None:
                raise DirectoryUnavailable
            return tuple(Person(**each) for each in find_listed(tx, listed.part, criteria, _TWO))

    def read(self, directory_id: str) -> Person | None:
        """The person again. Raises DirectoryUnavailable."""
        with self.wiring.store.read() as tx:
            listed = current_list(tx, self.id)
            if listed is None:
                raise DirectoryUnavailable
            found = listed_person(tx, listed.part, directory_id)
            return None if found is None else Person(**found)

    def probe(self) -> str:
        """Whether the file can be read, and how many people the last good one had. Raises ProbeFailed."""
        try:
            with self.settings.path.open("rb"):
                pass
        except OSError as error:
            raise ProbeFailed(
                f"the file cannot be opened: {error.strerror}", "check path, and what the service may read"
            ) from None
        if self._looked.problem:
            raise ProbeFailed(f"the file was refused: {self._looked.problem}", "mend it where it is written")
        with self.wiring.store.read() as tx:
            listed = current_list(tx, self.id)
        return "not loaded yet: the service does it" if listed is None else f"{listed.people} active people"

    def chores(self) -> tuple[Chore, ...]:
        """What the service's worker does for it."""
        return (Chore(f"load_{self.id}", self.load_if_new, _EVERY),)

    def load_if_new(self) -> bool:
        """Load the file if it is another one than last time; once it counts, clear away a piece of what no longer does
        and tell whether there is more. A refused file changes nothing, and is told once."""
        looked, stamp = self._looked, None
        try:
            stamp = self._stamp()
            if stamp != looked.stamp:
                looked.untidy = self._load() or looked.untidy
                looked.stamp, looked.problem = stamp, ""
        except (_Rejected, BadFile) as error:
            looked.stamp, looked.untidy = stamp, True
            self._refuse(str(error))
        except OSError as error:
            self._refuse(error.strerror or "cannot be read")
        looked.untidy = looked.untidy and self._clear()
        return looked.untidy

    def _refuse(self, problem: str) -> None:
        if problem != self._looked.problem:
            _logger.warning("list_refused", place=self.id, reason=problem)
        self._looked.problem = problem

    def close(self) -> None:
        """The database is closed by who opened it."""

    def _stamp(self) -> tuple[int, int, int]:
        status = self.settings.path.stat()
        return status.st_mtime_ns, status.st_size, status.st_ino

    def _load(self) -> bool:
        """Whether another file counts now."""
        with self.settings.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            with self.wiring.store.read() as tx:
                before = current_list(tx, self.id)
            if before is not None and before.digest == digest:
                return False  # another replica was first, or it was only touched
            file.seek(0)
            part = new_id(self.wiring.random)
            people = self._fill(part, file)
            if os.fstat(file.fileno()).st_size != file.tell():
                raise _Rejected("it was written to while it was read")
        self._plausible(people, before)
        row = ListRow(part, digest, people)
        if not self.wiring.store.write(lambda tx: make_current(tx, self.id, row, self.wiring.clock.now())):
            raise _Rejected("another replica loaded a file at the same time")
        _logger.info("list_loaded", place=self.id, count=people)
        return True

    def _fill(self, part: str, file: BinaryIO) -> int:
        rows = self._rows(file)
        people = 0
        while chunk := list(islice(rows, _CHUNK)):
            active = [row for row in chunk if row.status == csv_people.STATUSES[0]]
            self._write(part, active)
            people += len(active)
        return people

    def _write(self, part: str, rows: list[PersonRow]) -> None:
        """A piece in a transaction of its own: nobody at a kiosk waits for a whole file."""
        lines = {row.values["upn"]: row.line for row in rows}
        with self.wiring.store.read() as tx:
            twice = keys_listed(tx, part, lines)
        if twice or len(lines) < len(rows):
            line = lines[min(twice)] if twice else rows[-1].line
            raise _Rejected(str(BadRow(line, "upn", "is there twice, here or up to a thousand lines before")))
        listed = [self._listed(row) for row in rows]
        if listed:
            self.wiring.store.write(lambda tx: add_listed(tx, self.id, part, listed))

    def _rows(self, file: BinaryIO) -> Iterator[PersonRow]:
        kinds = self.wiring.attributes
        for row in csv_people.people(file, self.wiring.site, kinds, unique=False):
            if isinstance(row, BadRow):
                raise _Rejected(str(row))
            yield row

    def _listed(self, row: PersonRow) -> ListedRow:
        key = row.values["upn"]
        person = replace(row.person, user_id=user_id(self.id, key), directory=self.id, directory_id=key)
        values: dict[str, str] = {**row.values, "badge": row.badge}
        told: dict[str, Any] = asdict(person)
        return ListedRow(key, told, values)

    def _plausible(self, people: int, before: ListRow | None) -> None:
        if people == 0:
            raise _Rejected("it has nobody in it")
        if before is not None and people < before.people * (1 - self.settings.largest_loss):
            raise _Rejected(f"it has {people} people, the one before {before.people}: too many are gone")

    def _clear(self) -> bool:
        with self.wiring.store.read() as tx:
            listed = current_list(tx, self.id)
        keep = [] if listed is None else [listed.part]
        return self.wiring.store.write(lambda tx: forget_listed(tx, self.id, keep, _CHUNK), hasty=True)


CONNECTOR = Connector("csv", CsvSettings, CsvDirectory)
