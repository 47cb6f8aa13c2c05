"""Who gets into the console: a key of staff, a sealed code, the link of a new member; and nobody else."""

from __future__ import annotations

import json

import pytest

from kiosk.contract.staff import Role
from kiosk.service.staff import actions
from tests.kiosk.service.console.desk import ORIGIN, Desk, desk_of
from tests.kiosk.service.running import Running
from tests.kiosk.service.soft_key import SoftKey
from tests.kiosk.service.staff.crew import Crew


@pytest.mark.databases
def test_a_member_signs_in_with_their_key_and_out_again(online: Running) -> None:
    desk = desk_of(online)
    page = desk.get("/console")
    assert page.status_code == 200
    assert "Mona" in page.text
    assert desk.sends("/console", "/console/sign-out").headers["location"] == "/console/sign-in?told=left"
    assert desk.get("/console").headers["location"] == "/console/sign-in"
    assert [each.event for each in Crew(online).events("staff_signed_in", "staff_signed_out")] == [
        "staff_signed_in",
        "staff_signed_out",
    ]


def test_a_cookie_is_good_in_its_own_browser_alone(online: Running) -> None:
    desk, other = desk_of(online), desk_of(online, "tariq")
    stolen = desk.session.cookies.get("__Host-keywright-staff")
    assert stolen
    other.session.cookies.set("__Host-keywright-staff", stolen, domain="127.0.0.1", path="/", secure=True)
    names = [each.value for each in other.session.cookies if each.name == "__Host-keywright-staff"]
    assert stolen in names
    header = f"__Host-keywright-browser={other.session.cookies.get('__Host-keywright-browser')}; "
    bare = Desk(online, other.member)
    answer = bare.get("/console", headers={"Cookie": header + f"__Host-keywright-staff={stolen}"})
    assert answer.status_code == 303


def test_cookies_are_kept_from_scripts_and_other_sites(online: Running) -> None:
    desk = Desk(online, Crew(online).joined("mona"))
    first = desk.get("/console/sign-in").headers["set-cookie"]
    answer = desk.post("/console/sign-in", desk.signs("/console/sign-in/challenge"))
    for cookie in (first, answer.headers["set-cookie"]):
        assert cookie.startswith("__Host-keywright-")
        for word in ("HttpOnly", "Secure", "Path=/", "SameSite=strict"):
            assert word in cookie


def test_whoever_is_not_staff_is_refused_like_whoever_is_disabled(online: Running) -> None:
    crew = Crew(online)
    gone = crew.joined("gone")
    actions.disable_member(online.parts, "test", gone.row.id)
    stranger = crew.joined("mona")
    stranger.key = SoftKey(counter=1)
    stranger.key.register(
        {
            "rp": {"id": "keys.example.org", "name": "x"},
            "user": {"id": "AA"},
            "challenge": "AA",
            "pubKeyCredParams": [],
        },
        ORIGIN,
    )
    answers = []
    for each in (gone, stranger):
        desk = Desk(online, each)
        answers.append(desk.post("/console/sign-in", desk.signs("/console/sign-in/challenge")))
    assert {each.status_code for each in answers} == {403}
    assert answers[0].text == answers[1].text


def test_a_sealed_code_stands_for_the_key_once(online: Running) -> None:
    crew = Crew(online)
    member = crew.joined("mona")
    code = actions.new_sealed_code(online.parts, "test", member.row.id).text
    desk = Desk(online, member)
    form = {"name": "Mona", "code": code.lower()}
    assert desk.post("/console/sign-in/code", form).headers["location"] == "/console"
    assert desk.get("/console").status_code == 200
    assert Desk(online, member).post("/console/sign-in/code", form).status_code == 403


def test_a_link_registers_the_first_key(online: Running) -> None:
    code = actions.add_member(
        online.parts, "test", "default", actions.NewMember("tariq", "Tariq", "", frozenset({Role.VIEW}))
    ).text
    desk = Desk(online, Crew(online).joined("mona"))
    key = SoftKey(counter=1)
    asked = desk.post("/console/join/challenge", {"code": code}).json()
    made = key.register(asked["public_key"], ORIGIN)
    sent = {"code": code, "name": "Blue", "challenge": asked["challenge_id"], "credential": json.dumps(made)}
    assert desk.post("/console/join", sent).headers["location"] == "/console/sign-in?told=joined"
    refused = desk.post("/console/join/challenge", {"code": code})
    assert (refused.status_code, set(refused.json())) == (404, {"title", "text"})
    desk.member.key = key
    assert "Tariq" in desk.signs_in().get("/console").text


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_site_sends_no_forms(online: Running, headers: dict[str, str]) -> None:
    desk = desk_of(online)
    token = desk.token("/console", "/console/sign-out")
    assert desk.post("/console/sign-out", {"token": token}, headers=headers).status_code == 403
    assert desk.get("/console").status_code == 200


def test_a_form_is_taken_from_the_page_that_was_made_for_it(online: Running) -> None:
    desk, other = desk_of(online), desk_of(online, "tariq")
    foreign = other.token("/console", "/console/sign-out")
    for form in ({"a": ""}, {"token": foreign}, {"token": "x"}):
        assert desk.post("/console/sign-out", form).status_code == 403
    assert desk.get("/console").status_code == 200


def test_an_idle_sign_in_ends_and_what_pages_fetch_keeps_none_alive(online: Running) -> None:
    desk = desk_of(online)
    answers = []
    for _ in range(4):
        online.clock.advance(seconds=500)
        answers.append(desk.get("/console", headers={"Keywright-Live": "1"}).status_code)
    assert answers == [200, 200, 200, 303]


def test_a_link_of_another_site_leads_to_the_page_with_its_cookies(online: Running) -> None:
    bare = Desk(online, Crew(online).joined("mona"))
    answer = bare.get("/console", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert "data-again" in answer.text
    assert "set-cookie" not in answer.headers


def test_pages_are_strict_and_kept_by_nobody(online: Running) -> None:
    headers = desk_of(online).get("/console").headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["cache-control"] == "no-store"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
