"""`keywright stations`: who may talk to the service, with a secret, or with a key of their own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from kiosk.commands import station_fleet
from kiosk.commands.served import config_option, credentials_option, open_store, told_plainly
from kiosk.contract.paths import Scope
from kiosk.errors import ConfigurationError
from kiosk.service.accounts.settings import DEFAULT_TENANT, AccountsSettings
from kiosk.service.settings import load
from kiosk.service.sources import SystemClock, SystemRandom
from kiosk.service.tokens.actions import STATION, Rights, create_client, disable_client, rotate_secret
from kiosk.service.tokens.rules import ClientCredentials, InvalidClient

UNKNOWN = 1


@click.group()
def command() -> None:
    """Stations of the service: activate them by a code, see how they stand, shut them out.

    STATION is the name of a station, or its id. `add`, `rotate` and `disable` are for clients that have a secret.
    """


for each_command in station_fleet.COMMANDS:
    command.add_command(each_command)


@command.command()
@click.argument("name")
@config_option
@credentials_option
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([each.value for each in Scope]),
    help="What it may do; a station's, if none.",
)
@click.option("--site", "sites", multiple=True, help="A site that it may act for.")
def add(name: str, config: Path, folder: Path | None, scopes: tuple[str, ...], sites: tuple[str, ...]) -> None:
    """Make a client called NAME: a station, or whoever calls the account workflows (--scope, --site).

    Its secret is printed once and kept nowhere here.
    """
    with told_plainly():
        settings = load(config)
        rights = _rights(settings.accounts, scopes, sites)
        with open_store(settings, folder) as store:
            _tell(create_client(store, SystemClock(), SystemRandom(), name, rights))


@command.command()
@click.argument("client_id")
@config_option
@credentials_option
def rotate(client_id: str, config: Path, folder: Path | None) -> None:
    """Give the client another secret; the old one is refused from now on."""
    with told_plainly(), open_store(load(config), folder) as store, _known(client_id):
        _tell(rotate_secret(store, SystemRandom(), client_id))


@command.command()
@click.argument("client_id")
@config_option
@credentials_option
def disable(client_id: str, config: Path, folder: Path | None) -> None:
    """Shut the client out, with all tokens that it holds."""
    with told_plainly(), open_store(load(config), folder) as store, _known(client_id):
        disable_client(store, SystemClock(), client_id)
        click.echo(f"{client_id} is shut out.")


def _rights(accounts: AccountsSettings, scopes: tuple[str, ...], sites: tuple[str, ...]) -> Rights:
    """What the client gets. All its sites are of one tenant, which is the client's. Raises ConfigurationError."""
    tenants: set[str] = set()
    for each in sites:
        if (site := accounts.site(each)) is None:
            raise ConfigurationError("accounts.sites", f"has no site {each!r}")
        tenants.add(site.tenant)
    if len(tenants) > 1:
        raise ConfigurationError("--site", "names sites of several tenants: a client belongs to one")
    wanted = frozenset(map(Scope, scopes)) or STATION.scopes
    return Rights(wanted, next(iter(tenants), DEFAULT_TENANT), frozenset(sites))


@contextmanager
def _known(client_id: str) -> Iterator[None]:
    try:
        yield
    except InvalidClient:
        click.echo(f"There is no station {client_id!r}.", err=True)
        click.echo("One that was activated has a key instead of a secret: see `keywright stations code`.", err=True)
        sys.exit(UNKNOWN)


def _tell(client: ClientCredentials) -> None:
    click.echo(f"client_id  {client.client_id}")
    click.echo(f"secret     {client.secret}")
    click.echo("Keep the secret where resources/docs/secrets.md says; it is not shown again.", err=True)
