"""A queue of people to enroll: read from CSV, worked on one by one, resumed where it stopped, reported at the end."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

USER, NAME = "user", "name"
"""The columns: what the first question is answered with, and what staff see (may be missing)."""
_MOST: Final = 10_000
_LARGEST: Final = 4_000_000  # bytes
_LONGEST: Final = 256


class QueueRefused(Exception):
    """A file that is no queue: `line` (from 1; 0 for the whole file) and `why`, a sentence's end."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(line, why)
        self.line, self.why = line, why


class Outcome(StrEnum):
    """How it went with one of them. `done` and `partly` are not asked for again; `absent` and `failed` are."""

    DONE = "done"
    PARTLY = "partly"
    ABSENT = "absent"
    FAILED = "failed"
    LEFT_ON_KEY = "left_on_key"


_OVER: Final = frozenset({Outcome.DONE, Outcome.PARTLY})


@dataclass(frozen=True, slots=True)
class Queued:
    """One of them; `line` is that of the file."""

    line: int
    user: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What came of one of them. `at` is ISO 8601; `receipt` what people quote at the desk."""

    person: str
    outcome: Outcome
    at: str
    receipt: str = ""


def read_queue(data: bytes) -> tuple[Queued, ...]:
    """The people of a CSV file (UTF-8, a header line, columns separated by comma or semicolon). Raises QueueRefused."""
    if len(data) > _LARGEST:
        raise QueueRefused(0, "is larger than four megabytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise QueueRefused(data[: error.start].count(b"\n") + 1, "is not UTF-8") from error
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",", strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise QueueRefused(reader.line_num, f"cannot be read: {error}") from error
    if not rows:
        raise QueueRefused(0, "is empty")
    header = [name.strip().casefold() for name in rows[0][1]]
    if header.count(USER) != 1:
        raise QueueRefused(1, f"names no column, or several, {USER!r}")
    return _people(header, [(line, row) for line, row in rows[1:] if any(cell.strip() for cell in row)])


def _people(header: list[str], rows: list[tuple[int, list[str]]]) -> tuple[Queued, ...]:
    if len(rows) > _MOST:
        raise QueueRefused(0, f"has more than {_MOST} people")
    found: dict[str, Queued] = {}
    for line, row in rows:
        if len(row) != len(header):
            raise QueueRefused(line, f"has {len(row)} columns, and the header {len(header)}")
        cells = dict(zip(header, (" ".join(cell.split()) for cell in row), strict=True))
        user, name = cells[USER], cells.get(NAME, "")
        if not user or len(user) > _LONGEST or len(name) > _LONGEST or not (user + name).isprintable():
            raise QueueRefused(line, "has nobody, or a name that is none")
        if user.casefold() in found:
            raise QueueRefused(line, f"has somebody who is on line {found[user.casefold()].line} already")
        found[user.casefold()] = Queued(line, user, name)
    return tuple(found.values())


def person_key(user: str) -> str:
    """How the progress knows somebody, whatever line they are on: no name is in it."""
    return hashlib.sha256(user.casefold().encode()).hexdigest()


@dataclass
class Progress:
    """What came of whom so far, kept in a file beside the queue; each entry is on the disk before the next begins."""

    path: Path
    entries: dict[str, Entry] = field(default_factory=dict)

    @classmethod
    def beside(cls, queue: Path) -> Progress:
        """That of a queue, as far as it came. A last line that a power cut left half written is left out.

        Raises QueueRefused where the file is something else.
        """
        progress = cls(queue.with_name(queue.name + ".progress"))
        if not progress.path.exists():
            return progress
        *lines, last = progress.path.read_bytes().split(b"\n")
        for number, line in enumerate(lines, 1):
            try:
                told = json.loads(line)
                entry = Entry(told["person"], Outcome(told["outcome"]), told["at"], told["receipt"])
            except (ValueError, KeyError, TypeError) as error:
                raise QueueRefused(number, f"of {progress.path.name} is not ours") from error
            progress.entries[entry.person] = entry
        if last:  # the rest of it was never written
            progress.path.write_bytes(b"".join(line + b"\n" for line in lines))
        return progress

    def note(self, entry: Entry) -> None:
        """Write down what came of somebody. Raises OSError."""
        line = json.dumps(asdict(entry), ensure_ascii=False) + "\n"
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        self.entries[entry.person] = entry

    def left(self, people: tuple[Queued, ...]) -> tuple[Queued, ...]:
        """Who has still to come: nobody whose key works."""
        return tuple(each for each in people if self._outcome(each) not in _OVER)

    def counts(self, people: tuple[Queued, ...]) -> Mapping[Outcome | None, int]:
        """How many of them ended how; None for those who were not asked for yet."""
        return Counter(self._outcome(each) for each in people)

    def report(self, people: tuple[Queued, ...]) -> str:
        """What came of everybody, as CSV in the order of the queue: no cell is read as a formula."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow((USER, NAME, "outcome", "receipt", "at"))
        for each in people:
            entry = self.entries.get(person_key(each.user))
            told = ("", "", "") if entry is None else (entry.outcome.value, entry.receipt, entry.at)
            writer.writerow([_plain(cell) for cell in (each.user, each.name, *told)])
        return out.getvalue()

    def _outcome(self, who: Queued) -> Outcome | None:
        entry = self.entries.get(person_key(who.user))
        return None if entry is None else entry.outcome


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
