"""Stations in the console: added, activated by a code that is shown once, renamed, moved, revoked; and the board."""

from __future__ import annotations

import re

import pytest

from kiosk.contract.staff import Role
from kiosk.service.concierge.rules import StaffCaller
from kiosk.service.projects import actions as projects
from kiosk.service.projects.bodies import NewProject
from kiosk.service.stations import actions
from kiosk.service.store.fleet import StationRow
from tests.kiosk.service.console.desk import Desk, desk_of
from tests.kiosk.service.running import Running
from tests.kiosk.service.staff.crew import Crew

PATH = "/console/stations"


def made(desk: Desk, name: str = "Lobby", site: str = "north") -> StationRow:
    return actions.create_station(desk.running.parts, "test", "default", name, site)


def again(desk: Desk, row: StationRow) -> StationRow:
    return actions.station_in(desk.running.parts, "default", row.id)


def test_a_station_is_added_and_stands_on_the_list_and_the_board(online: Running) -> None:
    desk = desk_of(online)
    answer = desk.sends(PATH, PATH, name="Lobby, left", site="north")
    assert answer.status_code == 303
    assert "Lobby, left" in desk.get(PATH).text
    board = desk.get("/console").text
    assert "Lobby, left" in board
    assert "Not set up" in board
    [event] = Crew(online).events("station.created")
    assert event.actor == f"staff:{desk.row.id}"


def test_its_code_is_shown_once_with_a_picture(online: Running) -> None:
    desk = desk_of(online)
    row = made(desk)
    page = desk.sends(f"{PATH}/{row.id}", f"{PATH}/{row.id}/code").text
    code = re.search(r'class="code">([0-9A-Z-]+)<', page)
    assert code
    assert "<svg" in page.partition('class="qr"')[2]
    assert code[1] not in desk.get(f"{PATH}/{row.id}").text
    assert len(Crew(online).events("station.code_made")) == 1


def test_it_is_renamed_moved_and_revoked(online: Running) -> None:
    desk = desk_of(online)
    row, page = made(desk), ""
    page = f"{PATH}/{row.id}"
    assert desk.sends(page, f"{page}/name", name="Canteen").status_code == 303
    assert desk.sends(page, f"{page}/site", site="south").status_code == 303
    assert (again(desk, row).name, again(desk, row).site) == ("Canteen", "south")
    assert desk.sends(page, f"{page}/revoke").headers["location"] == f"{PATH}?told=station_revoked"
    assert again(desk, row).revoked_at is not None
    assert "Revoked" in desk.get(page).text
    assert "Canteen" not in desk.get("/console").text


def test_a_station_serves_a_project_of_the_tenant(online: Running) -> None:
    desk = desk_of(online)
    row = made(desk)
    page, caller = f"{PATH}/{row.id}", StaffCaller(desk.row.id, frozenset())
    assert 'name="project"' not in desk.get(page).text
    new = NewProject(name="Winter", self_service=True, first_id=1, last_id=99)
    project = projects.create(online.parts, caller, new)
    assert "Winter" in desk.get(page).text
    assert desk.sends(page, f"{page}/site", site="north", project=project.id).status_code == 303
    assert again(desk, row).project_id == project.id
    assert desk.sends(page, f"{page}/site", site="north", project="0" * 32).status_code == 400
    assert desk.sends(page, f"{page}/site", site="north", project="").status_code == 303
    assert again(desk, row).project_id is None


def test_the_board_shows_one_site_where_somebody_wants_to(online: Running) -> None:
    desk = desk_of(online)
    made(desk)
    made(desk, "Canteen", "south")
    assert all(name in desk.get("/console").text for name in ("Lobby", "Canteen"))
    page = desk.get("/console?site=south").text
    assert "Canteen" in page
    assert "Lobby" not in page


@pytest.mark.parametrize(("name", "status"), [("Lobby", 409), ("", 400), ("x" * 65, 400)])
def test_a_name_that_cannot_be_is_told(online: Running, name: str, status: int) -> None:
    desk = desk_of(online)
    row = made(desk)
    made(desk, "Canteen")
    answer = desk.sends(PATH, PATH, name=name, site="north")
    assert answer.status_code == status
    assert "notice stop" in answer.text
    assert again(desk, row).name == "Lobby"


def test_who_administers_one_site_neither_sees_nor_changes_another(online: Running) -> None:
    desk = desk_of(online, "mona", Role.ADMINISTER, sites=frozenset({"north"}))
    here, there = made(desk), made(desk, "Canteen", "south")
    page = desk.get(PATH).text
    assert "Lobby" in page
    assert "Canteen" not in page
    assert "Canteen" not in desk.get("/console").text
    assert desk.get(f"{PATH}/{there.id}").status_code == 404
    path = f"{PATH}/{there.id}/revoke"
    assert desk.post(path, {"token": desk.browser.form_token(path)}).status_code == 404
    assert desk.sends(f"{PATH}/{here.id}", f"{PATH}/{here.id}/site", site="south").status_code == 403
    assert desk.sends(PATH, PATH, name="New", site="south").status_code == 403
    assert again(desk, there).revoked_at is None


def test_what_cannot_be_undone_wants_a_fresh_touch_of_the_same_members_key(online: Running) -> None:
    desk, other = desk_of(online), desk_of(online, "tariq")
    row = made(desk)
    page, path = f"{PATH}/{row.id}", f"{PATH}/{row.id}/revoke"
    online.clock.advance(seconds=400)
    asked = desk.sends(page, path)
    assert asked.status_code == 403
    assert "Touch your key" in asked.text
    assert "Revoke a station" in asked.text
    assert again(desk, row).revoked_at is None
    challenge = f"/console/confirm/challenge?action={path}"
    elsewhere = desk.signs(f"/console/confirm/challenge?action={page}/name")
    assert desk.sends(page, path, **elsewhere).status_code == 403
    desk.member, mine = other.member, desk.member
    assert desk.sends(page, path, **desk.signs(challenge)).status_code == 403
    desk.member = mine
    assert again(desk, row).revoked_at is None
    assert desk.sends(page, path, **desk.signs(challenge)).status_code == 303
    assert again(desk, row).revoked_at is not None
