"""Stations as administrators have them: made, given codes, renamed, assigned, told to restart, revoked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from kiosk.contract.enrollments import Phase
from kiosk.service.audit.actions import Event, record
from kiosk.service.enrollments.finish import end_left
from kiosk.service.parts import Parts
from kiosk.service.policies.actions import under
from kiosk.service.sources import new_id
from kiosk.service.staff.rules import code_text
from kiosk.service.staff.sessions import close_desks
from kiosk.service.stations import rules
from kiosk.service.stations.rules import BadStation, NameTaken, NeverHeard, NoSuchStation
from kiosk.service.store import fleet_standings as standings
from kiosk.service.store import fleet_stations as rows
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.enrollments import open_enrollments
from kiosk.service.store.fleet import CodeRow, StationRow
from kiosk.service.store.projects import project
from kiosk.service.store.stations import disable_client, move_client
from kiosk.service.tokens.rules import hashed

_CODE_BYTES: Final = 10


def create_station(
    parts: Parts, actor: str, tenant: str, name: str, site: str = "", project_id: str | None = None
) -> StationRow:
    """Make a station that waits to be activated. Raises NameTaken, BadStation."""
    row = StationRow(
        id=new_id(parts.random),
        tenant=tenant,
        name=rules.name_of(name),
        site=rules.site_of(site),
        created_at=parts.clock.now(),
        project_id=project_id or None,
    )

    def work(tx: WriteTx) -> StationRow:
        require_place(tx, parts, row)
        require_free(tx, tenant, row.name)
        rows.add_station(tx, row)
        record(tx, parts, event(row, actor, "station.created"))
        return row

    return parts.store.write(work)


def activation_code(parts: Parts, actor: str, station_id: str) -> tuple[str, datetime]:
    """A code (80 random bits) that activates the station once, told here and kept nowhere, and until when. Earlier ones
    are not good any more. A station that is active stays so until it is activated anew. Raises NoSuchStation."""
    text, now = code_text(parts.random.token(_CODE_BYTES)), parts.clock.now()
    ends_at = now + timedelta(minutes=parts.settings.stations.code)

    def work(tx: WriteTx) -> None:
        row = known(tx, station_id)
        rows.put_code(tx, CodeRow(hashed(text), row.id, actor[:128], now, ends_at))
        record(tx, parts, event(row, actor, "station.code_made"))

    parts.store.write(work)
    return text, ends_at


def rename(parts: Parts, actor: str, station_id: str, name: str) -> StationRow:
    """Call the station something else. Raises NoSuchStation, NameTaken, BadStation."""
    wanted = rules.name_of(name)

    def change(tx: WriteTx, row: StationRow) -> StationRow:
        if row.name != wanted:
            require_free(tx, row.tenant, wanted)
        return replace(row, name=wanted)

    return _changed(parts, actor, station_id, "station.renamed", change)


def assign(parts: Parts, actor: str, station_id: str, site: str, project_id: str | None = None) -> StationRow:
    """Put the station at a site, and let it serve a project or none. Raises NoSuchStation, BadStation."""
    wanted = rules.site_of(site)

    def change(tx: WriteTx, row: StationRow) -> StationRow:
        moved = replace(row, site=wanted, project_id=project_id or None)
        require_place(tx, parts, moved)
        return moved

    return _changed(parts, actor, station_id, "station.assigned", change)


def revoke(parts: Parts, actor: str, station_id: str) -> StationRow:
    """Shut the station out, with all tokens that it holds; what it has open ends. Twice is fine. Raises
    NoSuchStation."""

    def work(tx: WriteTx) -> StationRow:
        row = rows.station(tx, station_id)
        if row is None:
            raise NoSuchStation
        if row.revoked_at is not None:
            return row
        shut_out(tx, parts, row)
        rows.drop_codes(tx, row.id)
        record(tx, parts, event(row, actor, "station.revoked"))
        return rows.move_station(tx, row, revoked_at=parts.clock.now())

    return parts.store.write(work)


def command(parts: Parts, actor: str, station_id: str, word: str) -> None:
    """Tell the station to do something (`restart`) when it next tells of itself. Raises NoSuchStation, NeverHeard,
    BadStation."""
    if word not in rules.COMMANDS:
        raise BadStation("command")

    def work(tx: WriteTx) -> None:
        row = known(tx, station_id)
        standing = standings.standing(tx, row.id)
        if standing is None:
            raise NeverHeard
        waiting = " ".join(sorted({*standing.commands.split(), word}))
        standings.put_standing(tx, standing, replace(standing, commands=waiting))
        record(tx, parts, replace(event(row, actor, "station.commanded"), reason=word))

    parts.store.write(work)


def stations_of(parts: Parts, tenant: str) -> tuple[StationRow, ...]:
    """All stations of a tenant, by site and name, also revoked ones."""
    with parts.store.read() as tx:
        return rows.stations_of(tx, tenant)


def station_in(parts: Parts, tenant: str, name_or_id: str) -> StationRow:
    """The station of this id, or of this name unless that was revoked. Raises NoSuchStation."""
    with parts.store.read() as tx:
        found = rows.station(tx, name_or_id)
        if found is None or found.tenant != tenant:
            found = rows.station_named(tx, tenant, name_or_id)
    if found is None:
        raise NoSuchStation
    return found


def known(tx: ReadTx, station_id: str) -> StationRow:
    """A station that was not revoked. Raises NoSuchStation."""
    row = rows.station(tx, station_id)
    if row is None or row.revoked_at is not None:
        raise NoSuchStation
    return row


def require_free(tx: WriteTx, tenant: str, name: str) -> None:
    """Hold the names of the tenant's stations. Raises NameTaken."""
    rows.alone_with_names(tx, tenant)
    if rows.station_named(tx, tenant, name) is not None:
        raise NameTaken


def require_place(tx: ReadTx, parts: Parts, row: StationRow) -> None:
    """The site and the project are the tenant's. Raises BadStation."""
    site = parts.settings.accounts.site(row.site)
    if site is not None and site.tenant != row.tenant:
        raise BadStation("site")
    if row.project_id is None:
        return
    found = project(tx, row.project_id)
    if found is None or found.tenant != row.tenant:
        raise BadStation("project")


def shut_out(tx: WriteTx, parts: Parts, row: StationRow) -> None:
    """Refuse the client that the station signs in as; nobody is enrolled, and no staff signed in, there any more."""
    if row.client_id is None:
        return
    disable_client(tx, row.client_id, parts.clock.now())
    governed = under(tx, parts, row.client_id)
    for each in open_enrollments(tx, row.client_id):
        end_left(tx, governed, each, Phase.CANCELLED)
    close_desks(tx, row.client_id)


def event(row: StationRow, actor: str, name: str) -> Event:
    """What happened to a station."""
    return Event(name, row.tenant, actor, row.id, row.site)


def _changed(
    parts: Parts, actor: str, station_id: str, name: str, change: Callable[[WriteTx, StationRow], StationRow]
) -> StationRow:
    def work(tx: WriteTx) -> StationRow:
        row = known(tx, station_id)
        wanted = change(tx, row)
        if wanted == row:
            return row
        if row.client_id is not None and row.public_key is not None:  # the sites of others were given by themselves
            move_client(tx, row.client_id, wanted.site)
        served = {"project": wanted.project_id or ""} if name == "station.assigned" else {}
        record(tx, parts, replace(event(wanted, actor, name), details=served))
        return rows.move_station(tx, row, **_place(wanted))

    return parts.store.write(work)


def _place(row: StationRow) -> dict[str, Any]:
    return {"name": row.name, "site": row.site, "project_id": row.project_id}
