"""Where `keywright inventory` works: the database of a service, opened for one command, and what is said of keys."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec

import click

from kiosk.commands.served import at_terminal, config_option, credentials_option, open_parts, told_plainly
from kiosk.commands.words import tame
from kiosk.service.directories.csv_file import BadFile
from kiosk.service.keys.actions import find
from kiosk.service.keys.rules import Actor, BadSerial, KeysRefused, NoSuchKey, WrongState
from kiosk.service.parts import Parts
from kiosk.service.store.keys import KeyRow, Wanted

REFUSED = 1

_SENTENCES: Final[dict[type[KeysRefused], str]] = {
    KeysRefused: "This cannot be done with the key.",
    NoSuchKey: "There is no such key, or more than one. `keywright inventory list --serial` names them with their ids.",
    WrongState: "The key is in a state that does not allow this: {state}.",
    BadSerial: "That is no serial number.",
}
"""What is refused, and what to do."""

Rest = ParamSpec("Rest")


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of a service, for staff on its machine."""

    parts: Parts
    actor: Actor

    def named(self, name: str) -> str:
        """The id of the one key with this id or serial number. Raises NoSuchKey, BadSerial."""
        if len(name) == 32 and set(name) <= set("0123456789abcdef"):
            return name
        page = find(self.parts, self.actor, Wanted(self.actor.tenant, serial=name), limit=2)
        if len(page.keys) != 1:
            raise NoSuchKey
        return page.keys[0].id


def at_desk(work: Callable[Concatenate[Desk, Rest], None]) -> Callable[..., None]:
    """Give the command the options that say which service, and the desk of that.

    What stops it is told in a sentence: exit code 3, or 1 where the key does not allow it.
    """

    @wraps(work)
    def command(config: Path, folder: Path | None, tenant: str, *args: Rest.args, **told: Rest.kwargs) -> None:
        with told_plainly():
            try:
                with open_parts(config, folder) as parts:
                    work(Desk(parts, Actor(at_terminal(), tenant)), *args, **told)
            except KeysRefused as refusal:
                words = next(_SENTENCES[each] for each in type(refusal).__mro__ if each in _SENTENCES)
                click.echo(words.format(state=", ".join(getattr(refusal, "reasons", ()))), err=True)
                sys.exit(REFUSED)
            except BadFile as error:
                click.echo(f"The file cannot be read: {tame(str(error))}.", err=True)
                sys.exit(REFUSED)

    tenants = click.option("--tenant", default="default", show_default=True, help="Whose keys.")
    return config_option(credentials_option(tenants(command)))


def plain(row: KeyRow) -> dict[str, Any]:
    """A key for programs; where its holder is told is nobody's business."""
    kept = (name for name in KeyRow.__slots__ if name not in ("contact", "version"))
    values = {name: getattr(row, name) for name in kept}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}


def tell_json(told: object) -> None:
    """The same for programs."""
    click.echo(json.dumps(told, indent=2, ensure_ascii=False))


def line(row: KeyRow) -> str:
    """A key on one line."""
    who = f"  {tame(row.user_id)}" if row.user_id else ""
    ends = f"  until {row.expires_at:%Y-%m-%d}" if row.expires_at else ""
    site = f"  {tame(row.site)}" if row.site else ""
    model = tame(row.model or row.aaguid or "unknown model")
    return f"{row.id}  {tame(row.serial or '-'):<16} {row.state:<9} {row.state_at:%Y-%m-%d}  {model}{site}{ends}{who}"
