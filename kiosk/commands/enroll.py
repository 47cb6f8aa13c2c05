"""`keywright enroll`: the same enrollment in a terminal, with the same core, for staff."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TypedDict, Unpack

import click

from hardware.authenticator import KeySource
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from kiosk import logs
from kiosk.commands.composition import Hooks, known_of, open_journal, open_session, reference, stored_secret
from kiosk.commands.embedded import embedded_service
from kiosk.commands.enroll_queue import Desk, work_through
from kiosk.commands.key_choice import KeyChoice, key_option
from kiosk.commands.people_queue import Queued, QueueRefused
from kiosk.commands.port import watch_port
from kiosk.commands.sources import key_source
from kiosk.commands.terminal import GIVEN_UP, NOT_PROVED, TerminalPerson
from kiosk.commands.words import sentence, tame
from kiosk.config import StationSettings, load_station_settings
from kiosk.contract.profile import FormKind
from kiosk.errors import KioskError
from kiosk.station.headless import Host
from kiosk.station.own_key import Credential

BAD_QUEUE, CANNOT_START = 2, 3


class Asked(TypedDict):
    """The options."""

    user: str
    alternative: str
    register: str | None
    config: Path | None
    queue: Path | None
    locale: str
    key: KeyChoice | None
    embedded: bool


@click.command()
@click.option("--user", default="", help="Who it is, for the first question; asked for when left out.")
@click.option("--by", "alternative", default="", help="Which way to say who it is (upn, employee_id, badge …).")
@click.option(
    "--register",
    type=click.Choice([kind.value for kind in FormKind]),
    help="Somebody who is not known here: fill in the form of this kind first.",
)
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The settings of this station (TOML).",
)
@click.option(
    "--csv",
    "queue",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A queue of people: CSV with a column user, and perhaps name. It goes on where it stopped.",
)
@click.option("--embedded", is_flag=True, help="Try it: a service of its own, sample people, mail shown here.")
@click.option("--lang", "locale", default="en", show_default=True, help="Language of the mails (BCP 47).")
@key_option
def command(**asked: Unpack[Asked]) -> None:
    """Enroll somebody's security key, here in the terminal: with --config, or with --embedded to try it.

    \b
    Exit codes: 0 the key was proved to work   1 it ended otherwise   2 a wrong option
                3 the station cannot start     4 a credential is left on the key   5 it works at some
                130 given up
    With --csv: 0 everybody in the queue has a key that works   1 somebody has not yet   2 the file is no queue
    """
    config, queue = asked["config"], asked["queue"]
    if asked["embedded"] == (config is not None):
        raise click.UsageError("Give either --config or --embedded.")
    if queue is not None and (asked["user"] or asked["register"]):
        raise click.UsageError("--csv names the people: leave out --user and --register.")
    kind = FormKind(asked["register"]) if asked["register"] else None

    def work(enroll_one: Callable[[TerminalPerson], int]) -> int:
        if queue is None:
            return enroll_one(TerminalPerson(asked["user"], asked["alternative"], kind))
        return _queue(queue, asked["alternative"], enroll_one)

    locale, key = asked["locale"], asked["key"]
    sys.exit(_try_out(work, locale, key) if config is None else _production(config, work, locale, key))


Work = Callable[[Callable[[TerminalPerson], int]], int]
"""What is done at the terminal, with what enrolls one person there; the exit code."""


def _queue(path: Path, alternative: str, enroll_one: Callable[[TerminalPerson], int]) -> int:
    def walk(who: Queued) -> tuple[int, str]:
        person = TerminalPerson(who.user, alternative)
        return enroll_one(person), person.receipt

    try:
        return 0 if work_through(path, Desk(walk, lambda: datetime.now(UTC))) else NOT_PROVED
    except QueueRefused as error:
        place = f"{path.name}, line {error.line}" if error.line else path.name
        click.echo(f"{tame(place)} {tame(error.why)}.", err=True)
        return BAD_QUEUE


def _production(config: Path, work: Work, locale: str, key: KeyChoice | None) -> int:
    try:
        settings = load_station_settings(config, os.environ)
    except KioskError as error:
        click.echo(sentence(error), err=True)
        return CANNOT_START
    settings.state_folder.mkdir(parents=True, exist_ok=True)
    logs.install(logs.LogSettings(file=settings.state_folder / "enroll.log"))
    known = known_of(settings).notes
    if known.name:
        place = f" at {tame(known.site)}" if known.site else ""
        click.echo(f"This station is {tame(known.name)}{place}; configuration {known.configuration}.", err=True)
    secret, source = stored_secret(settings), key_source(key, settings.agent_socket)
    return work(lambda person: enroll(settings, secret, source, person, locale))


def _try_out(work: Work, locale: str, choice: KeyChoice | None) -> int:
    """Against a service in this process, with a simulated key that touches itself, or the keys of `choice`."""
    logs.install(logs.LogSettings(level=logging.ERROR))
    with TemporaryDirectory(prefix="keywright-") as name, embedded_service(Path(name)) as embedded:
        mailbox = embedded.mailbox

        def on_mail() -> None:
            mail = mailbox.messages()[-1]
            click.echo(f"\n[mail to {tame(mail.to)}: {tame(mail.subject)} {mail.code}]", err=True)

        mailbox.observe(on_mail)
        source = key_source(choice) if choice else SimulatedSource([_simulated_key()])
        return work(lambda person: enroll(embedded.station, embedded.secret, source, person, locale))


def _simulated_key() -> SimulatedKey:
    key = SimulatedKey()
    key.touch_automatically = True
    key.plug()
    return key


def enroll(
    settings: StationSettings, secret: Callable[[], Credential], source: KeySource, person: TerminalPerson, locale: str
) -> int:
    """One enrollment at this terminal; its exit code. Ctrl-C takes back whatever was begun."""
    with closing(open_journal(settings)) as journal:
        host = Host(
            lambda post: open_session(
                settings,
                secret=secret,
                source=lambda: source,
                journal=journal,
                post=post,
                locale=locale,
                hooks=Hooks(approve=person.approve),
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
