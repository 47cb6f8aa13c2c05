"""`keywright stations`: who may talk to the service."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from kiosk.commands.served import config_option, open_store, told_plainly
from kiosk.service.settings import load
from kiosk.service.sources import SystemClock, SystemRandom
from kiosk.service.tokens.actions import create_client, disable_client, rotate_secret
from kiosk.service.tokens.rules import ClientCredentials, InvalidClient

UNKNOWN = 1


@click.group()
def command() -> None:
    """Add stations to the service, give them new secrets, shut them out."""


@command.command()
@click.argument("name")
@config_option
def add(name: str, config: Path) -> None:
    """Make a client for a station called NAME. Its secret is printed once and kept nowhere here."""
    with told_plainly(), open_store(load(config)) as store:
        _tell(create_client(store, SystemClock(), SystemRandom(), name))


@command.command()
@click.argument("client_id")
@config_option
def rotate(client_id: str, config: Path) -> None:
    """Give the station another secret; the old one is refused from now on."""
    with told_plainly(), open_store(load(config)) as store, _known(client_id):
        _tell(rotate_secret(store, SystemRandom(), client_id))


@command.command()
@click.argument("client_id")
@config_option
def disable(client_id: str, config: Path) -> None:
    """Shut the station out, with all tokens that it holds."""
    with told_plainly(), open_store(load(config)) as store, _known(client_id):
        disable_client(store, SystemClock(), client_id)
        click.echo(f"{client_id} is shut out.")


@contextmanager
def _known(client_id: str) -> Iterator[None]:
    try:
        yield
    except InvalidClient:
        click.echo(f"There is no station {client_id!r}.", err=True)
        sys.exit(UNKNOWN)


def _tell(client: ClientCredentials) -> None:
    click.echo(f"client_id  {client.client_id}")
    click.echo(f"secret     {client.secret}")
    click.echo("Keep the secret where resources/docs/secrets.md says; it is not shown again.", err=True)
