"""`keywright inventory`: the security keys of the house, on the service's own machine."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import click

from kiosk.commands.inventory_desk import REFUSED, Desk, at_desk, line, plain, tell_json
from kiosk.commands.words import tame
from kiosk.service.keys import actions
from kiosk.service.keys.recalls import recall as call_back
from kiosk.service.keys.recalls import recall_proposals, recalls
from kiosk.service.keys.stock import add_stock, of_file, of_serials
from kiosk.service.store.keys import KeyState, Wanted

_key = click.argument("key")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_reason = click.option("--reason", default="", help="A word for the trail.")


@click.group()
def command() -> None:
    """The security keys of the house: which are in stock, who has which, and what became of them.

    KEY is the serial number of a key, or its id.
    """


@command.command("list")
@click.option("--serial", default="", help="Only the keys with this number.")
@click.option("--holder", default="", help="Only those of the person with this id.")
@click.option("--state", type=click.Choice([each.value for each in KeyState]), help="Only those in this state.")
@click.option("--model", default="", help="Only those with this AAGUID.")
@click.option("--ending", type=click.IntRange(0), help="Only those that should be replaced within so many days.")
@_json
@at_desk
def list_keys(
    desk: Desk, /, serial: str, holder: str, state: str | None, model: str, *, ending: int | None, as_json: bool
) -> None:
    """List keys."""
    by = None if ending is None else desk.parts.clock.now() + timedelta(days=ending)
    kind = None if state is None else KeyState(state)
    which = Wanted(desk.actor.tenant, serial, holder, kind, model, ends_by=by)
    page = actions.find(desk.parts, desk.actor, which)
    found = list(page.keys)
    while page.next:
        page = actions.find(desk.parts, desk.actor, which, page.next)
        found += page.keys
    if as_json:
        tell_json([plain(each) for each in found])
        return
    for each in found:
        click.echo(line(each))
    if not found:
        click.echo("There is no such key.")


@command.command()
@_key
@_json
@at_desk
def show(desk: Desk, key: str, *, as_json: bool) -> None:
    """Show KEY, what is registered on it, and what happened to it."""
    told = actions.show(desk.parts, desk.actor, desk.named(key))
    events = [(each.at.isoformat(), each.event, each.actor, each.reason) for each in told.history]
    if as_json:
        parties = [each.relying_party for each in told.credentials]
        tell_json({**plain(told.key), "relying_parties": parties, "history": events})
        return
    click.echo(line(told.key))
    for each in told.credentials:
        click.echo(f"  signs in at {tame(each.relying_party)}{'' if each.activated_at else ', once it is handed over'}")
    for at, event, actor, reason in events:
        click.echo(f"  {at[:16]}  {event}  {tame(actor)}  {tame(reason)}".rstrip())


@command.command()
@_json
@at_desk
def counts(desk: Desk, *, as_json: bool) -> None:
    """Count the keys by model, site and state."""
    found = actions.count(desk.parts, desk.actor)
    if as_json:
        names = ("aaguid", "model", "site", "state", "number")
        tell_json([{name: getattr(each, name) for name in names} for each in found])
        return
    for each in found:
        click.echo(f"{each.number:>7}  {each.state:<9}  {tame(each.model or each.aaguid or '-')}  {tame(each.site)}")


@command.command()
@click.argument("serials", nargs=-1)
@click.option(
    "--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A CSV file: serial, aaguid, …"
)
@click.option("--model", default="", help="The AAGUID of the SERIALS.")
@click.option("--site", default="", help="The site that keeps the SERIALS.")
@at_desk
def stock(desk: Desk, serials: tuple[str, ...], file: Path | None, model: str, site: str) -> None:
    """Take keys into the stock: SERIALS, or those of a CSV file with the columns serial, aaguid, model, site.

    A key that is known already stays as it is. Bad lines are named, and the rest is taken.
    """
    if bool(serials) == (file is not None):
        raise click.UsageError("Name serial numbers, or a --file with them.")
    if file is None:
        done = add_stock(desk.parts, desk.actor, of_serials(serials, model, site))
    else:
        with file.open("rb") as opened:
            done = add_stock(desk.parts, desk.actor, of_file(opened))
    for each in done.bad:
        click.echo(str(each), err=True)
    click.echo(f"{done.added} keys are new, {done.known} were known, {done.wrong} lines are wrong.")
    if done.wrong:
        sys.exit(REFUSED)


@command.command()
@_key
@_reason
@at_desk
def lost(desk: Desk, key: str, reason: str) -> None:
    """Say that KEY is lost: its sign-ins are taken away, at every relying party."""
    actions.mark_lost(desk.parts, desk.actor, desk.named(key), reason)
    click.echo(
        "The key is lost. What is on it stops; `keywright removals` tells what is still to be forgotten elsewhere."
    )


@command.command("return")
@_key
@_reason
@at_desk
def return_key(desk: Desk, key: str, reason: str) -> None:
    """Say that KEY was brought back: its sign-ins are taken away. Wipe it, then `restock` it."""
    changed = actions.return_key(desk.parts, desk.actor, desk.named(key), reason)
    again = (
        "Wipe it before it is given out again." if changed.state is KeyState.RETURNED else "It is recalled: keep it."
    )
    click.echo(f"The key is {changed.state}. {again}")


@command.command()
@_key
@click.confirmation_option("--wiped", prompt="Was the key wiped?", help="The key was wiped.")
@at_desk
def restock(desk: Desk, key: str) -> None:
    """Put KEY, which was brought back and wiped, into the stock again."""
    actions.restock(desk.parts, desk.actor, desk.named(key))
    click.echo("The key is in stock.")


@command.command()
@_key
@_reason
@at_desk
def retire(desk: Desk, key: str, reason: str) -> None:
    """Take KEY out of use for good, and its sign-ins away."""
    actions.retire(desk.parts, desk.actor, desk.named(key), reason)
    click.echo("The key is retired.")


@command.command("hand-over")
@_key
@at_desk
def hand_over(desk: Desk, key: str) -> None:
    """Say that its owner has KEY in their hands: its sign-ins begin to work."""
    actions.hand_over(desk.parts, desk.actor, desk.named(key))
    click.echo("The key works from now on.")


@command.command()
@click.argument("model", required=False)
@click.option("--firmware-below", type=click.IntRange(1), help="Only older firmware, in the key's own counting.")
@_reason
@at_desk
def recall(desk: Desk, model: str | None, firmware_below: int | None, reason: str) -> None:
    """Call MODEL (its AAGUID) back: nobody is given such a key any more, and whoever has one is told.

    Nobody is locked out by it. Without MODEL, list what was called back.
    """
    if model is None:
        for each in recalls(desk.parts, desk.actor):
            below = "" if each.firmware_below is None else f"  firmware below {each.firmware_below}"
            click.echo(f"{each.made_at:%Y-%m-%d}  {each.aaguid}{below}  {tame(each.reason)}".rstrip())
        return
    try:
        call_back(desk.parts, desk.actor, model, firmware_below, reason)
    except ValueError as error:
        raise click.UsageError("MODEL is no AAGUID.") from error
    which = Wanted(desk.actor.tenant, state=KeyState.RECALLED, aaguid=model)
    number = sum(each.number for each in actions.count(desk.parts, desk.actor, which))
    click.echo(f"{number} keys of the model are recalled.")


@command.command()
@at_desk
def proposals(desk: Desk) -> None:
    """List the models of the inventory that metadata accuse; what to do about them is yours to decide."""
    found = recall_proposals(desk.parts, desk.actor)
    for each in found:
        below = "" if each.firmware_below is None else f" --firmware-below {each.firmware_below}"
        click.echo(f"{each.number} keys: {tame(each.model or 'unknown model')} ({each.reason})")
        click.echo(f"  keywright inventory recall {each.aaguid}{below} --reason {each.reason}")
    if not found:
        click.echo("Metadata accuse no model of the inventory that is not recalled.")
