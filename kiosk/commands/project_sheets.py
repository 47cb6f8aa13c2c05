"""`keywright projects handouts|export|feed`: what goes out of a project, on paper and to its host system."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kiosk.commands.project_desk import REFUSED, Desk, at_desk, tell_json, write
from kiosk.service.projects import feed_actions
from kiosk.service.projects.bodies_feed import FeedStanding
from kiosk.service.projects.feed_file import replace_file
from kiosk.service.projects.handouts import all_sheets
from kiosk.service.projects.press import Unprintable

_project = click.argument("project")


@click.command()
@_project
@click.argument("into", metavar="FOLDER", type=click.Path(file_okay=False, path_type=Path))
@at_desk
def handouts(desk: Desk, project: str, into: Path) -> None:
    """Write every sheet, poster and screen of PROJECT into FOLDER, which is made if it is not there."""
    which = desk.named(project)
    try:
        into.mkdir(parents=True, exist_ok=True)
        for printed in all_sheets(desk.parts, desk.caller, which):
            write(into / printed.name, printed.content)
            click.echo(into / printed.name)
    except OSError as error:
        click.echo(f"{into} cannot be made: {error.strerror}.", err=True)
        sys.exit(REFUSED)
    except Unprintable as error:
        click.echo(f"The sheets cannot be printed here ({', '.join(error.reasons)}).", err=True)
        click.echo(
            "Typefaces are in the packages fonts-manrope, fonts-inter, fonts-noto-ui-core, fonts-noto-core.", err=True
        )
        sys.exit(REFUSED)


@click.command()
@_project
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--layout", type=click.Choice(["users", "autosync"]), help="The columns; those of the feed, if none.")
@at_desk
def export(desk: Desk, project: str, file: Path, layout: str | None) -> None:
    """Write the whole list of PROJECT as CSV into FILE, in one step; - is the standard output."""
    listing = feed_actions.export(desk.parts, desk.caller, desk.named(project), layout)
    try:
        if str(file) == "-":
            sys.stdout.buffer.writelines(listing.content)
        else:
            replace_file(file, listing.content)
    except OSError as error:
        click.echo(f"{file} cannot be written: {error.strerror}.", err=True)
        sys.exit(REFUSED)
    if listing.left_out:
        told = ", ".join(map(str, listing.left_out))
        click.echo(f"Left out, because a spreadsheet would run a name: {told}.", err=True)
        sys.exit(REFUSED)


@click.command()
@_project
@click.option("--resume", is_flag=True, help="Send the next event now, though it was refused.")
@click.option("--everybody", is_flag=True, help="Tell the host system anew of everybody who has a number.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@at_desk
def feed(desk: Desk, project: str, *, resume: bool, everybody: bool, as_json: bool) -> None:
    """Tell how the host system of PROJECT is told, and what hinders it; exit code 1 where something does."""
    which = desk.named(project)
    if everybody:
        feed_actions.tell_everybody(desk.parts, desk.caller, which)
    work = feed_actions.resume if resume else feed_actions.stands
    stands = work(desk.parts, desk.caller, which)
    if as_json:
        tell_json(stands)
    else:
        for name, value in _said(stands).items():
            click.echo(f"{name:<8} {value}")
    if stands.trouble or stands.file_trouble or stands.left_out:
        sys.exit(REFUSED)


def _said(stands: FeedStanding) -> dict[str, str]:
    sent = f"{stands.taken} of {stands.position} taken" if stands.webhook else "none"
    if stands.stopped_at is not None:
        sent += f"; stopped since {stands.stopped_at:%Y-%m-%d %H:%M}: {stands.trouble}. Mend it, then --resume"
    elif stands.trouble:
        sent += f"; tried {stands.tries} times: {stands.trouble}"
    written = "never" if stands.file_written_at is None else f"{stands.file_written_at:%Y-%m-%d %H:%M:%S}"
    file = written + (f"; {stands.file_trouble}" if stands.file_trouble else "") if stands.file else "none"
    return {
        "webhook": sent,
        "file": file,
        "view": stands.view,
        "left out": ", ".join(map(str, stands.left_out)) or "nobody",
    }
