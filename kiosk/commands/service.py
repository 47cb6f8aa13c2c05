"""`keywright service`: the service that kiosks talk to."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

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
from kiosk.service.settings import load


@click.command()
@config_option
@credentials_option
@click.option("--log", type=click.Path(dir_okay=False, path_type=Path), help="Log to this file, not to stderr.")
def command(config: Path, folder: Path | None, log: Path | None) -> None:
    """Serve until SIGTERM or Ctrl+C. The database is upgraded at the start.

    \b
    Exit codes: 0 ended   2 a wrong option   3 cannot start (the reason is printed)
    """
    with told_plainly():
        settings = load(config)
        logs.install(logs.LogSettings(file=log))
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


def _end_in_good_order() -> None:
    """Let SIGTERM and Ctrl+C unwind the program: the server raises them once more when it has stopped."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
