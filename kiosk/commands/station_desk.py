"""Where `keywright stations` works on the fleet: a service's parts, opened for one command, and what is refused."""

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
from kiosk.service.stations import actions
from kiosk.service.stations.rules import BadStation, NameTaken, NeverHeard, NoSuchStation, StationTrouble
from kiosk.service.store.fleet import StationRow
from kiosk.service.store.projects import project, project_named

REFUSED = 1

_SENTENCES: Final[dict[type[StationTrouble], str]] = {
    NoSuchStation: "There is no such station, or it was revoked. `keywright stations list` names them.",
    NameTaken: "A station has this name already. Choose another one.",
    NeverHeard: "The station was never heard of. It is told when it tells of itself.",
}
_WRONG: Final = {
    "name": "NAME is empty, too long, or has characters that no name has.",
    "site": "--site is no name of a site, or of another tenant's.",
    "project": "--project is no project. `keywright projects list` names them.",
}
"""What is refused, and what to do."""

Rest = ParamSpec("Rest")


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of a service, and whose stations it is about."""

    parts: Parts
    tenant: str

    def named(self, name: str) -> StationRow:
        """The station of this name, or of this id. Raises NoSuchStation."""
        return actions.station_in(self.parts, self.tenant, name)

    def project(self, name: str | None) -> str | None:
        """The id of the project of this name, or of this id. Raises BadStation."""
        if not name:
            return None
        with self.parts.store.read() as tx:
            found = project_named(tx, self.tenant, name) or project(tx, name)
        if found is None or found.tenant != self.tenant:
            raise BadStation("project")
        return found.id


def at_desk(work: Callable[Concatenate[Desk, Rest], None]) -> Callable[..., None]:
    """Give the command the options that say which service, and the desk of that.

    What stops it is told in a sentence: exit code 3, or 1 where it cannot be done with this station.
    """

    @wraps(work)
    def command(config: Path, folder: Path | None, tenant: str, *args: Rest.args, **told: Rest.kwargs) -> None:
        with told_plainly():
            try:
                with open_parts(config, folder) as parts:
                    work(Desk(parts, tenant), *args, **told)
            except BadStation as error:
                raise click.UsageError(" ".join(_WRONG[each] for each in error.reasons)) from error
            except StationTrouble as refusal:
                click.echo(_SENTENCES[type(refusal)], err=True)
                sys.exit(REFUSED)

    tenants = click.option("--tenant", default="default", show_default=True, help="Whose stations.")
    return config_option(credentials_option(tenants(command)))
