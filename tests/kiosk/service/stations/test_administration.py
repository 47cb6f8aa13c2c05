"""Stations as administrators set them up: named once, put where the tenant is, revoked for good."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from kiosk.contract import paths
from kiosk.contract.enrollments import Phase
from kiosk.service.accounts.settings import DEFAULT_TENANT
from kiosk.service.parts import Parts
from kiosk.service.staff.sessions import Kind, open_session
from kiosk.service.stations import actions
from kiosk.service.stations.rules import BadStation, NameTaken, NoSuchStation
from kiosk.service.store.enrollments import enrollment
from kiosk.service.store.projects import add_project
from kiosk.service.store.staff import StaffRow, add_staff, staff_sessions
from kiosk.service.store.stations import client
from tests.kiosk.service.projects.rows import a_project_row
from tests.kiosk.service.running import NOON, Running, assembled, settings_for
from tests.kiosk.service.stations.conftest import Activated
from tests.kiosk.service.stations.kiosks import ACTOR, made, trail

NOWHERE = "0" * 32


@pytest.mark.databases
def test_a_name_is_of_one_station_of_a_tenant_until_that_is_revoked(local: Running) -> None:
    lobby, gate = made(local, "Lobby"), made(local, "Gate")
    assert made(local, "Lobby", tenant="other").name == "Lobby"
    with pytest.raises(NameTaken):
        made(local, " Lobby ")
    with pytest.raises(NameTaken):
        actions.rename(local.parts, ACTOR, gate.id, "Lobby")
    actions.revoke(local.parts, ACTOR, lobby.id)
    assert actions.rename(local.parts, ACTOR, gate.id, "Lobby").name == "Lobby"
    assert actions.station_in(local.parts, DEFAULT_TENANT, "Lobby").id == gate.id
    assert actions.station_in(local.parts, DEFAULT_TENANT, lobby.id).revoked_at == NOON
    assert [each.name for each in actions.stations_of(local.parts, "other")] == ["Lobby"]
    assert [name for name, _, _ in trail(local)] == [
        *["station.created"] * 3,
        "station.revoked",
        "station.renamed",
    ]


def test_what_is_no_name_is_refused(local: Running) -> None:
    for name in ("", " ", "x" * 65, "a\x00b", "a\u202eb"):
        with pytest.raises(BadStation) as refused:
            made(local, name)
        assert refused.value.reasons == ("name",), ascii(name)


def test_a_station_is_at_a_site_and_serves_a_project_of_its_tenant(local: Running) -> None:
    theirs = a_project_row(id="f" * 32, tenant="other")
    local.parts.store.write(lambda tx: add_project(tx, a_project_row()))
    local.parts.store.write(lambda tx: add_project(tx, theirs))
    row = made(local)
    moved = actions.assign(local.parts, ACTOR, row.id, "south", a_project_row().id)
    assert (moved.site, moved.project_id) == ("south", a_project_row().id)
    assert actions.assign(local.parts, ACTOR, row.id, "").project_id is None
    for site, project, wrong in (("South", None, "site"), ("south", theirs.id, "project"), ("", NOWHERE, "project")):
        with pytest.raises(BadStation) as refused:
            actions.assign(local.parts, ACTOR, row.id, site, project)
        assert refused.value.reasons == (wrong,)
    with pytest.raises(BadStation):
        actions.create_station(local.parts, ACTOR, "default", "Gate", "south", theirs.id)


THINGS: tuple[Callable[[Parts, str], Any], ...] = (
    lambda parts, who: actions.activation_code(parts, ACTOR, who),
    lambda parts, who: actions.rename(parts, ACTOR, who, "Gate"),
    lambda parts, who: actions.assign(parts, ACTOR, who, "south"),
    lambda parts, who: actions.command(parts, ACTOR, who, "restart"),
)


def test_nothing_is_done_with_a_station_that_is_none_or_was_revoked(local: Running) -> None:
    gone = actions.revoke(local.parts, ACTOR, made(local).id)
    before = trail(local)
    for do, station in product(THINGS, (gone.id, NOWHERE)):
        with pytest.raises(NoSuchStation):
            do(local.parts, station)
    assert trail(local) == before


def test_revoking_nobody_is_told_and_twice_is_once(local: Running) -> None:
    row = made(local)
    with pytest.raises(NoSuchStation):
        actions.revoke(local.parts, ACTOR, NOWHERE)
    with pytest.raises(NoSuchStation):
        actions.station_in(local.parts, "other", row.id)
    first = actions.revoke(local.parts, ACTOR, row.id)
    assert actions.revoke(local.parts, ACTOR, row.id) == first
    assert len(trail(local, "station.revoked")) == 1


@pytest.mark.databases
def test_what_a_revoked_station_has_open_ends_at_once(running: Running, enlist: Activated) -> None:
    kiosk, other = enlist(), enlist("Other")
    holder = f"client:{kiosk.told['client_id']}"
    ada = StaffRow(NOWHERE, "default", "ada", "ada", "Ada", "", "approve", "", b"a" * 64, NOON)
    running.parts.store.write(lambda tx: add_staff(tx, ada))
    open_session(running.parts, ada, Kind.DESK, holder)
    begun = [each.call("POST", paths.ENROLLMENTS, {}).json()["enrollment_id"] for each in (kiosk, other)]
    actions.revoke(running.parts, ACTOR, kiosk.told["station_id"])
    assert kiosk.call("GET", paths.PROFILE).status_code == 401
    assert kiosk.ask_token(kiosk.assertion()).status_code == 401
    assert other.call("GET", paths.PROFILE).status_code == 200
    with running.parts.store.read() as tx:
        phases = [
            row.phase
            for each, who in zip(begun, (kiosk, other), strict=True)
            if (row := enrollment(tx, each, who.told["client_id"])) is not None
        ]
        assert phases == [Phase.CANCELLED, Phase.IDENTIFY]
        assert tx.connection.execute(staff_sessions.select()).all() == []


def test_a_station_acts_for_the_site_that_it_was_moved_to(running: Running, enlist: Activated) -> None:
    kiosk = enlist()
    actions.assign(running.parts, ACTOR, kiosk.told["station_id"], "south")
    with running.parts.store.read() as tx:
        found = client(tx, kiosk.told["client_id"])
    assert found is not None
    assert found.sites == "south"


def test_a_site_of_another_tenant_is_none_of_ours(tmp_path: Path) -> None:
    sites = [{"id": "abroad", "name": "Abroad", "tenant": "other"}]
    with assembled(tmp_path, settings_for(tmp_path, accounts={"sites": sites})) as running:
        assert made(running, site="abroad", tenant="other").site == "abroad"
        with pytest.raises(BadStation) as refused:
            made(running, site="abroad")
        assert refused.value.reasons == ("site",)
