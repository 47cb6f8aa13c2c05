"""Staff in the console: added with a link that is shown once, changed, disabled; their keys revoked."""

from __future__ import annotations

import re

from kiosk.contract.staff import Role
from kiosk.service.staff import actions
from tests.kiosk.service.console.desk import Desk, desk_of
from tests.kiosk.service.running import Running
from tests.kiosk.service.staff.crew import Crew

PATH = "/console/staff"


def test_a_member_is_added_and_joins_by_the_link(online: Running) -> None:
    desk = desk_of(online)
    answer = desk.sends(PATH, PATH, name="tariq", display_name="Tariq", role_view="yes", sites="north")
    assert answer.status_code == 200
    code = re.search(r"https://keys\.example\.org/console/join#([0-9A-Z-]+)<", answer.text)
    assert code
    row = actions.member_named(online.parts, "default", "tariq")
    assert (row.roles, row.sites) == ("view", "north")
    assert code[1] not in desk.get(f"{PATH}/{row.id}").text
    assert desk.post("/console/join/challenge", {"code": code[1]}).status_code == 200


def test_a_sealed_code_is_shown_once_and_signs_its_owner_in(online: Running) -> None:
    desk, other = desk_of(online), desk_of(online, "tariq")
    page = f"{PATH}/{other.row.id}"
    told = desk.sends(page, f"{page}/sealed").text
    code = re.search(r'class="code small-code">([0-9A-Z-]+)<', told)
    assert code
    assert code[1] not in desk.get(page).text
    bare = Desk(online, other.member)
    assert bare.post("/console/sign-in/code", {"name": "tariq", "code": code[1]}).status_code == 303
    assert "Tariq" in bare.get("/console").text


def test_a_member_is_changed_and_disabled(online: Running) -> None:
    desk, other = desk_of(online), desk_of(online, "tariq")
    page = f"{PATH}/{other.row.id}"
    assert desk.sends(page, page, display_name="T", email="", role_view="yes").status_code == 303
    assert other.get("/console/requests").status_code == 403
    assert desk.sends(page, f"{page}/disable").status_code == 303
    assert other.get("/console").status_code == 303
    assert "Disabled" in desk.get(PATH).text
    assert [each.actor for each in Crew(online).events("staff_disabled")] == [f"staff:{desk.row.id}"]


def test_a_key_is_revoked(online: Running) -> None:
    desk, other = desk_of(online), desk_of(online, "tariq")
    [key] = actions.keys_of(online.parts, other.row.id)
    page = f"{PATH}/{other.row.id}"
    assert desk.sends(page, f"{page}/keys/{key.id}/revoke").status_code == 303
    assert other.get("/console").status_code == 303
    assert "Revoked" in desk.get(page).text


def test_another_administrator_vouches_for_a_key(online: Running) -> None:
    desk, other = desk_of(online), desk_of(online, "lina")
    tariq = desk_of(online, "tariq", Role.VIEW, behind=frozenset({f"staff:{desk.row.id}"}))
    [key] = actions.keys_of(online.parts, tariq.row.id)
    page = f"{PATH}/{tariq.row.id}"
    assert "Nobody vouched" in desk.get(page).text
    assert desk.sends(page, f"{page}/keys/{key.id}/vouch").status_code == 409
    assert other.sends(page, f"{page}/keys/{key.id}/vouch").status_code == 303
    assert "Nobody vouched" not in desk.get(page).text


def test_nobody_disables_or_demotes_themselves(online: Running) -> None:
    desk = desk_of(online)
    page = f"{PATH}/{desk.row.id}"
    path = f"{page}/disable"
    assert "Disable</button>" not in desk.get(page).text
    assert desk.post(path, {"token": desk.browser.form_token(path)}).status_code == 409
    assert desk.sends(page, page, display_name="Mona", email="", role_view="yes").status_code == 409
    assert desk.get(PATH).status_code == 200


def test_a_member_without_a_role_or_with_a_taken_name_is_none(online: Running) -> None:
    desk = desk_of(online)
    assert desk.sends(PATH, PATH, name="tariq").status_code == 400
    assert desk.sends(PATH, PATH, name="Mona", role_view="yes").status_code == 409


def test_who_administers_one_site_does_so_for_its_members_alone(online: Running) -> None:
    desk = desk_of(online, "mona", Role.ADMINISTER, sites=frozenset({"north"}))
    elsewhere: Desk = desk_of(online, "tariq", Role.VIEW, sites=frozenset({"south"}))
    everywhere = desk_of(online, "lina", Role.VIEW)
    page = desk.get(PATH).text
    for each in (elsewhere, everywhere):
        assert each.row.name not in page
        assert desk.get(f"{PATH}/{each.row.id}").status_code == 404
    token = {"token": desk.browser.form_token(PATH), "name": "omar", "role_administer": "yes"}
    for sites in ({}, {"site_south": "yes"}, {"site_north": "yes", "sites": "south"}):
        assert desk.post(PATH, token | sites).status_code == 403
    assert desk.post(PATH, token | {"site_north": "yes"}).status_code == 200
