"""`keywright users`: import people and badges from CSV, and unlock people."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Self

import click

from kiosk.commands.served import (
    at_terminal,
    config_option,
    credentials_option,
    open_parts,
    open_store,
    told_plainly,
)
from kiosk.commands.words import tame
from kiosk.contract.profile import FieldKind, IdentifyField
from kiosk.service.bulk_import.files import Importer, ImportRefused, ImportReport
from kiosk.service.concierge.locks import unlock_named
from kiosk.service.directories.actions import site
from kiosk.service.directories.csv_file import BadFile
from kiosk.service.directories.rules import BadValue, normalise
from kiosk.service.settings import load
from kiosk.service.sources import SystemClock, SystemRandom

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

NOT_IMPORTED = 1
NOBODY = 1

_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_skip_bad = click.option("--skip-bad", is_flag=True, help="Import the good rows and name the bad ones.")


@click.group()
def command() -> None:
    """Import people and badges into the service's own directory, and unlock people."""


@command.command("import")
@_file
@config_option
@credentials_option
@_skip_bad
def import_people(file: Path, config: Path, folder: Path | None, *, skip_bad: bool) -> None:
    """Add or replace the people in FILE, by user name; people who are not in it stay.

    Columns: upn (or user_id), employee_id, given_name, family_name, email, phone, badge, status, attribute:NAME.
    A bad row is named by line and column, and then nothing is imported, unless --skip-bad.
    """

    def work(importer: Importer) -> ImportReport:
        with _Progress(file.stat().st_size) as progress:
            return importer.people(file, skip_bad=skip_bad, watch=progress.tell)

    _import(config, folder, work)


@command.command("badges")
@_file
@config_option
@credentials_option
@_skip_bad
def import_badges(file: Path, config: Path, folder: Path | None, *, skip_bad: bool) -> None:
    """Give the badges in FILE (columns: badge, and employee_id or upn) to people who are there already."""
    _import(config, folder, lambda importer: importer.badges(file, skip_bad=skip_bad))


@command.command()
@click.argument("user")
@config_option
@credentials_option
@click.option("--reason", default="", help="Why, for the trail: a ticket.")
def unlock(user: str, config: Path, folder: Path | None, reason: str) -> None:
    """Forgive USER (a user name) the failures that locked them out. Find out first who typed them."""
    with told_plainly(), open_parts(config, folder) as parts:
        try:
            key = normalise(IdentifyField("upn", FieldKind.UPN), user, site(parts.settings))
        except BadValue:
            _nobody()
        if not unlock_named(parts, at_terminal(), key, tame(reason)):
            _nobody()
    click.echo("Unlocked.")


def _nobody() -> NoReturn:
    click.echo("Nobody has this user name.", err=True)
    sys.exit(NOBODY)


def _import(config: Path, folder: Path | None, work: Callable[[Importer], ImportReport]) -> None:
    with told_plainly():
        settings = load(config)
        try:
            with open_store(settings, folder) as store:
                report = work(Importer(store, SystemClock(), SystemRandom(), settings))
        except BadFile as error:
            click.echo(f"Nothing was imported. {error}", err=True)
            sys.exit(NOT_IMPORTED)
        except ImportRefused as error:
            _tell_bad(error.report)
            click.echo(f"Nothing was imported: {error.report.skipped} rows are wrong.", err=True)
            sys.exit(NOT_IMPORTED)
        _tell_bad(report)
        click.echo(f"Imported {report.imported}" + (f", left out {report.skipped}." if report.skipped else "."))


class _Progress:
    """A bar for each of both passes on the standard error stream, if that is a terminal."""

    def __init__(self, size: int) -> None:
        self._size, self._rows, self._since = size, 0, 0.0
        self._bars = {False: self._bar("Checking "), True: self._bar("Importing")}
        self._shown: ProgressBar[int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def tell(self, writes: bool, position: int, rows: int) -> None:
        """So many bytes are read."""
        bar = self._bars[writes]
        if bar is not self._shown:
            self._end()
            self._shown, self._since = bar.__enter__(), time.monotonic()
        self._rows = rows
        bar.update(position - bar.pos)

    def _end(self) -> None:
        if self._shown is not None:
            self._shown.__exit__(None, None, None)

    def _bar(self, label: str) -> ProgressBar[int]:
        hidden = not sys.stderr.isatty()
        return click.progressbar(
            length=self._size, label=label, file=sys.stderr, hidden=hidden, item_show_func=self._rate
        )

    def _rate(self, _item: int | None) -> str:
        seconds = max(time.monotonic() - self._since, 0.001)
        return f"{self._rows:,} rows, {self._rows / seconds:,.0f}/s"


def _tell_bad(report: ImportReport) -> None:
    for row in report.bad:
        click.echo(str(row), err=True)
    if report.skipped > len(report.bad):
        click.echo(f"… and {report.skipped - len(report.bad)} more", err=True)
