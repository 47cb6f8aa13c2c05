"""Reads a batch as a stream, record by record, from any place on where one begins; what is wrong fails alone."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple, Protocol

from kiosk.service.bulk_import.rules import Form
from kiosk.service.directories.csv_file import (
    LONGEST_LINE,
    UTF8_MARK,
    BadFile,
    BadRow,
    Header,
    Record,
    header,
)
from kiosk.service.directories.csv_people import ATTRIBUTE, PEOPLE, PeopleReader, PersonRow

CHUNK: Final = 256 * 1024
"""Bytes of each piece that a source is kept in, but for its last one."""

_NOBODYS: Final = "\ue000"
"""What no value may have, for a line that is not read: it fails its record."""

_ATTRIBUTES: Final = "attributes"
_NAME: Final = "upn"
_COLUMNS: Final = {column.replace("_", ""): column for column in PEOPLE.columns} | {
    "userid": _NAME,
    "primaryuseridentifier": _NAME,
}
"""Members of a JSON record, in lower case and without `_`: `givenName` is `given_name`."""


class Entry(NamedTuple):
    """One record: somebody or what is wrong, and what it was made of (the line, or the cells)."""

    row: PersonRow | BadRow
    made_of: str | Mapping[str, str]

    def source(self) -> str:
        """A line of JSON that stands for the record; empty where there is no way to tell its cells."""
        text = self.made_of if isinstance(self.made_of, str) else json.dumps(self.made_of)
        return text.replace("\0", "\ufffd")

    def name(self) -> str:
        """What the record calls the person, as far as it can be read."""
        cells = self.made_of
        if isinstance(cells, str):
            told = _cells(0, cells)
            cells = told if not isinstance(told, BadRow) else {}
        return cells.get(_NAME, "")


class Source(Protocol):
    """A source, line by line."""

    @property
    def position(self) -> int:
        """Bytes that were read."""
        ...

    def readline(self) -> bytes:
        """The next line with its end; empty at the end of the source. A part of one that is longer than it may be."""
        ...


class Chunks:
    """A source in pieces of `CHUNK` bytes, of which it holds one; `fetch` gives one by its number, or nothing."""

    def __init__(self, fetch: Callable[[int], bytes], position: int = 0) -> None:
        self._fetch, self.position = fetch, position
        self._number, begin = divmod(position, CHUNK)
        self._held = fetch(self._number)[begin:]
        self._at = 0

    def readline(self) -> bytes:
        """The next line."""
        end = self._held.find(b"\n", self._at) + 1
        while not end and len(self._held) - self._at < LONGEST_LINE:
            self._number += 1
            more = self._fetch(self._number)
            if not more:
                end = len(self._held)
                break
            self._held, self._at = self._held[self._at :] + more, 0
            end = self._held.find(b"\n") + 1
        end = min(end or len(self._held), self._at + LONGEST_LINE)
        line = self._held[self._at : end]
        self._at = end
        self.position += len(line)
        return line


@dataclass(slots=True)
class Reader:
    """The records of a source from where it stands on. `line` is how many lines were read."""

    source: Source
    people: PeopleReader
    line: int = 0

    def entries(self, form: Form, first: Header | None = None) -> Iterator[Entry]:
        """One after the other; a `first` line that was read already is needed for CSV."""
        if form is Form.NDJSON:
            return self._json_entries()
        return self._csv_entries(first or self.header())

    def header(self) -> Header:
        """The first line of CSV. Raises BadFile."""
        raw = self._readline()
        try:
            return header(raw.decode(), PEOPLE)
        except UnicodeDecodeError as error:
            raise BadFile(BadRow(1, "", "is not UTF-8: save the file as UTF-8")) from error

    def _readline(self) -> bytes:
        raw = self.source.readline()
        if not raw:
            return raw
        self.line += 1
        return raw.removeprefix(UTF8_MARK) if self.line == 1 else raw

    def _skip_rest(self, raw: bytes) -> bool:
        """Whether the line is too long; what is left of it is skipped."""
        too_long = len(raw) >= LONGEST_LINE and not raw.endswith(b"\n")
        while len(raw) >= LONGEST_LINE and not raw.endswith(b"\n"):
            raw = self.source.readline()
        return too_long

    def _json_entries(self) -> Iterator[Entry]:
        while raw := self._readline():
            if self._skip_rest(raw):
                yield Entry(BadRow(self.line, "", "too long"), "")
            elif not raw.isspace():
                yield json_entry(self.people, self.line, raw)

    def _csv_entries(self, first: Header) -> Iterator[Entry]:
        reader = csv.reader(self._texts(), delimiter=first.delimiter, strict=True)
        while True:
            line = self.line + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:  # the next record begins on the next line
                yield Entry(BadRow(line, "", f"is not CSV: {error}"), "")
                continue
            record = first.record(line, cells)
            if isinstance(record, Record):
                yield Entry(self.people.read(line, record.cells), record.cells)
            elif record is not None:
                yield Entry(record, "")

    def _texts(self) -> Iterator[str]:
        """Lines as text. What is no UTF-8 becomes what no name may have, so that its record fails."""
        while raw := self._readline():
            too_long = self._skip_rest(raw)
            yield _NOBODYS if too_long else raw.decode(errors="surrogateescape")


def json_entry(people: PeopleReader, number: int, raw: bytes | str) -> Entry:
    """A record of one line of JSON."""
    try:
        text = raw if isinstance(raw, str) else raw.decode()
    except UnicodeDecodeError:
        return Entry(BadRow(number, "", "is not UTF-8"), "")
    cells = _cells(number, text)
    if isinstance(cells, BadRow):
        return Entry(cells, text.strip())
    return Entry(people.read(number, cells), cells)


def _cells(number: int, text: str) -> dict[str, str] | BadRow:
    """The members of a JSON object by our names for them."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return BadRow(number, "", "is not JSON")
    if not isinstance(told, dict):
        return BadRow(number, "", "is no JSON object")
    cells: dict[str, str] = {}
    for member, value in told.items():
        if member == _ATTRIBUTES:
            problem = _take_attributes(number, value, cells)
        else:
            problem = _take(number, _column(member), member, value, cells)
        if problem is not None:
            return problem
    return cells


def _take(number: int, column: str, member: str, value: Any, cells: dict[str, str]) -> BadRow | None:
    if not column:
        return BadRow(number, member[:64], "is no column that is known")
    if column in cells:
        return BadRow(number, member[:64], "is there twice")
    if isinstance(value, str):
        cells[column] = value
    elif value is None:
        cells[column] = ""
    elif type(value) is int:  # numbers of employees, but no truth
        cells[column] = str(value)
    else:
        return BadRow(number, member[:64], "is no text")
    return None


def _take_attributes(number: int, value: Any, cells: dict[str, str]) -> BadRow | None:
    if not isinstance(value, dict):
        return BadRow(number, _ATTRIBUTES, "is no JSON object")
    for name, told in value.items():
        column = ATTRIBUTE + name.strip().casefold()
        problem = _take(number, "" if column == ATTRIBUTE else column, name, told, cells)
        if problem is not None:
            return problem
    return None


@lru_cache(1024)
def _column(member: str) -> str:
    """Our name for a member; empty for one that is not known."""
    name = member.strip().casefold()
    if name.startswith(ATTRIBUTE) and name != ATTRIBUTE:
        return name
    return _COLUMNS.get(name.replace("_", ""), "")
