"""`keywright projects users|sync|invite|reset`: the user list of a project, on the service's own machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click

from kiosk.commands.project_desk import REFUSED, Desk, at_desk, tell_json
from kiosk.commands.words import tame
from kiosk.service.projects import members
from kiosk.service.projects.list_reading import LONGEST
from kiosk.service.projects.member_bodies import ListTaken, Member
from kiosk.service.projects.member_rules import ListRejected, MemberState, NoSuchMember, key_of
from kiosk.service.projects.whole_list import Wanted, take_list

_MOST: Final = 1000

_project = click.argument("project")
_who = click.argument("who")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@_project
@click.option("--status", type=click.Choice([each.value for each in MemberState]), help="Only those who stand so.")
@_json
@at_desk
def users(desk: Desk, project: str, *, status: str | None, as_json: bool) -> None:
    """List the people of PROJECT, and how they stand."""
    found = _everybody(desk, desk.named(project), MemberState(status) if status else None)
    if as_json:
        tell_json([each.model_dump(mode="json") for each in found])
        return
    for each in found:
        number = "-" if each.number is None else str(each.number)
        name = tame(f"{each.given_name} {each.family_name}".strip())
        click.echo(f"{each.member_id}  {each.status:<16}  {number:>12}  {tame(each.email):<32}  {name}")
    if not found:
        click.echo("There is nobody.")


@click.command()
@_project
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only tell what would happen, and what is wrong.")
@click.option("--confirm-removals", is_flag=True, help="It is meant that more than half are missing.")
@_json
@at_desk
def sync(desk: Desk, project: str, file: Path, *, dry_run: bool, confirm_removals: bool, as_json: bool) -> None:
    """Let the user list of PROJECT be the one in FILE: CSV with first name, last name, mail address, ID and perhaps
    Sync ID, in this order.

    New people are invited, changed ones updated, missing ones removed and told. With an error on any line nothing is
    taken.
    """
    with file.open("rb") as source:
        content = source.read(LONGEST + 1)
    which = desk.named(project)
    try:
        taken = take_list(desk.parts, desk.caller, which, content, Wanted(dry_run, confirm_removals))
    except ListRejected as rejected:
        for reason in rejected.reasons:
            click.echo(reason, err=True)
        click.echo("Nothing was taken.", err=True)
        sys.exit(REFUSED)
    if as_json:
        tell_json(taken)
    else:
        _say(taken)
    if taken.errors:
        sys.exit(REFUSED)


@click.command()
@_project
@_who
@at_desk
def invite(desk: Desk, project: str, who: str) -> None:
    """Invite WHO (a mail address, a Sync ID or an id) of PROJECT again. The old link stops, and so does the phone that
    used it."""
    which = desk.named(project)
    members.invite(desk.parts, desk.caller, which, _id_of(desk, which, who))
    click.echo("Invited.")


@click.command()
@_project
@_who
@at_desk
def reset(desk: Desk, project: str, who: str) -> None:
    """Unbind the phone of WHO (a mail address, a Sync ID or an id) of PROJECT. They keep their number."""
    which = desk.named(project)
    members.reset(desk.parts, desk.caller, which, _id_of(desk, which, who))
    click.echo("Reset.")


COMMANDS: Final = (users, sync, invite, reset)


def _everybody(desk: Desk, project_id: str, status: MemberState | None = None) -> list[Member]:
    found: list[Member] = []
    after: str | None = ""
    while after is not None:
        page = members.overview(desk.parts, desk.caller, project_id, after, _MOST, status)
        found += page.users
        after = page.next or None
    return found


def _id_of(desk: Desk, project_id: str, who: str) -> str:
    """Whom somebody means. Raises NoSuchMember, also where several are meant."""
    found = [
        each.member_id
        for each in _everybody(desk, project_id)
        if who in (each.member_id, each.sync_id) or key_of(who, "") == key_of(each.email, "")
    ]
    if len(found) != 1:
        raise NoSuchMember
    return found[0]


def _say(taken: ListTaken) -> None:
    for each in taken.errors:
        click.echo(": ".join(filter(None, (f"line {each.line}", each.column, each.word))), err=True)
    counts = ("added", "changed", "same", "removed", "returned", "invited")
    click.echo(", ".join(f"{getattr(taken, name)} {name}" for name in counts) + ("; nothing was done" * taken.dry_run))
    if taken.needs_confirmation:
        click.echo("So many are missing that it must be meant: --confirm-removals.", err=True)
