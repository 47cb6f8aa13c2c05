"""Reads a CSV file strictly and a row at a time: what is wrong is named by line and column."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

LONGEST_LINE = 1 << 16
"""Bytes."""

UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class BadRow:
    """What is wrong in a file. `line` counts from 1, the header included; `column` is its name, or empty."""

    line: int
    column: str
    problem: str

    def __str__(self) -> str:
        column = f", column {self.column!r}" if self.column else ""
        return f"line {self.line}{column}: {self.problem}"


class BadFile(Exception):
    """The file cannot be read any further: an unknown or missing column, not UTF-8, broken quotes."""

    def __init__(self, where: BadRow) -> None:
        super().__init__(str(where))
        self.where = where


@dataclass(frozen=True, slots=True)
class Layout:
    """What the header may and must name. `prefix` begins columns of any name; `synonyms` maps to the name we use."""

    columns: frozenset[str]
    needed: tuple[frozenset[str], ...]
    prefix: str = "\0"
    synonyms: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one row by column, as they stand in the file."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a file, by the names that we use, and what is between its cells."""

    columns: tuple[str, ...]
    delimiter: str

    def record(self, line: int, cells: list[str]) -> Record | BadRow | None:
        """The cells by column; None for a blank row."""
        if not any(cell.strip() for cell in cells):
            return None
        if len(cells) != len(self.columns):
            return BadRow(line, "", f"has {len(cells)} cells, the header {len(self.columns)}")
        return Record(line, dict(zip(self.columns, cells, strict=True)))


def header(line: str, layout: Layout) -> Header:
    """What the first line says: comma, semicolon or tab, whichever it has. Raises BadFile."""
    delimiter = max(",;\t", key=line.count)
    try:
        names = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error as error:
        raise BadFile(BadRow(1, "", f"is not CSV: {error}")) from error
    return Header(tuple(_columns(names, layout)), delimiter)


def records(file: BinaryIO, layout: Layout) -> Iterator[Record | BadRow]:
    """The rows that are not blank. Raises BadFile."""
    lines = _lines(file)
    first = header(next(lines, ""), layout)
    for line, cells in _rows(lines, first.delimiter):
        record = first.record(line, cells)
        if record is not None:
            yield record


def _rows(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 2  # counted from 1, and the header is not the reader's
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadFile(BadRow(line, "", f"is not CSV: {error}")) from error


def _columns(header: list[str], layout: Layout) -> list[str]:
    synonyms = dict(layout.synonyms)
    names = [name.strip().casefold() for name in header]
    columns = [synonyms.get(name, name) for name in names]
    for name, column in zip(names, columns, strict=True):
        if column not in layout.columns and not (name.startswith(layout.prefix) and name != layout.prefix):
            raise BadFile(BadRow(1, name[:64], "is no column that is known"))
        if columns.count(column) > 1:
            raise BadFile(BadRow(1, name[:64], "is there twice"))
    for one_of in layout.needed:
        if not one_of.intersection(columns):
            raise BadFile(BadRow(1, " or ".join(sorted(one_of)), "is missing"))
    return columns


def _lines(file: BinaryIO) -> Iterator[str]:
    """The lines as text, decoded one by one so that a wrong byte has a line number. Raises BadFile."""
    number = 0
    while raw := file.readline(LONGEST_LINE):
        number += 1
        if number == 1 and raw.startswith(_UTF16_MARKS):
            raise BadFile(BadRow(1, "", "is UTF-16: save the file as UTF-8"))
        if len(raw) == LONGEST_LINE:
            raise BadFile(BadRow(number, "", "is too long"))
        try:
            yield raw.removeprefix(UTF8_MARK if number == 1 else b"").decode()
        except UnicodeDecodeError as error:
            raise BadFile(BadRow(number, "", "is not UTF-8")) from error
