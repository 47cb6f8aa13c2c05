"""Staff over HTTP, as a station calls: ask, open the desk, decide, look up, close."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kiosk.contract.paths import Scope
from kiosk.contract.staff import Role, StaffChallenge
from kiosk.service.staff.actions import new_sealed_code
from kiosk.service.tokens.actions import STATION, Rights, create_client
from tests.kiosk.service.running import Running, Station
from tests.kiosk.service.soft_key import Json, SoftKey
from tests.kiosk.service.staff.crew import NOBODY, Crew, Member


def signed_in(online: Running, rights: Rights = STATION) -> Station:
    credentials = create_client(online.parts.store, online.clock, online.random, "Lobby", rights)
    return Station(online.url, online.authority, credentials).sign_in()


@pytest.fixture
def lobby(online: Running) -> Iterator[Station]:
    station = signed_in(online)
    yield station
    station.session.close()


def asked(lobby: Station, action: str = "verify", **criteria: str) -> tuple[str, Json]:
    visit = lobby.open()
    lobby.identify(visit, **criteria)
    return visit, lobby.post(f"/enrollments/{visit}/approvals", {"action": action}, 201)


def answered(lobby: Station, who: Member, expect: int = 200, **asked_for: Any) -> Json:
    told = lobby.post("/staff/challenges", {"purpose": "desk"} | asked_for, 201)
    credential = who.credential(StaffChallenge(**told))
    return lobby.post(f"/staff/challenges/{told['challenge_id']}/answer", {"credential": credential}, expect)


def desk(lobby: Station, who: Member) -> dict[str, str]:
    return {"Keywright-Desk": answered(lobby, who)["desk"]}


def test_staff_at_the_station_let_a_person_through(online: Running, lobby: Station) -> None:
    ada = Crew(online).joined("ada")
    visit, request = asked(lobby)
    refused = lobby.post(f"/enrollments/{visit}/verify", {"method": "none"}, 409)
    assert (refused["code"], refused["reasons"]) == ("approval_required", ["verify"])
    at_desk = desk(lobby, ada)
    (seen,) = lobby.call("GET", "/staff/requests", headers=at_desk).json()
    assert (seen["number"], seen["mine"], seen["station"]) == (request["number"], False, "Lobby")
    said = answered(lobby, ada, purpose="decide", approval_id=request["approval_id"], decision="approve")
    assert said["approval"]["state"] == "approved"
    assert "desk" not in said or said["desk"] == ""
    path = f"/enrollments/{visit}/approvals/{request['approval_id']}"
    assert lobby.call("GET", f"{path}?seen=pending:0&wait=20").json()["state"] == "approved"
    assert lobby.post(f"/enrollments/{visit}/verify", {"method": "none"}, 200)["phase"] == "key"
    assert lobby.call("DELETE", "/staff/desk", headers=at_desk).status_code == 204
    assert lobby.call("GET", "/staff/requests", headers=at_desk).status_code == 403


def test_a_request_is_taken_back(lobby: Station) -> None:
    visit, request = asked(lobby)
    path = f"/enrollments/{visit}/approvals/{request['approval_id']}"
    assert [lobby.call("DELETE", path).status_code for _ in range(2)] == [204, 204]
    assert lobby.call("GET", path).json()["state"] == "taken_back"
    assert lobby.call("GET", path.replace(request["approval_id"], "0" * 32)).status_code == 404


def test_somebody_and_nobody_look_the_same(lobby: Station) -> None:
    _, known = asked(lobby)
    _, unknown = asked(lobby, **NOBODY)
    same = {"approval_id": "", "number": ""}
    assert known | same == unknown | same


def test_who_is_not_staff_here_hears_one_word(online: Running, lobby: Station) -> None:
    crew = Crew(online)
    viewer, elsewhere = crew.joined("viewer", frozenset({Role.VIEW})), crew.joined("bob", sites=frozenset({"south"}))
    _, request = asked(lobby)
    decide = {"purpose": "decide", "approval_id": request["approval_id"], "decision": "approve"}
    for refused in (
        answered(lobby, Member(viewer.row, SoftKey()), 403),
        answered(lobby, elsewhere, 403),
        answered(lobby, viewer, 403, **decide),
    ):
        assert refused["code"] == "staff_refused"
        assert not refused.get("detail")
    for token in ("", "nonsense"):
        assert lobby.call("GET", "/staff/requests", headers={"Keywright-Desk": token}).status_code == 403
    other = signed_in(online)
    assert other.call("GET", "/staff/requests", headers=desk(lobby, viewer)).status_code == 403
    other.session.close()


def test_a_visit_has_more_time_while_staff_have_the_screen(online: Running, lobby: Station) -> None:
    ada, visit = Crew(online).joined("ada"), lobby.open()
    online.clock.advance(seconds=890)  # of 900
    desk(lobby, ada)
    online.clock.advance(seconds=290)
    lobby.identify(visit)
    online.clock.advance(seconds=20)
    desk(lobby, ada)
    lobby.post(f"/enrollments/{visit}/verify", {"method": "none"}, 410)


def test_a_desk_ends_by_itself(online: Running, lobby: Station) -> None:
    at_desk = desk(lobby, Crew(online).joined("ada"))
    online.clock.advance(seconds=online.parts.settings.staff.desk)
    assert lobby.call("GET", "/staff/requests", headers=at_desk).status_code == 403


def test_a_sealed_code_opens_the_desk_once(online: Running, lobby: Station) -> None:
    ada = Crew(online).joined("ada")
    code = new_sealed_code(online.parts, "service", ada.row.id).text
    for expect in (200, 403):
        told = lobby.post("/staff/challenges", {"purpose": "desk"}, 201)
        lobby.post(f"/staff/challenges/{told['challenge_id']}/answer", {"name": "ada", "code": code}, expect)


@pytest.mark.parametrize(
    "body",
    [
        {"purpose": "console"},
        {"purpose": "confirm"},
        {"purpose": "decide", "approval_id": "0" * 32},
        {"purpose": "desk", "reason": "x" * 201},
        {"purpose": "desk", "more": 1},
    ],
)
def test_a_station_asks_staff_for_two_things_only(lobby: Station, body: Json) -> None:
    assert lobby.post("/staff/challenges", body, 400)["code"] == "malformed"


def test_staff_look_up_what_a_person_shows_them(online: Running, lobby: Station) -> None:
    at_desk = desk(lobby, Crew(online).joined("ada"))
    key = SoftKey().report(serial="4711", options={"rk": False})
    told = lobby.call("POST", "/staff/desk/key", {"key": key}, headers=at_desk).json()
    assert told["state"] == "unknown"
    assert {"no_discoverable", "no_pin_support"} <= set(told["refusals"])
    lobby.call("POST", "/enrollments", {"locale": "en"}, headers={"X-Request-ID": "ABCD-1234"})
    visit = lobby.open()
    lobby.identify(visit)
    body = {"action": "verify"}
    lobby.call("POST", f"/enrollments/{visit}/approvals", body, headers={"X-Request-ID": "EFGH-5678"})
    found = lobby.call("POST", "/staff/desk/reference", {"reference": "EFGH-5678"}, headers=at_desk).json()
    assert [each[1] for each in found["events"]] == ["approval_asked"]
    nothing = lobby.call("POST", "/staff/desk/reference", {"reference": "0000-0000"}, headers=at_desk).json()
    assert nothing["events"] == []


def test_a_client_without_the_scope_stays_outside(online: Running) -> None:
    stranger = signed_in(online, Rights(frozenset({Scope.ENROLL})))
    for method, path in (("POST", "/staff/challenges"), ("GET", "/staff/requests"), ("DELETE", "/staff/desk")):
        assert stranger.call(method, path, {"purpose": "desk"}).status_code == 403
    stranger.session.close()
