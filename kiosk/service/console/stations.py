"""Stations as administrators set them up: made, activated by a code, named, put at a site, restarted, revoked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Path, Response
from markupsafe import Markup

from kiosk.contract.staff import Role
from kiosk.service.console.routing import PAGES, NoSuchThing
from kiosk.service.console.session import Administrator, ConfirmedAdministrator, Member
from kiosk.service.projects.actions import overview
from kiosk.service.qr_picture import modules, svg
from kiosk.service.stations import actions
from kiosk.service.stations.rules import RESTART, BadStation, NameTaken, NeverHeard, NoSuchStation, activation_link
from kiosk.service.store.fleet import StationRow

STATIONS: Final = "/console/stations"

_MOST_PROJECTS: Final = 500

router = APIRouter(**PAGES)
StationId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


@dataclass(frozen=True, slots=True)
class CodeView:
    """A fresh activation code, shown once; `picture` is its QR code, `seconds` how long it works."""

    text: str = field(repr=False)
    picture: Markup = field(repr=False)
    seconds: int


@router.get(STATIONS, summary="All stations")
def stations(member: Administrator) -> Response:
    """At the sites where who looks administers; those in use first, revoked ones at the end."""
    return _list(member)


@router.post(STATIONS, summary="Add a station")
def create(member: ConfirmedAdministrator) -> Response:
    """It waits for its activation."""
    name, site = member.form.get("name", ""), member.form.get("site", "")
    member.require(Role.ADMINISTER, site)
    try:
        made = actions.create_station(member.parts, member.actor, member.tenant, name, site)
    except NameTaken:
        return _list(member, 409, told="name_taken")
    except BadStation:
        return _list(member, 400, told="bad_station")
    return member.on(f"{STATIONS}/{made.id}", "station_added")


@router.get(f"{STATIONS}/{{station_id}}", summary="A station")
def station(station_id: StationId, member: Administrator) -> Response:
    """Where it is, since when, and what can be done with it."""
    return _one(member, _known(member, station_id))


@router.post(f"{STATIONS}/{{station_id}}/code", summary="Make an activation code")
def code(station_id: StationId, member: ConfirmedAdministrator) -> Response:
    """Shown once, on the answer itself."""
    row = _known(member, station_id)
    try:
        text, ends_at = actions.activation_code(member.parts, member.actor, row.id)
    except NoSuchStation as error:
        raise NoSuchThing from error
    return _one(member, row, code=_code(member, text, ends_at))


@router.post(f"{STATIONS}/{{station_id}}/name", summary="Rename a station")
def rename(station_id: StationId, member: ConfirmedAdministrator) -> Response:
    """The station is told its name with its next configuration."""
    row = _known(member, station_id)
    try:
        actions.rename(member.parts, member.actor, row.id, member.form.get("name", ""))
    except NameTaken:
        return _one(member, row, 409, told="name_taken")
    except (BadStation, NoSuchStation):
        return _one(member, row, 400, told="bad_station")
    return member.on(f"{STATIONS}/{row.id}", "station_renamed")


@router.post(f"{STATIONS}/{{station_id}}/site", summary="Put a station at a site")
def assign(station_id: StationId, member: ConfirmedAdministrator) -> Response:
    """And let it serve a project, or none. Who moves it administers both sites."""
    row, form = _known(member, station_id), member.form
    site, project = form.get("site", ""), form.get("project", row.project_id)
    member.require(Role.ADMINISTER, site)
    try:
        actions.assign(member.parts, member.actor, row.id, site, project)
    except (BadStation, NoSuchStation):
        return _one(member, row, 400, told="bad_station")
    return member.on(f"{STATIONS}/{row.id}", "station_assigned")


@router.post(f"{STATIONS}/{{station_id}}/restart", summary="Restart a station")
def restart(station_id: StationId, member: ConfirmedAdministrator) -> Response:
    """When it next tells of itself, and nobody is at it."""
    row = _known(member, station_id)
    try:
        actions.command(member.parts, member.actor, row.id, RESTART)
    except (NeverHeard, NoSuchStation):
        return _one(member, row, 409, told="never_heard")
    return member.on(f"{STATIONS}/{row.id}", "station_restarts")


@router.post(f"{STATIONS}/{{station_id}}/revoke", summary="Revoke a station")
def revoke(station_id: StationId, member: ConfirmedAdministrator) -> Response:
    """It is shut out at once, for good."""
    row = _known(member, station_id)
    actions.revoke(member.parts, member.actor, row.id)
    return member.on(STATIONS, "station_revoked")


def _known(member: Member, station_id: str) -> StationRow:
    """The station, if who asks administers its site. Raises NoSuchThing."""
    try:
        row = actions.station_in(member.parts, member.tenant, station_id)
    except NoSuchStation as error:
        raise NoSuchThing from error
    if row.id != station_id or not member.may(Role.ADMINISTER, row.site):
        raise NoSuchThing
    return row


def _list(member: Member, status: int = 200, *, told: str = "") -> Response:
    found = actions.stations_of(member.parts, member.tenant)
    mine = [each for each in found if member.may(Role.ADMINISTER, each.site)]
    shown = sorted(mine, key=lambda each: each.revoked_at is not None)
    return member.page("stations.html", status, told=told, stations=shown, sites=member.sites, sent=member.form)


def _one(
    member: Member, row: StationRow, status: int = 200, *, told: str = "", code: CodeView | None = None
) -> Response:
    offered = _projects(member, row)
    return member.page("station.html", status, told=told, station=row, code=code, sites=member.sites, projects=offered)


def _projects(member: Member, row: StationRow) -> tuple[tuple[str, str], ...]:
    """What it may serve, by id and name; empty where there is no project."""
    found = overview(member.parts, member.caller, "", _MOST_PROJECTS).projects
    shown = [(each.id, each.name) for each in found if each.closed_at is None or each.id == row.project_id]
    return (("", "No project"), *shown) if shown else ()


def _code(member: Member, text: str, ends_at: datetime) -> CodeView:
    """With its picture, for the scanner of the kiosk: where it is good, and the code behind the `#`."""
    link = activation_link(member.parts.settings, text) or text
    picture = Markup(svg(modules(link), "The code, for the kiosk's scanner"))  # noqa: S704 - made here
    return CodeView(text, picture, int((ends_at - member.parts.clock.now()).total_seconds()))
