"""Where `keywright staff` works: a service's parts, opened for one command, and how a code is told."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Concatenate, Final, ParamSpec

import click

from kiosk.commands.served import config_option, credentials_option, open_parts, told_plainly
from kiosk.service.parts import Parts
from kiosk.service.staff import actions
from kiosk.service.staff.actions import ToldCode
from kiosk.service.staff.rules import BadMember, NameTaken, NoSuchStaff, StaffTrouble
from kiosk.service.store.staff import StaffRow

REFUSED = 1

_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR
_SENTENCES: Final[dict[type[StaffTrouble], str]] = {
    NoSuchStaff: "There is no such member of staff or key, or they are disabled. `keywright staff list` names them.",
    NameTaken: "A member of staff has this name already. Choose another one.",
}
_WRONG: Final = {
    "name": "NAME is empty, too long, or has characters that no name has.",
    "display_name": "--display-name is too long, or has characters that no name has.",
    "email": "--email is no mail address.",
    "roles": "Say with --role what they may do.",
    "sites": "--site is no name of a site.",
}
"""What is refused, and what to do."""

Rest = ParamSpec("Rest")


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of a service, and whose staff it is about."""

    parts: Parts
    tenant: str

    def named(self, name: str) -> StaffRow:
        """The member of this name. Raises NoSuchStaff."""
        return actions.member_named(self.parts, self.tenant, name)


def at_desk(work: Callable[Concatenate[Desk, Rest], None]) -> Callable[..., None]:
    """Give the command the options that say which service, and the desk of that.

    What stops it is told in a sentence: exit code 3, or 1 where it cannot be done with this member.
    """

    @wraps(work)
    def command(config: Path, folder: Path | None, tenant: str, *args: Rest.args, **told: Rest.kwargs) -> None:
        with told_plainly():
            try:
                with open_parts(config, folder) as parts:
                    work(Desk(parts, tenant), *args, **told)
            except BadMember as error:
                raise click.UsageError(" ".join(_WRONG[each] for each in error.reasons)) from error
            except (NoSuchStaff, NameTaken) as refusal:
                click.echo(_SENTENCES[type(refusal)], err=True)
                sys.exit(REFUSED)

    tenants = click.option("--tenant", default="default", show_default=True, help="Whose staff.")
    return config_option(credentials_option(tenants(command)))


def tell_join(desk: Desk, code: ToldCode) -> None:
    """Where somebody registers their key. The code is behind the `#`, which no browser sends and no log has."""
    url = desk.parts.settings.staff.url
    if url is None or desk.parts.settings.staff.rp_id is None:
        click.echo(f"code  {code.text}")
        click.echo("Set staff.url and staff.rp_id in the settings, so that they can register a key.", err=True)
    else:
        host = url.removeprefix("https://").partition("/")[0]
        click.echo(f"https://{host}/console/join#{code.text}")
    click.echo(f"It works once, within {code.expires_in // _HOUR} hours. Give it to nobody else.", err=True)


def tell_code(code: ToldCode) -> None:
    """A code for an envelope."""
    click.echo(code.text)
    days = code.expires_in // _DAY
    click.echo(f"It works once, within {days} days. Seal it; it is not shown again.", err=True)
