"""Reads a user list, pure: First name, Last name, E-mail address, ID and perhaps Sync ID, in this order (RFC 4180)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from kiosk.service.directories.rules import BadValue, tame
from kiosk.service.projects.member_rules import Listed, ListError, ListRejected
from kiosk.service.store.host_list import FORMULA

LONGEST: Final = 32 * 1024 * 1024
"""Bytes of a list."""

_COLUMNS: Final = ("first_name", "last_name", "email", "id", "sync_id")
_NAMES: Final[tuple[frozenset[str], ...]] = (
    frozenset({"first name", "firstname", "first_name", "given name", "given_name"}),
    frozenset({"last name", "lastname", "last_name", "family name", "family_name"}),
    frozenset({"e-mail address", "email address", "e-mail", "email", "mail"}),
    frozenset({"id"}),
    frozenset({"sync id", "sync-id", "syncid", "sync_id"}),
)
_LONGEST_CELL: Final = {"first_name": 128, "last_name": 128, "email": 254, "sync_id": 128}
_MARK: Final = b"\xef\xbb\xbf"
_OTHER_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_FIELD_LIMIT: Final = 4096
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"]{1,253}")
_DIGITS = re.compile(r"[0-9]{1,16}", re.ASCII)

_Row = tuple[int, list[str]]


class _Wrong(Exception):
    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def read_list(content: bytes, first: int, last: int) -> tuple[Listed, ...]:
    """The people of a list for a project whose numbers go from `first` to `last`.

    A header is optional; cells are divided by commas or semicolons; the text is UTF-8. Raises ListRejected with all
    that is wrong.
    """
    errors: list[ListError] = []
    rows = list(_rows(_text(content), errors))
    width = len(rows[0][1]) if rows else len(_COLUMNS)
    if rows and _is_header(rows[0][1]):
        rows.pop(0)
    people = [each for row in rows if (each := _listed(row, width, errors)) is not None]
    errors += _out_of_range(people, first, last)
    errors += _twice(people, "sync_id" if width == len(_COLUMNS) else "email", lambda each: each.key)
    errors += _twice(people, "id", lambda each: each.number)
    if errors:
        raise ListRejected(sorted(errors, key=lambda each: each.line))
    return tuple(people)


def judge_cell(column: str, cell: str) -> str:
    """A cell as it is kept. Raises ListRejected with what is wrong in it, as line 0."""
    try:
        return _email(cell) if column == "email" else _cell(column, cell)
    except _Wrong as wrong:
        raise ListRejected([ListError(0, column, wrong.word)]) from None


def _text(content: bytes) -> str:
    if len(content) > LONGEST:
        raise ListRejected([ListError(1, "", "too_large")])
    if content.startswith(_OTHER_MARKS):
        raise ListRejected([ListError(1, "", "not_utf8")])
    try:
        return content.removeprefix(_MARK).decode()
    except UnicodeDecodeError as error:
        raise ListRejected([ListError(content.count(b"\n", 0, error.start) + 1, "", "not_utf8")]) from None


def _rows(text: str, errors: list[ListError]) -> Iterator[_Row]:
    """The rows that are not blank, each with the line that it begins on. Behind broken quotes nothing can be read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            errors.append(ListError(line, "", "quotes"))
            return
        if any(cell.strip() for cell in cells):
            yield line, cells


def _delimiter(text: str) -> str:
    """What divides the cells: of comma and semicolon the one that is more often outside of quotes in the first line
    with anything in it."""
    line = next((each for each in text[: 8 * _FIELD_LIMIT].splitlines() if each.strip(" ,;\t")), "")
    bare = re.sub(r'"(?:[^"]|"")*"?', "", line)
    return max(",;", key=bare.count)


def _is_header(cells: Sequence[str]) -> bool:
    named = [" ".join(cell.split()).casefold() for cell in cells]
    return len(named) in (4, 5) and all(name in known for name, known in zip(named, _NAMES, strict=False))


def _listed(row: _Row, width: int, errors: list[ListError]) -> Listed | None:
    line, cells = row
    if len(cells) not in (4, 5) or len(cells) != width:
        errors.append(ListError(line, "", "columns"))
        return None
    values: dict[str, str] = {}
    wrong: list[ListError] = []
    for column, cell in zip(_COLUMNS, cells, strict=False):
        try:
            values[column] = _READ[column](cell)
        except _Wrong as found:
            wrong.append(ListError(line, column, found.word))
    if not wrong and not values["first_name"] and not values["last_name"]:
        wrong.append(ListError(line, "last_name", "empty"))
    if not wrong and width == len(_COLUMNS) and not values["sync_id"]:
        wrong.append(ListError(line, "sync_id", "empty"))
    errors += wrong
    if wrong:
        return None
    number = int(values["id"]) if values["id"] else None
    names = values["first_name"], values["last_name"]
    return Listed(line, *names, values["email"], number, values.get("sync_id", ""))


def _cell(column: str, cell: str) -> str:
    """One line of text. What a spreadsheet would run is refused: lists go into spreadsheets and host systems."""
    if len(cell) > _FIELD_LIMIT:
        raise _Wrong("too_long")
    try:
        tamed = tame(cell)
    except BadValue:
        raise _Wrong("characters") from None
    if cell.startswith(FORMULA) or tamed.startswith(FORMULA):
        raise _Wrong("formula")
    if len(tamed) > _LONGEST_CELL[column]:
        raise _Wrong("too_long")
    return tamed


def _email(cell: str) -> str:
    tamed = _cell("email", cell)
    if not tamed:
        raise _Wrong("empty")
    if not _ADDRESS.fullmatch(tamed):
        raise _Wrong("not_an_address")
    return tamed


def _number(cell: str) -> str:
    text = cell.strip(" ")
    if text and not _DIGITS.fullmatch(text):
        raise _Wrong("not_a_number")
    return text


_READ: Final[dict[str, Callable[[str], str]]] = {
    "first_name": lambda cell: _cell("first_name", cell),
    "last_name": lambda cell: _cell("last_name", cell),
    "email": _email,
    "id": _number,
    "sync_id": lambda cell: _cell("sync_id", cell),
}


def _out_of_range(people: Iterable[Listed], first: int, last: int) -> list[ListError]:
    return [
        ListError(each.line, "id", "out_of_range")
        for each in people
        if each.number is not None and not first <= each.number <= last
    ]


def _twice(people: Iterable[Listed], column: str, value_of: Callable[[Listed], str | int | None]) -> list[ListError]:
    """Each line of those that have the same."""
    lines: dict[str | int, list[int]] = {}
    for each in people:
        value = value_of(each)
        if value is not None:
            lines.setdefault(value, []).append(each.line)
    return [ListError(line, column, "twice") for same in lines.values() if len(same) > 1 for line in same]
