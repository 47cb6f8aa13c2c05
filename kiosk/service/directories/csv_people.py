"""The two files that administrators import: people, and the association table of badges."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import BinaryIO

from kiosk.contract.profile import FieldKind, IdentifyField
from kiosk.service.directories.connector import Person
from kiosk.service.directories.csv_file import BadRow, Layout, Record, records
from kiosk.service.directories.rules import KINDS, MAX_LENGTH, BadValue, Site, normalise, normalise_tame, tame

ATTRIBUTE = "attribute:"
STATUSES = ("active", "inactive")

PEOPLE = Layout(
    columns=frozenset({*KINDS, "status"}),
    needed=(frozenset({"upn"}),),
    prefix=ATTRIBUTE,
    synonyms=(("user_id", "upn"),),
)
"""`upn` (or `user_id`) is needed; the others and any `attribute:<name>` may be there."""

BADGES = Layout(
    columns=frozenset({"badge", "upn", "employee_id"}),
    needed=(frozenset({"badge"}), frozenset({"upn", "employee_id"})),
    synonyms=(("user_id", "upn"),),
)
"""`badge`, and who has it: by `upn` (or `user_id`) or by `employee_id`."""

_Seen = dict[tuple[str, str], int]
_Read = Callable[[str], tuple[str, str]]

_OWN = frozenset({"upn", "email", "phone", "employee_id", "badge"})
"""What hardly two people share."""
_LONGEST = {"email": 254, "employee_id": 64, "given_name": 128, "family_name": 128}
_SHARED, _MOST_COLUMNS = 2048, 64
"""How many values of a column are remembered, and how many columns."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One good row of people. `person` has no id yet; `values` are normalised, to search by; there is none
    for what is empty."""

    line: int
    person: Person
    status: str
    values: Mapping[str, str]
    badge: str


@dataclass(frozen=True, slots=True)
class BadgeRow:
    """One good row of badges: the badge belongs to whoever has the normalised `value` in `field`."""

    line: int
    badge: str
    field: str
    value: str


def people(
    file: BinaryIO, site: Site, attributes: Mapping[str, FieldKind], *, unique: bool = True
) -> Iterator[PersonRow | BadRow]:
    """The rows of a people file; `attributes` tells the kind of those that are no plain text.

    Raises BadFile. A UPN or badge that an earlier row has makes a row bad, if they shall be `unique`; that takes memory
    for each row.
    """
    seen: _Seen = {}
    reader = PeopleReader(site, attributes)
    for record in records(file, PEOPLE):
        row = record if isinstance(record, BadRow) else reader.read(record.line, record.cells)
        if unique and not isinstance(row, BadRow):
            row = _again(seen, row.line, {"upn": row.values["upn"], "badge": row.badge}) or row
        yield row


def badges(file: BinaryIO, site: Site) -> Iterator[BadgeRow | BadRow]:
    """The rows of a badge file. Raises BadFile. A badge that an earlier row has makes a row bad."""
    seen: _Seen = {}
    for record in records(file, BADGES):
        if isinstance(record, BadRow):
            yield record
            continue
        try:
            row = _badge(record, site)
        except _Wrong as wrong:
            yield BadRow(record.line, wrong.column, wrong.problem)
            continue
        yield _again(seen, row.line, {"badge": row.badge}) or row


class PeopleReader:
    """Reads people cell by cell; names and attributes that many share are worked on once."""

    def __init__(self, site: Site, attributes: Mapping[str, FieldKind]) -> None:
        self._site, self._attributes = site, attributes
        self._columns: dict[str, _Read] = {}

    def read(self, line: int, cells: Mapping[str, str]) -> PersonRow | BadRow:
        """The row, or the first thing that is wrong with it. `cells` has no other columns than `PEOPLE` knows."""
        try:
            return self._person(line, cells)
        except _Wrong as wrong:
            return BadRow(line, wrong.column, wrong.problem)

    def _person(self, line: int, cells: Mapping[str, str]) -> PersonRow:
        shown: dict[str, str] = {}
        values: dict[str, str] = {}
        for column, text in cells.items():
            if text and not text.isspace():
                read = self._columns.get(column) or self._column(column)
                shown[column], values[column] = read(text)
        if "upn" not in values:
            raise _Wrong("upn", "empty or too long")
        status, badge = values.pop("status", STATUSES[0]), values.pop("badge", "")
        told = shown.get
        person = Person(
            "",
            shown["upn"],
            told("given_name", ""),
            told("family_name", ""),
            told("email", ""),
            values.get("phone", ""),
            told("employee_id", ""),
            {name.removeprefix(ATTRIBUTE): text for name, text in shown.items() if name.startswith(ATTRIBUTE)},
        )
        return PersonRow(line, person, status, values, badge)

    def _column(self, column: str) -> _Read:
        """How a column is read."""
        if column == "status":
            read: _Read = _status
        else:
            kind = KINDS.get(column) or self._attributes.get(column.removeprefix(ATTRIBUTE), FieldKind.TEXT)
            read = partial(_cell, column, kind, self._site)
        if column not in _OWN:
            read = lru_cache(_SHARED)(read)
        if len(self._columns) < _MOST_COLUMNS:
            self._columns[column] = read
        return read


class _Wrong(Exception):
    """What is wrong with a row."""

    def __init__(self, column: str, problem: str) -> None:
        super().__init__(column, problem)
        self.column, self.problem = column, problem


def _cell(column: str, kind: FieldKind, site: Site, text: str) -> tuple[str, str]:
    """A cell as people write it, and as it is compared."""
    if len(text) > MAX_LENGTH:
        raise _Wrong(column, "too long")
    try:
        shown = tame(text)
        value = normalise_tame(kind, shown, site)
    except BadValue as error:
        raise _Wrong(column, str(error)) from None
    if len(shown) > _LONGEST.get(column, MAX_LENGTH):
        raise _Wrong(column, "too long")
    return shown, value


def _status(text: str) -> tuple[str, str]:
    try:
        status = tame(text).casefold() or STATUSES[0]
    except BadValue as error:
        raise _Wrong("status", str(error)) from None
    if status not in STATUSES:
        raise _Wrong("status", "is neither active nor inactive")
    return status, status


def _badge(record: Record, site: Site) -> BadgeRow:
    field = "employee_id" if record.cells.get("employee_id", "").strip() else "upn"
    values = {}
    for column in ("badge", field):
        asked = IdentifyField(column, KINDS[column], max_length=MAX_LENGTH)
        try:
            values[column] = normalise(asked, record.cells.get(column, ""), site)
        except BadValue as error:
            raise _Wrong(column, str(error)) from None
    return BadgeRow(record.line, values["badge"], field, values[field])


def _again(seen: _Seen, line: int, values: Mapping[str, str]) -> BadRow | None:
    """What is wrong with a row that has a value of an earlier one."""
    for column, value in values.items():
        first = seen.setdefault((column, value), line) if value else line
        if first != line:
            return BadRow(line, column, f"is on line {first} as well")
    return None
