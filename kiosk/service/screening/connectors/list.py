"""A list of names in a file: CSV or JSON lines, read again when it has changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, Final, Literal

import structlog
from pydantic import Field

from kiosk.service.catalog import Connector
from kiosk.service.directories.csv_file import BadFile, BadRow, Layout, Record, records
from kiosk.service.probe import ProbeFailed
from kiosk.service.screening.connector import CallType, Finding, Screened, ScreeningUnavailable, Subject
from kiosk.service.screening.names import Entry, Names, words
from kiosk.service.screening.settings import ScreenerSettings
from kiosk.service.wiring import Wiring

_log = structlog.get_logger("keywright.outside")

JSON_LINES: Final = frozenset({".jsonl", ".ndjson"})
"""How the names of files end that are JSON lines; every other one is CSV."""

_LONGEST_LINE: Final = 1 << 16
_LONGEST_NAME: Final = 512
_LONGEST_REFERENCE: Final = 128
_LAYOUT: Final = Layout(
    frozenset({"name", "given_name", "family_name", "reference"}), (frozenset({"name", "family_name"}),), prefix=""
)


class ListSettings(ScreenerSettings):
    """A list of people in a file that another program replaces whenever it changes."""

    kind: Literal["list"] = "list"
    """Which connector."""
    path: Path
    """The file, UTF-8: CSV with a header, or JSON lines (`.jsonl`). Of each entry `name`, or `given_name` and
    `family_name`, and `reference` count; others may be there. Replace it by renaming another one to its name."""
    largest: int = Field(default=2_000_000, ge=1, le=10_000_000)
    """How many entries it may have."""


class _Unusable(Exception):
    """The file does not count; says why in words for staff."""


@dataclass(slots=True)
class _Loaded:
    """What was last read: which file it was, its names, or what was wrong with it."""

    stamp: tuple[int, int, int] | None = None
    names: Names | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ListScreener:
    """Looks names up in the file. Satisfies Screener.

    A file that is missing, empty or broken says nothing about anybody, so nobody passes by it.
    """

    settings: ListSettings
    _loaded: _Loaded = field(default_factory=_Loaded, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    serves = frozenset({CallType.SCREENING})
    patience = 5.0

    @property
    def id(self) -> str:
        """From the settings."""
        return self.settings.id

    def screen(self, subject: Subject, call_type: CallType) -> Screened:  # noqa: ARG002 - it does one thing
        """What the list says of the name. Raises ScreeningUnavailable."""
        try:
            names = self._names()
        except _Unusable as error:
            raise ScreeningUnavailable from error
        name = words(f"{subject.given_name} {subject.family_name}")
        return names.find(name) if name else Screened(Finding.POSSIBLE)  # nobody passes by having no name

    def probe(self) -> str:
        """How many names there are. Raises ProbeFailed."""
        try:
            return f"{len(self._names().entries)} names"
        except _Unusable as error:
            raise ProbeFailed(
                f"the list cannot be used: {error}", "mend it where it is written, or correct path"
            ) from error

    def _names(self) -> Names:
        """The names of the file as it is now. Raises _Unusable."""
        with self._lock:
            loaded = self._loaded
            try:
                stamp = self._stamp()
                if stamp != loaded.stamp:
                    loaded.stamp, loaded.names, loaded.problem = stamp, None, ""
                    loaded.names = self._read()
                    _log.info("list_loaded", place=self.id, count=len(loaded.names.entries))
            except (_Unusable, BadFile) as error:
                self._refuse(str(error))
            except OSError as error:
                loaded.stamp = None
                self._refuse(error.strerror or "cannot be read")
            if loaded.names is None:
                raise _Unusable(loaded.problem)
            return loaded.names

    def _refuse(self, problem: str) -> None:
        if problem != self._loaded.problem:
            _log.warning("list_refused", place=self.id, reason=problem)
        self._loaded.names, self._loaded.problem = None, problem

    def _stamp(self) -> tuple[int, int, int]:
        status = self.settings.path.stat()
        return status.st_mtime_ns, status.st_size, status.st_ino

    def _read(self) -> Names:
        """Raises _Unusable, BadFile, OSError."""
        lines = self.settings.path.suffix.lower() in JSON_LINES
        with self.settings.path.open("rb") as file:
            names = Names.of(self._counted(_of_lines(file) if lines else _of_csv(file)))
        if not names.entries:
            raise _Unusable("it has no names in it")
        return names

    def _counted(self, entries: Iterator[Entry]) -> Iterator[Entry]:
        for number, entry in enumerate(entries):
            if number >= self.settings.largest:
                raise _Unusable(f"it has more than {self.settings.largest} entries")
            yield entry


def _of_csv(file: BinaryIO) -> Iterator[Entry]:
    for row in records(file, _LAYOUT):
        if isinstance(row, BadRow):
            raise BadFile(row)
        assert isinstance(row, Record)
        yield _entry(dict(row.cells), row.line)


def _of_lines(file: BinaryIO) -> Iterator[Entry]:
    line = 0
    while raw := file.readline(_LONGEST_LINE):
        line += 1
        if len(raw) == _LONGEST_LINE:
            raise _Unusable(f"line {line} is too long")
        if not raw.strip():
            continue
        try:
            told = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise _Unusable(f"line {line} is not JSON") from error
        if not isinstance(told, dict):
            raise _Unusable(f"line {line} is no object")
        yield _entry(told, line)


def _entry(told: dict[str, Any], line: int) -> Entry:
    """One entry; one without a name makes the file a broken one: it would let somebody pass."""
    texts = {name: told.get(name) or "" for name in ("name", "given_name", "family_name", "reference")}
    if not all(isinstance(each, str) and len(each) <= _LONGEST_NAME for each in texts.values()):
        raise _Unusable(f"line {line}: no text, or one that is too long")
    name = words(texts["name"] or f"{texts['given_name']} {texts['family_name']}")
    if not name:
        raise _Unusable(f"line {line} has no name")
    return Entry(name, texts["reference"][:_LONGEST_REFERENCE])


def _make(settings: ListSettings, _wiring: Wiring) -> ListScreener:
    return ListScreener(settings)


CONNECTOR = Connector("list", ListSettings, _make)
