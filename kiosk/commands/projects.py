"""`keywright projects`: campaigns that hand out mobile IDs, on the service's own machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import click

from kiosk.commands import project_users
from kiosk.commands.project_desk import REFUSED, Desk, at_desk, kind, tell, tell_json, write
from kiosk.commands.project_sheets import export, feed, handouts
from kiosk.commands.words import tame
from kiosk.service.projects import actions
from kiosk.service.projects.bodies import ChangeProject, NewProject, ProjectInList
from kiosk.service.projects.bodies_ids import AssignedId
from kiosk.service.projects.rules import IdState
from kiosk.service.qr_picture import modules, png, svg

_PAGE: Final = 100
_MOST: Final = 1000

_project = click.argument("project")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def command() -> None:
    """Campaigns that hand out consecutive numbers of mobile IDs: create them, download their codes, see who has what.

    PROJECT is the name of a project, or its id.
    """


@command.command("list")
@_json
@at_desk
def list_projects(desk: Desk, *, as_json: bool) -> None:
    """List the projects by name."""
    page = actions.overview(desk.parts, desk.caller, "", _PAGE)
    found = list(page.projects)
    while page.next:
        page = actions.overview(desk.parts, desk.caller, page.next, _PAGE)
        found += page.projects
    if as_json:
        tell_json([each.model_dump(mode="json") for each in found])
        return
    for each in found:
        click.echo(_line(each))
    if not found:
        click.echo("There is no project yet.")


@command.command()
@click.argument("name")
@click.option(
    "--self-service/--user-list", "self_service", default=None, help="Which kind; it cannot be changed later."
)
@click.option("--first", type=int, required=True, help="The first number of its range.")
@click.option("--last", type=int, required=True, help="The last number of its range.")
@click.option("--elsewhere", is_flag=True, help="A manager elsewhere hands the numbers out; here they are claimed.")
@click.option("--language", "languages", multiple=True, help="Of sheets and pages; those of the service, if none.")
@click.option("--app-store", help="Where the app is in the App Store.")
@click.option("--google-play", help="Where the app is in Google Play.")
@click.option("--other-app", help="Where the app is for other phones.")
@click.option("--contact", default="", help="Whom people ask.")
@click.option("--instructions", nargs=2, multiple=True, metavar="LANGUAGE TEXT", help="What people do next.")
@click.option("--settings", "word", help="The word of [projects.named] that the settings file has for it.")
@_json
@at_desk
def add(desk: Desk, /, name: str, *, self_service: bool | None, as_json: bool, **told: Any) -> None:
    """Create a project called NAME. Whether people register themselves is decided here, for ever."""
    if self_service is None:
        raise click.UsageError("Say --self-service or --user-list: it cannot be changed later.")
    shown = {each: told[each] for each in ("app_store", "google_play", "other_app", "contact")}
    body = {
        "name": name,
        "self_service": self_service,
        "first_id": told["first"],
        "last_id": told["last"],
        "assigned_here": not told["elsewhere"],
        "languages": told["languages"] or None,
        "details": {**shown, "settings": told["word"], "instructions": dict(told["instructions"])},
    }
    tell(actions.create(desk.parts, desk.caller, NewProject.model_validate(body)), as_json=as_json)


@command.command()
@_project
@_json
@at_desk
def show(desk: Desk, project: str, *, as_json: bool) -> None:
    """Show the settings of PROJECT: its activation link, and how its numbers stand."""
    tell(actions.show(desk.parts, desk.caller, desk.named(project)), as_json=as_json)


@command.command()
@_project
@click.option("--png", "png_file", type=click.Path(dir_okay=False, path_type=Path), help="Write a PNG there.")
@click.option("--svg", "svg_file", type=click.Path(dir_okay=False, path_type=Path), help="Write an SVG there.")
@click.option("--scale", type=click.IntRange(1, 64), default=16, show_default=True, help="Dots of a module, of a PNG.")
@at_desk
def code(desk: Desk, project: str, png_file: Path | None, svg_file: Path | None, scale: int) -> None:
    """Print what the activation code of PROJECT says, and write it as a picture."""
    text = actions.code_text(desk.parts, desk.caller, desk.named(project))
    dark = modules(text, sturdy=True)
    if png_file is not None:
        write(png_file, png(dark, scale))
    if svg_file is not None:
        write(svg_file, svg(dark).encode())
    click.echo(text)


@command.command()
@_project
@at_desk
def renew(desk: Desk, project: str) -> None:
    """Give PROJECT another activation code. The old one, wherever it hangs, stops at once."""
    click.echo(actions.renew_code(desk.parts, desk.caller, desk.named(project)).link)
    click.echo("Take down what shows the old code.", err=True)


@command.command()
@_project
@click.argument("last", type=int)
@_json
@at_desk
def extend(desk: Desk, project: str, last: int, *, as_json: bool) -> None:
    """Let the range of PROJECT end with LAST: it only grows."""
    change = ChangeProject.model_validate({"last_id": last})
    tell(actions.change(desk.parts, desk.caller, desk.named(project), change), as_json=as_json)


@command.command()
@_project
@at_desk
def close(desk: Desk, project: str) -> None:
    """Let PROJECT hand out nothing any more. What it handed out stays known."""
    actions.close(desk.parts, desk.caller, desk.named(project))
    click.echo("Closed.")


@command.command()
@_project
@click.option("--state", type=click.Choice([each.value for each in IdState]), help="Only those of which this holds.")
@click.option(
    "--lacks", type=click.Choice([each.value for each in IdState]), help="Only those of which this does not hold."
)
@_json
@at_desk
def ids(desk: Desk, project: str, *, state: str | None, lacks: str | None, as_json: bool) -> None:
    """List the numbers that PROJECT handed out, each with how it stands.

    assigned (handed out), claimed (a person is tied to it), registered (the host system knows it), active (its phone
    was seen in the last 30 days), released (nobody has it any more).
    """
    which, wanted = desk.named(project), (_state(state), _state(lacks))
    found: list[AssignedId] = []
    after: int | None = -1
    while after is not None:
        page = actions.ids(desk.parts, desk.caller, which, actions.Page(after, _MOST, *wanted))
        found += page.ids
        after = page.next
    if as_json:
        tell_json([each.model_dump(mode="json") for each in found])
        return
    for each in found:
        click.echo(f"{each.number:>16}  {each.assigned_at:%Y-%m-%d %H:%M}  {', '.join(each.states)}")
    if not found:
        click.echo("There is no such number.")


@command.command()
@_project
@click.argument("numbers", nargs=-1, type=click.IntRange(min=0), required=True)
@_json
@at_desk
def confirm(desk: Desk, project: str, numbers: tuple[int, ...], *, as_json: bool) -> None:
    """Say that the host system knows these NUMBERS of PROJECT."""
    told = actions.confirm_registered(desk.parts, desk.caller, desk.named(project), numbers)
    if as_json:
        tell_json(told)
    else:
        click.echo(f"Confirmed {told.registered}, and {told.already} before.")
    if told.unknown:
        click.echo(f"Nobody has {', '.join(map(str, told.unknown))}.", err=True)
        sys.exit(REFUSED)


@command.command("take-back")
@_project
@click.argument("number", type=click.IntRange(min=0))
@at_desk
def take_back(desk: Desk, project: str, number: int) -> None:
    """Take NUMBER of PROJECT from whoever has it: a phone is lost. Nobody gets it again; its person may get another."""
    actions.take_back(desk.parts, desk.caller, desk.named(project), number)
    click.echo(f"Nobody has {number} any more.")


for each_command in (export, feed, handouts, *project_users.COMMANDS):
    command.add_command(each_command)


def _line(project: ProjectInList) -> str:
    numbers, closed = f"{project.first_id}-{project.last_id}", "  closed" if project.closed_at else ""
    which = kind(self_service=project.self_service)
    return f"{tame(project.name):<32}  {which:<12}  {numbers:<20}  {project.left:>7} left{closed}"


def _state(word: str | None) -> IdState | None:
    return None if word is None else IdState(word)
