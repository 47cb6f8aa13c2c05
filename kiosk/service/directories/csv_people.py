"""The two files that administrators import: people, and the association table of badges."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from kiosk.contract.profile import FieldKind, IdentifyField
from kiosk.service.directories.connector import Person
from kiosk.service.directories.csv_file import BadRow, Layout, Record, records
from kiosk.service.directories.rules import KINDS, MAX_LENGTH, BadValue, Site, normalise, tame

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


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One good row of people. `person` has no id yet; `values` are normalised, to search by."""

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
    for record in records(file, PEOPLE):
        if isinstance(record, BadRow):
            yield record
            continue
        reading = _Reading(record, site)
        row = _person(reading, attributes)
        if unique:
            reading.once(seen, "upn", row.values["upn"])
            reading.once(seen, "badge", row.badge)
        yield reading.wrong or row


def badges(file: BinaryIO, site: Site) -> Iterator[BadgeRow | BadRow]:
    """The rows of a badge file. Raises BadFile. A badge that an earlier row has makes a row bad."""
    seen: _Seen = {}
    for record in records(file, BADGES):
        if isinstance(record, BadRow):
            yield record
            continue
        reading = _Reading(record, site)
        badge = reading.key("badge", needed=True)
        field = "employee_id" if record.cells.get("employee_id", "").strip() else "upn"
        row = BadgeRow(record.line, badge, field, reading.key(field, needed=True))
        reading.once(seen, "badge", badge)
        yield reading.wrong or row


class _Reading:
    """Reads the cells of one row and keeps the first thing that is wrong with them."""

    def __init__(self, record: Record, site: Site) -> None:
        self.line, self.cells, self._site = record.line, record.cells, site
        self.wrong: BadRow | None = None

    def shown(self, column: str, longest: int = 128) -> str:
        """The text as people write it."""
        text = self._tried(column, lambda: tame(self.cells.get(column, "")))
        if len(text) > longest:
            self.blame(column, "too long")
        return text

    def key(self, column: str, kind: FieldKind | None = None, *, needed: bool = False) -> str:
        """The normalised value; empty where the cell is, unless it is needed."""
        field = IdentifyField(column, kind or KINDS[column], max_length=MAX_LENGTH)
        text = self.cells.get(column, "")
        if not text.strip() and not needed:
            return ""
        return self._tried(column, lambda: normalise(field, text, self._site))

    def once(self, seen: _Seen, column: str, value: str) -> None:
        """Blame the row for a value that an earlier one has."""
        first = seen.setdefault((column, value), self.line) if value else self.line
        if first != self.line:
            self.blame(column, f"is on line {first} as well")

    def blame(self, column: str, problem: str) -> None:
        """Note what is wrong, unless something is already."""
        self.wrong = self.wrong or BadRow(self.line, column, problem)

    def _tried(self, column: str, read: Callable[[], str]) -> str:
        try:
            return read()
        except BadValue as error:
            self.blame(column, str(error))
            return ""


def _person(reading: _Reading, attributes: Mapping[str, FieldKind]) -> PersonRow:
    values = {name: reading.key(name, needed=name == "upn") for name in KINDS if name != "badge"}
    extra: dict[str, str] = {}
    for column in filter(lambda name: name.startswith(ATTRIBUTE), reading.cells):
        name = column.removeprefix(ATTRIBUTE)
        extra[name] = reading.shown(column, MAX_LENGTH)
        values[column] = reading.key(column, attributes.get(name, FieldKind.TEXT))
    status = reading.shown("status").casefold() or STATUSES[0]
    if status not in STATUSES:
        reading.blame("status", "is neither active nor inactive")
    person = Person(
        user_id="",
        upn=reading.shown("upn", MAX_LENGTH),
        given_name=reading.shown("given_name"),
        family_name=reading.shown("family_name"),
        email=reading.shown("email", 254),
        phone=values["phone"],
        employee_id=reading.shown("employee_id", 64),
        attributes=extra,
    )
    return PersonRow(reading.line, person, status, values, reading.key("badge"))
