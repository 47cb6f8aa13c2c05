"""`keywright service`: the service that kiosks talk to."""

from __future__ import annotations

import signal
import socket
import sys
from pathlib import Path
from typing import Final

import click

from kiosk import logs
from kiosk.commands.served import (
    config_option,
    credential_store,
    credentials_option,
    identity,
    surroundings,
    told_plainly,
)
from kiosk.service.assembly import assemble
from kiosk.service.server import leave_alone_what_is_there
from kiosk.service.settings import ServiceSettings, load

_ENDING: Final = (signal.SIGTERM, signal.SIGINT)


@click.command()
@config_option
@credentials_option
@click.option("--log", type=click.Path(dir_okay=False, path_type=Path), help="Log to this file, not to stderr.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Listen on this TCP port, not on that of the settings: for several replicas with one file.",
)
def command(config: Path, folder: Path | None, log: Path | None, port: int | None) -> None:
    """Serve until SIGTERM or Ctrl+C; a second one ends it at once. The database is upgraded at the start.

    \b
    Exit codes: 0 ended   2 a wrong option   3 cannot start (the reason is printed)
    """
    with told_plainly():
        settings = _at(port, load(config))
        logs.install(logs.LogSettings(file=log, replica=settings.server.replica))
        service = assemble(settings, surroundings(credential_store(folder)))
        _end_in_good_order()
        try:
            server = service.serve(identity(settings), settings.server.host, settings.server.port)
            service.worker.start()
            leave_alone_what_is_there()
            click.echo(f"Serving {settings.organization} at {server.url}", err=True)
            server.run()
        finally:
            service.close()


def _at(port: int | None, settings: ServiceSettings) -> ServiceSettings:
    """The settings of the replica at this port, which its name tells from the others."""
    if port is None:
        return settings
    name = settings.server.replica or socket.gethostname()
    server = settings.server.model_copy(update={"port": port, "replica": f"{name}:{port}"})
    return settings.model_copy(update={"server": server})


def _end_in_good_order() -> None:
    """Let SIGTERM and Ctrl+C unwind the program: the server raises them once more when it has stopped. A second one
    ends it at once."""

    def end(*_: object) -> None:
        for number in _ENDING:
            signal.signal(number, signal.SIG_DFL)
        sys.exit(0)

    for number in _ENDING:
        signal.signal(number, end)
