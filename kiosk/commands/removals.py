"""`keywright removals`: what identity providers still have to forget, and what a person must look at."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from kiosk.commands.served import config_option, credentials_option, open_store, told_plainly
from kiosk.commands.words import tame
from kiosk.service.settings import load
from kiosk.service.sources import SystemClock
from kiosk.service.store.removals import DONE, TICKET, WAITING, OpenRemoval, move_removal, open_removals

UNKNOWN = 1


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The settings of the service (TOML).",
)
@credentials_option
@click.pass_context
def command(context: click.Context, config: Path | None, folder: Path | None, *, as_json: bool) -> None:
    """List what relying parties that others keep still have to forget: credentials that nobody proved.

    The service tries for a day by itself. A `ticket` is what it could not do: look at the account at the identity
    provider, by the reference that people quote; then `retry` it, or `close` it.
    """
    if context.invoked_subcommand is not None:
        return
    if config is None:
        raise click.UsageError("--config is needed.")
    with told_plainly(), open_store(load(config), folder) as store, store.read() as tx:
        found = open_removals(tx)
    if as_json:
        click.echo(json.dumps([{**asdict(each), "written_at": each.written_at.isoformat()} for each in found]))
        return
    for each in found:
        click.echo(_line(each))
    if not found:
        click.echo("Nothing is left to be taken away.")


@command.command()
@click.argument("number", type=int)
@config_option
@credentials_option
def retry(number: int, config: Path, folder: Path | None) -> None:
    """Let the service try NUMBER again for a day."""
    _move(config, folder, number, WAITING)
    click.echo(f"{number} is tried again.")


@command.command()
@click.argument("number", type=int)
@config_option
@credentials_option
def close(number: int, config: Path, folder: Path | None) -> None:
    """Say that NUMBER is done: somebody has looked."""
    _move(config, folder, number, DONE)
    click.echo(f"{number} is closed.")


def _move(config: Path, folder: Path | None, number: int, state: str) -> None:
    with told_plainly(), open_store(load(config), folder) as store:
        moved = store.write(lambda tx: move_removal(tx, number, state, SystemClock().now()))
    if not moved:
        click.echo(f"There is no open removal {number}.", err=True)
        sys.exit(UNKNOWN)


def _line(each: OpenRemoval) -> str:
    told = "a person must look" if each.state == TICKET else f"tried {each.attempt} times"
    reason = f" ({tame(each.reason)})" if each.reason else ""
    when = f"{each.written_at:%Y-%m-%d %H:%M}"
    return f"{each.number:>6}  {when}  {tame(each.relying_party)}  reference {tame(each.receipt)}  {told}{reason}"
