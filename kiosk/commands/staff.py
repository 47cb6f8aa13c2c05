"""`keywright staff`: who approves, at kiosks and in the console, on the service's own machine."""

from __future__ import annotations

import json
from typing import Any

import click

from kiosk.commands.served import at_terminal
from kiosk.commands.staff_desk import Desk, at_desk, tell_code, tell_join
from kiosk.commands.words import tame
from kiosk.contract.staff import Role
from kiosk.service.staff import actions
from kiosk.service.staff.actions import NewMember
from kiosk.service.store.staff import StaffKeyRow, StaffRow

_name = click.argument("name")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_role = click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([each.value for each in Role]),
    help="What they may do; each is given by itself.",
)
_site = click.option("--site", "sites", multiple=True, help="Where; everywhere, if nowhere is named.")


@click.group()
def command() -> None:
    """Staff: people who approve, look up and administer, each with a security key of their own.

    NAME is the name that they were added under.
    """


@command.command("list")
@_json
@at_desk
def list_staff(desk: Desk, *, as_json: bool) -> None:
    """List everybody who is or was staff, by name."""
    found = actions.members(desk.parts, desk.tenant)
    if as_json:
        click.echo(json.dumps([_told(each) for each in found], indent=2))
        return
    for each in found:
        click.echo(_line(each))
    if not found:
        click.echo("Nobody is staff yet. Begin with: keywright staff add NAME --role administer --role approve")


@command.command()
@_name
@click.option("--display-name", default="", help="As others read it; the name, if none.")
@click.option("--email", default="", help="Where they are told of their keys and codes.")
@_role
@_site
@at_desk
def add(desk: Desk, name: str, display_name: str, email: str, roles: tuple[str, ...], sites: tuple[str, ...]) -> None:
    """Make somebody staff, and print where they register their security key, with a code that works once."""
    new = NewMember(name, display_name, email, frozenset(map(Role, roles)), frozenset(sites))
    tell_join(desk, actions.add_member(desk.parts, at_terminal(), desk.tenant, new))


@command.command()
@_name
@click.option("--display-name", default=None, help="As others read it.")
@click.option("--email", default=None, help="Where they are told of their keys and codes.")
@_role
@_site
@click.option("--everywhere", is_flag=True, help="At all sites from now on.")
@at_desk
def change(
    desk: Desk,
    name: str,
    display_name: str | None,
    email: str | None,
    roles: tuple[str, ...],
    sites: tuple[str, ...],
    *,
    everywhere: bool,
) -> None:
    """Change what is given; with --role or --site, those are all that they have from now on."""
    if everywhere and sites:
        raise click.UsageError("--everywhere and --site say different things.")
    row = actions.change_member(
        desk.parts,
        at_terminal(),
        desk.named(name).id,
        display_name=display_name,
        email=email,
        roles=frozenset(map(Role, roles)) or None,
        sites=frozenset(sites) if sites or everywhere else None,
    )
    click.echo(_line(row))


@command.command()
@_name
@at_desk
def disable(desk: Desk, name: str) -> None:
    """They are staff no more: no key, code or sign-in of theirs is good from now on."""
    actions.disable_member(desk.parts, at_terminal(), desk.named(name).id)
    click.echo(f"{tame(name)} is staff no more.")


@command.command("join-link")
@_name
@at_desk
def join_link(desk: Desk, name: str) -> None:
    """Print where they register a security key, or one more; an earlier code is not good any more."""
    tell_join(desk, actions.new_join_code(desk.parts, at_terminal(), desk.named(name).id))


@command.command("sealed-code")
@_name
@at_desk
def sealed_code(desk: Desk, name: str) -> None:
    """Print a code for a sealed envelope, which stands for their key once. Administrators are told when it is used."""
    tell_code(actions.new_sealed_code(desk.parts, at_terminal(), desk.named(name).id))


@command.command()
@_name
@_json
@at_desk
def keys(desk: Desk, name: str, *, as_json: bool) -> None:
    """List their security keys, the oldest first."""
    found = actions.keys_of(desk.parts, desk.named(name).id)
    if as_json:
        click.echo(json.dumps([_key_told(each) for each in found], indent=2))
        return
    for each in found:
        used = f"used {each.used_at:%Y-%m-%d}" if each.used_at else "never used"
        gone = "  revoked" if each.revoked_at else ""
        click.echo(f"{each.id}  {tame(each.name) or '-'}  since {each.created_at:%Y-%m-%d}  {used}{gone}")
    if not found:
        click.echo("They have no key yet. `keywright staff join-link` prints where they register one.")


@command.command("revoke-key")
@_name
@click.argument("key_id")
@at_desk
def revoke_key(desk: Desk, name: str, key_id: str) -> None:
    """A key of theirs is not good any more; KEY_ID is what `keys` says."""
    actions.revoke_key(desk.parts, at_terminal(), desk.named(name).id, key_id)
    click.echo("Revoked; they are signed out everywhere.")


def _line(row: StaffRow) -> str:
    where = ", ".join(row.sites.split()) or "everywhere"
    gone = "  disabled" if row.disabled_at else ""
    return f"{tame(row.name)}  {tame(row.display_name)}  {', '.join(row.roles.split())}  {where}{gone}"


def _told(row: StaffRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "display_name": row.display_name,
        "email": row.email,
        "roles": row.roles.split(),
        "sites": row.sites.split(),
        "disabled": row.disabled_at is not None,
    }


def _key_told(row: StaffKeyRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "aaguid": row.aaguid,
        "created_at": row.created_at.isoformat(),
        "used_at": row.used_at.isoformat() if row.used_at else None,
        "revoked": row.revoked_at is not None,
    }
