"""`keywright enroll`: the same enrollment in a terminal, with the same core, for staff."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import monotonic

import click

from hardware.authenticator import KeySource
from kiosk import logs
from kiosk.commands.composition import open_journal, open_session, reference, stored_secret
from kiosk.commands.key_option import key_option, key_source
from kiosk.commands.port import watch_port
from kiosk.commands.terminal import GIVEN_UP, TerminalPerson
from kiosk.commands.words import sentence
from kiosk.config import StationSettings, load_station_settings
from kiosk.errors import KioskError
from kiosk.station.headless import Host

CANNOT_START = 3


@click.command()
@click.option("--user", default="", help="Who it is, for the first question; asked for when left out.")
@click.option("--by", "alternative", default="", help="Which way to say who it is (upn, employee_id, badge …).")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="The settings of this station (TOML).",
)
@click.option("--lang", "locale", default="en", show_default=True, help="Language of the mails (BCP 47).")
@key_option
def command(user: str, alternative: str, config: Path, locale: str, key: tuple[int, int] | None) -> None:
    """Enroll somebody's security key, here in the terminal.

    \b
    Exit codes: 0 the key was proved to work   1 it ended otherwise   2 a wrong option
                3 the station cannot start     4 a credential is left on the key   130 given up
    """
    try:
        settings = load_station_settings(config, os.environ)
    except KioskError as error:
        click.echo(sentence(error), err=True)
        sys.exit(CANNOT_START)
    settings.state_folder.mkdir(parents=True, exist_ok=True)
    logs.install(logs.LogSettings(file=settings.state_folder / "enroll.log"))
    person = TerminalPerson(user, alternative)
    sys.exit(enroll(settings, stored_secret(settings), key_source(key), person, locale))


def enroll(
    settings: StationSettings, secret: Callable[[], str], source: KeySource, person: TerminalPerson, locale: str
) -> int:
    """One enrollment at this terminal; its exit code. Ctrl-C takes back whatever was begun."""
    with closing(open_journal(settings)) as journal:
        host = Host(
            lambda post: open_session(
                settings, secret=secret, source=lambda: source, journal=journal, post=post, locale=locale
            ),
            monotonic,
        )
        port = watch_port(source, host.post, reference)
        host.session.start()
        port.start()
        try:
            host.run(person, person.finished)
        except (click.Abort, KeyboardInterrupt):
            click.echo("\nGiving up; whatever was begun is taken back.")
            return GIVEN_UP
        finally:
            port.stop()
            host.session.stop()
        return person.exit_code
