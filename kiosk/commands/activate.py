"""`keywright kiosk activate`: a new kiosk gets its identity by the one-time code of the console."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from time import monotonic

import click

from kiosk import logs
from kiosk.commands.composition import enlisting, reference
from kiosk.commands.words import sentence, tame
from kiosk.config import StationSettings, load_station_settings, read_station_settings
from kiosk.errors import InputRefused, KioskError
from kiosk.station.http import Https

REFUSED, CANNOT_START = 1, 3
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
"""Whom this system trusts, where nothing else is said."""

_INPUTS = {
    "empty": "There is no code.",
    "shape": "This is no code of the console: it has 16 letters and digits.",
    "other_service": "This code is for another service than the one of this kiosk.",
}


@click.command()
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The settings of this station (TOML).",
)
@click.option("--service", help="The address of the service (https://…); without it, that of the settings.")
@click.option(
    "--ca",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The authorities that its certificate is verified with (PEM).",
)
@click.option("--code", type=click.Choice(["-"]), help="`-` reads the code from standard input; else it is asked for.")
def command(config: Path | None, service: str | None, ca: Path | None, code: str | None) -> None:
    """Connect this kiosk to its service by a one-time code, which `keywright stations code` or the console gives.

    The kiosk makes a key pair of its own, which stays among its credentials. The code is never an option: others
    would see it in the list of processes.

    \b
    Exit codes: 0 connected   1 the code was refused   2 a wrong option   3 it cannot be tried
    """
    if config is None and service is None:
        raise click.UsageError("Give --config, or --service.")
    logs.harden()
    logs.install(logs.LogSettings(level=logging.ERROR))
    try:
        settings = _settings(config, service, ca)
        asked = sys.stdin.readline(1024) if code == "-" else click.prompt("Code of the console", hide_input=True)
        with closing(Https(settings.service, monotonic, reference)) as https:
            identity = enlisting(settings).activate(https, asked)
    except InputRefused as error:
        click.echo(_INPUTS.get(error.reason, sentence(error)), err=True)
        sys.exit(REFUSED)
    except KioskError as error:
        click.echo(sentence(error), err=True)
        sys.exit(REFUSED if hasattr(error, "reference") else CANNOT_START)
    where = f" at the site {tame(identity.site)}" if identity.site else ""
    click.echo(
        f"This kiosk is {tame(identity.name)}{where}. Its key is {identity.key}; start it with `keywright kiosk`."
    )


def _settings(config: Path | None, service: str | None, ca: Path | None) -> StationSettings:
    """Of the file, or the standard ones; the options win."""
    if config is not None:
        settings = load_station_settings(config, os.environ)
    else:
        settings = read_station_settings({"service": {"url": service, "ca_file": str(ca or AUTHORITIES)}}, os.environ)
    endpoint = settings.service
    if service is not None:
        endpoint = replace(endpoint, url=service.rstrip("/"))
    return replace(settings, service=endpoint if ca is None else replace(endpoint, ca_file=ca))
