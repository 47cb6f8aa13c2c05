"""`keywright messages`: what became of the messages that the service wrote, without whom they are for or what is in."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from kiosk.commands.served import config_option, credentials_option, open_store, told_plainly
from kiosk.commands.words import tame
from kiosk.service.messages.rules import shown
from kiosk.service.settings import load
from kiosk.service.store.messages_told import ToldMessage, newest_messages

SHOWN = 50


@click.command()
@config_option
@credentials_option
@click.option("--count", type=click.IntRange(1, 10_000), default=SHOWN, show_default=True, help="How many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(config: Path, folder: Path | None, count: int, *, as_json: bool) -> None:
    """What became of the newest messages: mail and texts.

    waiting, handing_over, accepted (the server or gateway has it), sent, delivered, undelivered, refused, unknown,
    useless (nobody wants it any more), discarded (there was nobody to write to).
    """
    with told_plainly():
        with open_store(load(config), folder) as store, store.read() as tx:
            found = [_told(each) for each in newest_messages(tx, count)]
        if as_json:
            click.echo(json.dumps(found, indent=2))
            return
        for each in found:
            click.echo(_line(each))
        if not found:
            click.echo("No message was written yet.")


def _told(row: ToldMessage) -> dict[str, Any]:
    told: dict[str, Any] = asdict(row) | {"state": shown(row.state, row.delivery)}
    del told["delivery"]
    told["written_at"] = row.written_at.isoformat(timespec="seconds")
    told["settled_at"] = row.settled_at.isoformat(timespec="seconds") if row.settled_at else None
    return told


def _line(told: dict[str, Any]) -> str:
    columns = (
        told["written_at"],
        told["message_id"][:8],
        f"{told['channel']:<4}",
        f"{told['state']:<12}",
        told["reason"],
    )
    return tame("  ".join(columns)).rstrip()
