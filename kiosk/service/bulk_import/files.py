"""Imports people and badges from CSV files: all of a file, or nothing, unless bad rows shall be left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from kiosk.contract.profile import FieldKind
from kiosk.service.bulk_import.engine import BLOCK, Engine
from kiosk.service.bulk_import.reading import Entry
from kiosk.service.bulk_import.rules import Outcome
from kiosk.service.directories import csv_people
from kiosk.service.directories.actions import site
from kiosk.service.directories.csv_file import BadRow
from kiosk.service.settings import ServiceSettings
from kiosk.service.sources import Clock, Random
from kiosk.service.store.bulk import Place
from kiosk.service.store.engine import ReadTx, Store, WriteTx
from kiosk.service.store.users import DEFAULT_TENANT, put_badges, user_ids

MOST_NAMED: Final = 100
"""How many bad rows a report names; it counts them all."""

Watch = Callable[[bool, int, int], None]
"""Told how it goes: whether people are written already (they are all checked first), bytes of the file, and rows."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. `bad` names the first bad rows, `skipped` counts them all."""

    imported: int
    skipped: int = 0
    bad: tuple[BadRow, ...] = ()


class ImportRefused(Exception):
    """The file has bad rows, and nothing of it was imported."""

    def __init__(self, report: ImportReport) -> None:
        super().__init__(str(report.bad[0]))
        self.report = report


@dataclass(frozen=True, slots=True)
class Importer:
    """What an import needs; the same for people and badges."""

    store: Store
    clock: Clock
    random: Random
    settings: ServiceSettings

    def people(
        self, path: Path, *, skip_bad: bool = False, watch: Watch = lambda _writes, _bytes, _rows: None
    ) -> ImportReport:
        """Add or replace the people of a file, by UPN. People who are not in it stay as they are.

        A file that is all right goes in by the block: cut off by a crash, the same import completes it.
        Raises BadFile, ImportRefused (bad rows without `skip_bad`: nothing was imported), OSError, StorageFull.
        """
        engine = Engine(Place(DEFAULT_TENANT), self.random)
        checked = _Tally()
        for block in self._blocks(path, _told(watch, writes=False)):
            with self.store.read() as tx:
                checked.add(len(block), engine.decide(tx, block, self.clock.now()).failed)
        report = checked.report(skip_bad=skip_bad)
        for block in self._blocks(path, _told(watch, writes=True)):
            self.store.write(lambda tx, block=block: engine.take_in(tx, block, self.clock.now()))  # type: ignore[misc]
        return report

    def badges(self, path: Path, *, skip_bad: bool = False) -> ImportReport:
        """Give the badges of a file to people who are there already. Raises as `people`."""
        checked = _Tally()
        with self.store.read() as tx:
            for row in self._badges(tx, path):
                checked.add(1, [row] if isinstance(row, BadRow) else [])
        report = checked.report(skip_bad=skip_bad)
        self.store.write(lambda tx: self._put_badges(tx, path))
        return report

    def _blocks(self, path: Path, told: Callable[[int, int], None]) -> Iterator[list[Entry]]:
        kinds: Mapping[str, FieldKind] = {name: each.kind for name, each in self.settings.identify.attributes.items()}
        with path.open("rb") as file:
            rows = csv_people.people(file, site(self.settings), kinds)
            yield from _in_blocks(file, rows, told)

    def _put_badges(self, tx: WriteTx, path: Path) -> None:
        put_badges(tx, (row for row in self._badges(tx, path) if not isinstance(row, BadRow)))

    def _badges(self, tx: ReadTx, path: Path) -> Iterator[tuple[str, str] | BadRow]:
        with path.open("rb") as file:
            for row in csv_people.badges(file, site(self.settings)):
                yield row if isinstance(row, BadRow) else _owned(tx, row)


def _told(watch: Watch, *, writes: bool) -> Callable[[int, int], None]:
    return lambda position, rows: watch(writes, position, rows)


def _in_blocks(file: BinaryIO, rows: Iterator[Outcome], told: Callable[[int, int], None]) -> Iterator[list[Entry]]:
    read = 0
    while block := [Entry(row, "") for row in islice(rows, BLOCK)]:
        yield block
        read += len(block)
        told(file.tell(), read)


def _owned(tx: ReadTx, row: csv_people.BadgeRow) -> tuple[str, str] | BadRow:
    holders = user_ids(tx, row.field, row.value)
    if len(holders) != 1:
        return BadRow(row.line, row.field, "names nobody" if not holders else "names more than one person")
    return row.badge, holders[0]


class _Tally:
    """Counts rows, and keeps the first bad ones."""

    def __init__(self) -> None:
        self._rows, self._wrong = 0, 0
        self._named: list[BadRow] = []

    def add(self, rows: int, bad: Iterable[BadRow]) -> None:
        """Some rows more, with the bad ones of them."""
        wrong = list(bad)
        self._rows += rows
        self._wrong += len(wrong)
        self._named += wrong[: MOST_NAMED - len(self._named)]

    def report(self, *, skip_bad: bool) -> ImportReport:
        """What is to be told. Raises ImportRefused."""
        report = ImportReport(self._rows - self._wrong, self._wrong, tuple(self._named))
        if self._wrong and not skip_bad:
            raise ImportRefused(replace(report, imported=0))
        return report
