"""Where `keywright projects` works: the database of a service, opened for one command, and what is said of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec

import click
from pydantic import BaseModel, ValidationError

from kiosk.commands.served import at_terminal, config_option, credentials_option, open_parts, told_plainly
from kiosk.commands.words import tame
from kiosk.service.parts import Parts
from kiosk.service.projects.bodies import Project
from kiosk.service.projects.member_rules import NoSuchMember, WrongState
from kiosk.service.projects.rules import (
    IdOutOfRange,
    NameTaken,
    NoSuchProject,
    NotInThisProject,
    ProjectClosed,
    ProjectRefused,
    RangeShrinks,
)
from kiosk.service.store import projects as rows
from kiosk.service.tokens.rules import Caller

REFUSED = 1

_SENTENCES: Final[dict[type[ProjectRefused], str]] = {
    ProjectRefused: "This cannot be done with the project.",
    NoSuchProject: "There is no such project. `keywright projects list` names them.",
    NameTaken: "Another project has this name, or names the same settings. Choose another one.",
    NotInThisProject: "The project does not have that: an activation code is of a project with self-service, users are "
    "of one with a user list, and neither is there if a manager elsewhere hands out its numbers. That was decided when "
    "it was created.",
    ProjectClosed: "The project is closed, and nothing of it changes any more.",
    RangeShrinks: "The range only grows: what was handed out stays in it. Name a higher number.",
    IdOutOfRange: "The project does not have this number.",
    NoSuchMember: "Nobody on the list of the project is meant by that, or several are.",
    WrongState: "They stand another way, or no URL for phones is set (projects.url): nobody can be invited.",
}
"""What is refused, and what to do."""

Rest = ParamSpec("Rest")


@dataclass(frozen=True, slots=True)
class Terminal(Caller):
    """Who works in a terminal, in place of a client."""

    @property
    def actor(self) -> str:
        """As the trail names them."""
        return at_terminal()


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of a service, for staff on its machine."""

    parts: Parts
    caller: Caller

    def named(self, name: str) -> str:
        """The id of the project of this name, or of this id. Raises NoSuchProject."""
        with self.parts.store.read() as tx:
            found = rows.project_named(tx, self.caller.tenant, name) or rows.project(tx, name)
        if found is None or found.tenant != self.caller.tenant:
            raise NoSuchProject
        return found.id


def at_desk(work: Callable[Concatenate[Desk, Rest], None]) -> Callable[..., None]:
    """Give the command the options that say which service, and the desk of that.

    What stops it is told in a sentence: exit code 3, or 1 where the project does not allow it.
    """

    @wraps(work)
    def command(config: Path, folder: Path | None, tenant: str, *args: Rest.args, **told: Rest.kwargs) -> None:
        with told_plainly():
            try:
                with open_parts(config, folder) as parts:
                    work(Desk(parts, Terminal("command-line", frozenset(), tenant)), *args, **told)
            except ProjectRefused as refusal:
                click.echo(next(_SENTENCES[each] for each in type(refusal).__mro__ if each in _SENTENCES), err=True)
                sys.exit(REFUSED)
            except ValidationError as error:
                raise click.UsageError(_wrong(error)) from error

    tenants = click.option("--tenant", default="default", show_default=True, help="Whose projects.")
    return config_option(credentials_option(tenants(command)))


def tell(project: Project, *, as_json: bool) -> None:
    """Say how a project stands."""
    if as_json:
        tell_json(project)
        return
    following = "none" if project.next_id is None else str(project.next_id)
    lines = {
        "id": project.id,
        "name": tame(project.name),
        "kind": kind(self_service=project.self_service),
        "range": f"{project.first_id} to {project.last_id}",
        "next": f"{following} ({project.left} left)",
        "numbers": ", ".join(f"{count} {name}" for name, count in project.ids.model_dump().items()),
        "users": _users(project),
        "list": _list_file(project),
        "code": project.link or "none",
        "closed": f"{project.closed_at:%Y-%m-%d %H:%M}" if project.closed_at else "no",
    }
    for name, value in lines.items():
        click.echo(f"{name:<8} {value}")
    if project.few_left and project.closed_at is None:
        click.echo("Few numbers are left: extend the range with `keywright projects extend`.", err=True)


def _users(project: Project) -> str:
    """How the people of its user list stand."""
    return ", ".join(f"{count} {tame(state)}" for state, count in project.users.items()) or "none"


def _list_file(project: Project) -> str:
    """How its list file was taken."""
    read = project.auto_sync
    if read is None:
        return "no file was read"
    return f"{read.trouble or 'taken'}, read {read.read_at:%Y-%m-%d %H:%M}"


def kind(*, self_service: bool) -> str:
    """What people call it."""
    return "self-service" if self_service else "user list"


def tell_json(told: BaseModel | list[dict[str, Any]]) -> None:
    """The same for programs."""
    plain = told.model_dump(mode="json") if isinstance(told, BaseModel) else told
    click.echo(json.dumps(plain, indent=2, ensure_ascii=False))


def write(file: Path, content: bytes) -> None:
    """Write a file, or say why not and end."""
    try:
        file.write_bytes(content)
    except OSError as error:
        click.echo(f"{file} cannot be written: {error.strerror}.", err=True)
        sys.exit(REFUSED)


def _wrong(error: ValidationError) -> str:
    """The first thing that is wrong, without the value."""
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}" if where else str(first["msg"])
