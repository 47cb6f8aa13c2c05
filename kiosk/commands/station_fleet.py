"""`keywright stations`: the fleet, on the service's own machine: activated, named, put somewhere, watched, revoked."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, Final

import click

from kiosk.commands.served import at_terminal
from kiosk.commands.station_desk import Desk, at_desk
from kiosk.commands.terminal_app import qr_lines
from kiosk.commands.words import tame
from kiosk.service.stations import actions, board, rules
from kiosk.service.stations.board import BoardEntry, StepStatistics
from kiosk.service.store.fleet import StationRow
from kiosk.service.store.fleet_standings import By

_station = click.argument("station")
_site = click.option("--site", default="", help="Where it is.")
_project = click.option("--project", "project_name", help="Which project it serves: a name or an id.")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@click.argument("name")
@_site
@_project
@at_desk
def create(desk: Desk, name: str, site: str, project_name: str | None) -> None:
    """Make a station called NAME that is activated with a code: `keywright stations code NAME`."""
    project_id = desk.project(project_name)
    made = actions.create_station(desk.parts, at_terminal(), desk.tenant, name, site, project_id)
    click.echo(_line(made))


@click.command()
@_station
@at_desk
def code(desk: Desk, station: str) -> None:
    """Print a one-time code that activates STATION, and draw it for the scanner of the kiosk.

    An earlier code is not good any more. A station that is active goes on with the key that it has until then.
    """
    row = desk.named(station)
    text, ends_at = actions.activation_code(desk.parts, at_terminal(), row.id)
    click.echo(text)
    link = rules.activation_link(desk.parts.settings, text)
    if link is None:
        click.echo("Set stations.urls in the settings, so that the kiosk can scan the code.", err=True)
    else:
        click.echo("\n".join(qr_lines(link, colored=sys.stderr.isatty())), err=True)
    minutes = desk.parts.settings.stations.code
    click.echo(f"It works once, within {minutes} minutes, until {_moment(ends_at)}. It is not shown again.", err=True)


@click.command("list")
@_json
@at_desk
def list_stations(desk: Desk, *, as_json: bool) -> None:
    """List all stations by site and name, also revoked ones."""
    found = actions.stations_of(desk.parts, desk.tenant)
    if as_json:
        click.echo(json.dumps([_told(each) for each in found], indent=2))
        return
    for each in found:
        click.echo(_line(each))
    if not found:
        click.echo("There is no station yet. Begin with: keywright stations create NAME")


@click.command()
@_station
@click.argument("name")
@at_desk
def rename(desk: Desk, station: str, name: str) -> None:
    """Call STATION by another NAME."""
    click.echo(_line(actions.rename(desk.parts, at_terminal(), desk.named(station).id, name)))


@click.command()
@_station
@_site
@_project
@at_desk
def assign(desk: Desk, station: str, site: str, project_name: str | None) -> None:
    """Put STATION at a site, and let it serve a project; what is not named is taken from it."""
    project_id = desk.project(project_name)
    click.echo(_line(actions.assign(desk.parts, at_terminal(), desk.named(station).id, site, project_id)))


@click.command()
@_station
@at_desk
def revoke(desk: Desk, station: str) -> None:
    """Shut STATION out for good, with all tokens that it holds. What it has open ends."""
    click.echo(_line(actions.revoke(desk.parts, at_terminal(), desk.named(station).id)))


@click.command()
@_station
@at_desk
def restart(desk: Desk, station: str) -> None:
    """Let STATION start anew once nobody is at it."""
    row = desk.named(station)
    actions.command(desk.parts, at_terminal(), row.id, rules.RESTART)
    click.echo(f"{tame(row.name)} is told when it next tells of itself.")


@click.command("board")
@click.option("--site", "sites", multiple=True, help="Stations there; everywhere, if nowhere is named.")
@_json
@at_desk
def show_board(desk: Desk, sites: tuple[str, ...], *, as_json: bool) -> None:
    """Show how the stations stand, but for revoked ones."""
    found = board.board(desk.parts, desk.tenant, frozenset(sites))
    shown = [each for each in found if each.state is not rules.StationState.REVOKED]
    if as_json:
        click.echo(json.dumps([asdict(each) for each in shown], indent=2, default=str))
        return
    for each in shown:
        click.echo(_standing(each))
    if not shown:
        click.echo("There is no station.")


@click.command()
@click.option("--days", type=click.IntRange(1, 3650), default=7, show_default=True, help="Until today.")
@click.option("--by", type=click.Choice([each.value for each in By]), default="step", help="What is told apart.")
@click.option("--site", "sites", multiple=True, help="Stations there; everywhere, if nowhere is named.")
@_json
@at_desk
def steps(desk: Desk, days: int, by: str, sites: tuple[str, ...], *, as_json: bool) -> None:
    """Show how long people were at each step, and how it ended."""
    until = desk.parts.clock.now().date()
    since = until - timedelta(days=days - 1)
    found = board.step_statistics(desk.parts, board.Wanted(desk.tenant, frozenset(sites), since, until), By(by))
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2, default=str))
        return
    for each in found:
        click.echo(_figures(each))
    if not found:
        click.echo("Nobody was at any station.")


COMMANDS: Final = (create, code, list_stations, rename, assign, revoke, restart, show_board, steps)
"""What `keywright stations` has of the fleet."""


def _line(row: StationRow) -> str:
    state = "revoked" if row.revoked_at else "activated" if row.activated_at else "not activated"
    parts = (row.id, tame(row.name), row.site or "no site", state, row.client_id or "")
    return "  ".join(filter(None, (*parts, f"project {row.project_id}" if row.project_id else "")))


def _told(row: StationRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "site": row.site,
        "project": row.project_id,
        "client": row.client_id,
        "key": row.thumbprint or None,
        "configuration": row.configuration,
        "activated": _moment(row.activated_at),
        "revoked": _moment(row.revoked_at),
    }


def _standing(entry: BoardEntry) -> str:
    told = [tame(entry.name), entry.site or "no site", entry.state.value]
    if entry.heard_at is not None:
        told += [
            rules.in_words(entry.step),
            f"{entry.seconds:.0f} s",
            f"heard {_moment(entry.heard_at)}",
            entry.version,
        ]
    if entry.queue:
        told.append(f"queue {entry.queue}")
    if entry.clock_off:
        told.append(f"clock {entry.skew:+.1f} s")
    if 0 < entry.configuration < entry.newest:
        told.append(f"configuration {entry.configuration} of {entry.newest}")
    return "  ".join(filter(None, (*told, rules.in_words(entry.problem))))


def _figures(each: StepStatistics) -> str:
    where = _day(each.day) or each.site or each.station_id
    ends = ", ".join(f"{count} {word}" for word, count in each.outcomes.items())
    told = (each.step, where, f"{each.count} times", f"median {each.median:.1f} s", f"90 % {each.p90:.1f} s", ends)
    return "  ".join(filter(None, told))


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
