"""`keywright kiosk`: the kiosk itself, full screen."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING

import click
from PySide6.QtCore import QCoreApplication

from hardware.agent.notify import ALIVE, READY, Systemd
from kiosk.commands.eye import open_eye
from kiosk.commands.key_choice import KeyChoice, key_option
from kiosk.config import Place, StationSettings, load_station_settings
from kiosk.errors import KioskError
from ui.application import Appearance, run
from ui.station import Station
from ui.surroundings import Surroundings

if TYPE_CHECKING:  # a type only: the module behind it is loaded after the first paint
    from kiosk.enrollment.events import Event

CANNOT_START = 3
RESTART = 75
"""EX_TEMPFAIL: whoever supervises the kiosk starts it again."""


class _Group(click.Group):
    """Runs the kiosk; what else can be done with one is imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """What there is."""
        del ctx
        return ["activate"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, or None."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command = importlib.import_module(f"kiosk.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_Group, invoke_without_command=True)
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The settings of this station (TOML).",
)
@click.option("--window", is_flag=True, help="In a window, not full screen.")
@key_option
@click.pass_context
def command(ctx: click.Context, config: Path | None, key: KeyChoice | None, *, window: bool) -> None:
    """Run the kiosk until it is told to end (SIGTERM).

    \b
    Exit codes: 0 ended   1 a lane had to be left behind   2 a wrong option   3 cannot start
                75 the service wants it started again
    """
    if ctx.invoked_subcommand is not None:
        return
    if config is None:
        raise click.UsageError("Missing option '--config'.")
    try:
        settings = load_station_settings(config, os.environ)
        appearance = Appearance(
            place=_surroundings(settings, key),
            full_screen=not window,
            locale=settings.languages[0] if settings.languages else "en",
            alive=_pulse(Systemd(os.environ)),
        )
        sys.exit(run(partial(_station, settings, key), appearance))
    except KioskError as error:
        words = importlib.import_module("kiosk.commands.words")
        click.echo(words.sentence(error), err=True)
        sys.exit(CANNOT_START)


def _pulse(systemd: Systemd) -> Callable[[], None]:
    """Ready once, alive each time after."""
    words = chain((READY,), repeat(ALIVE))
    return lambda: systemd.tell(next(words))


def _surroundings(settings: StationSettings, key: KeyChoice | None) -> Surroundings:
    simulated = key is not None and key.simulated
    place = Surroundings(slot=Place(settings.slot), reader=Place(settings.reader), simulated=simulated)
    if settings.camera is False:
        return place
    return replace(place, camera=partial(open_eye, settings.camera), badges_seen=settings.camera_badges)


def _station(settings: StationSettings, key: KeyChoice | None, post: Callable[[Event], None]) -> Station:
    """Everything behind the window. Called after the first paint: what is imported here, nobody waits for."""
    behind = importlib.import_module("kiosk.commands.behind")
    start = behind.Start(key, lambda: QCoreApplication.exit(RESTART))
    station: Station = behind.open_station(settings, start, post)
    return station
