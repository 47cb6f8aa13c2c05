"""Imports people and badges from CSV: all of a file, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kiosk.contract.profile import FieldKind
from kiosk.service.directories import csv_people
from kiosk.service.directories.csv_file import BadRow
from kiosk.service.directories.rules import Site
from kiosk.service.settings import ServiceSettings
from kiosk.service.sources import Clock, Random, new_id
from kiosk.service.store.engine import ReadTx, Store, WriteTx
from kiosk.service.store.users import UserRow, put_badges, put_user, user_id_of_upn, user_ids

MOST_NAMED = 100
"""How many bad rows a report names; it counts them all."""


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

    def people(self, path: Path, *, skip_bad: bool = False) -> ImportReport:
        """Add or replace the people of a file, by UPN. People who are not in it stay as they are.

        Raises BadFile, ImportRefused (bad rows without `skip_bad`: nothing was imported), OSError, StorageFull.
        """
        report = _checked(self._people(path), skip_bad=skip_bad)
        self.store.write(lambda tx: self._put_people(tx, path))
        return report

    def badges(self, path: Path, *, skip_bad: bool = False) -> ImportReport:
        """Give the badges of a file to people who are there already. Raises as `people`."""
        with self.store.read() as tx:
            report = _checked(self._badges(tx, path), skip_bad=skip_bad)
        self.store.write(lambda tx: self._put_badges(tx, path))
        return report

    def _people(self, path: Path) -> Iterator[csv_people.PersonRow | BadRow]:
        kinds: Mapping[str, FieldKind] = {name: each.kind for name, each in self.settings.identify.attributes.items()}
        with path.open("rb") as file:
            yield from csv_people.people(file, site(self.settings), kinds)

    def _put_people(self, tx: WriteTx, path: Path) -> None:
        now = self.clock.now()
        for row in self._people(path):
            if isinstance(row, BadRow):
                continue
            user_id = user_id_of_upn(tx, row.values["upn"]) or new_id(self.random)
            put_user(tx, UserRow(replace(row.person, user_id=user_id), row.status, row.values), now)
            if row.badge:
                put_badges(tx, [(row.badge, user_id)])

    def _put_badges(self, tx: WriteTx, path: Path) -> None:
        put_badges(tx, (row for row in self._badges(tx, path) if not isinstance(row, BadRow)))

    def _badges(self, tx: ReadTx, path: Path) -> Iterator[tuple[str, str] | BadRow]:
        with path.open("rb") as file:
            for row in csv_people.badges(file, site(self.settings)):
                yield row if isinstance(row, BadRow) else _owned(tx, row)


def site(settings: ServiceSettings) -> Site:
    """What normalisation needs to know of the place."""
    identify = settings.identify
    return Site(identify.region, identify.email_domain, settings.verification.badge.candidates)


def _owned(tx: ReadTx, row: csv_people.BadgeRow) -> tuple[str, str] | BadRow:
    holders = user_ids(tx, row.field, row.value)
    if len(holders) != 1:
        return BadRow(row.line, row.field, "names nobody" if not holders else "names more than one person")
    return row.badge, holders[0]


def _checked(rows: Iterator[object], *, skip_bad: bool) -> ImportReport:
    good, wrong = 0, 0
    named: list[BadRow] = []
    for row in rows:
        if not isinstance(row, BadRow):
            good += 1
            continue
        wrong += 1
        if len(named) < MOST_NAMED:
            named.append(row)
    report = ImportReport(good, wrong, tuple(named))
    if wrong and not skip_bad:
        raise ImportRefused(replace(report, imported=0))
    return report
