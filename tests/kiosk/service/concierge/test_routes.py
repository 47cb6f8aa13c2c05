"""The concierge over HTTPS: scopes, forms, keys of a real enrollment, and nothing of a search in the log."""

from __future__ import annotations

import io
import logging

import pytest
from requests import Response

from kiosk.contract import paths
from kiosk.contract.paths import Scope
from kiosk.logs import JsonFormatter
from tests.kiosk.service.concierge.world import MARIA, World
from tests.kiosk.service.running import Station

WHY = "Lost her key"
WHICH = {paths.USER_DETAILS: "concierge_user_details", paths.CARDHOLDER_DETAILS: "concierge_cardholder_details"}


def get(desk: Station, path: str, **query: str) -> Response:
    return desk.session.get(desk.url + path, params=query, timeout=20)


def enrolled(world: World) -> None:
    """Maria registers a key."""
    running, station = world.running, world.running.station()
    enrollment = running.verified(station)
    ceremony = running.begun(station, enrollment)
    path = f"/enrollments/{enrollment}/ceremony/{ceremony['ceremony_id']}"
    response = running.key.register(ceremony["public_key"], ceremony["origin"])
    completed = station.post(f"{path}/complete", {"credential": response, "name": "My key"}, 201)
    station.post(f"{path}/proof", {"credential": running.key.prove(completed["proof"], ceremony["origin"])}, 200)
    station.session.close()


def test_staff_see_the_keys_of_an_enrollment(listening: World) -> None:
    enrolled(listening)
    desk = listening.client("north")
    answer = get(desk, paths.CARDHOLDER_DETAILS, email=MARIA, reason=WHY)
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["userId"], shown["name"], shown["state"]) == (listening.ids["maria"], "M••••• O•••••", "active")
    (key,) = shown["keys"]
    assert [(each["relyingParty"], each["proved"], each["activated"]) for each in key["parties"]] == [
        ("Staff sign-in", True, True)
    ]
    assert key.keys() == {"model", "serial", "parties"}
    posted = desk.call("POST", paths.CARDHOLDER_DETAILS, {"email": MARIA, "reason": WHY})
    assert posted.json() == shown
    desk.session.close()


@pytest.mark.parametrize("path", WHICH)
def test_both_forms_answer_the_same(listening: World, path: str) -> None:
    desk = listening.client("north")
    found = get(desk, path, userId=listening.ids["maria"], reason=WHY)
    assert found.status_code == 200
    assert desk.call("POST", path, {"primaryUserIdentifier": MARIA, "reason": WHY}).json() == found.json()
    assert [event for event, *_ in listening.trail()] == [WHICH[path]] * 2
    desk.session.close()


@pytest.mark.parametrize("path", WHICH)
def test_what_is_no_look_up_is_refused(listening: World, path: str) -> None:
    desk, maria = listening.client("north"), listening.ids["maria"]
    for body in (
        {"userId": maria},
        {"userId": maria, "reason": ""},
        {"userId": maria, "reason": " \t "},
        {"userId": maria, "reason": "a\u202eb"},
        {"userId": maria, "reason": "x" * 201},
        {"reason": WHY},
        {"userId": maria, "email": MARIA, "reason": WHY},
        {"userId": "1", "reason": WHY},
        {"userId": maria, "reason": WHY, "everything": "yes"},
    ):
        for answer in (desk.call("POST", path, body), get(desk, path, **body)):
            assert (answer.status_code, answer.json()["error"]) == (400, "malformed"), body
            assert answer.json().keys() == {"error", "errorDetails"}
            assert maria not in answer.text
    assert listening.trail() == []
    desk.session.close()


def test_without_the_scope_nobody_is_looked_up(listening: World) -> None:
    other = listening.client("north", scopes=frozenset({Scope.USER_RW}))
    asked = {"userId": listening.ids["maria"], "reason": WHY}
    for path in (*WHICH, paths.CONCIERGE_CODE):
        assert other.call("POST", path, asked).status_code == 403
    assert other.call("POST", paths.CONCIERGE_CHECK, asked).status_code == 403
    for path in WHICH:
        assert get(other, path, **asked).status_code == 403
    assert listening.trail() == []
    other.session.close()


def test_people_of_others_look_exactly_like_nobody(listening: World) -> None:
    desk = listening.client("north")
    wanted = [listening.ids["sara"], listening.ids["theo"], "f" * 32]
    calls = (
        (paths.USER_DETAILS, {"reason": WHY}),
        (paths.CARDHOLDER_DETAILS, {"reason": WHY}),
        (paths.CONCIERGE_CODE, {"reason": WHY}),
        (paths.CONCIERGE_CHECK, {"code": "123456"}),
    )
    for path, more in calls:
        answers = [desk.call("POST", path, {"userId": each, **more}) for each in wanted]
        assert {(each.status_code, each.text) for each in answers} == {
            (404, '{"error":"not_found","errorDetails":"There is no such thing"}')
        }
        assert len({tuple(sorted(set(each.headers) - {"x-request-id"})) for each in answers}) == 1
    assert {subject for _, _, _, subject, _ in listening.trail()} == {""}
    desk.session.close()


def test_a_code_is_sent_and_read_back(listening: World) -> None:
    desk, maria = listening.client("north"), listening.ids["maria"]
    sent = desk.post(paths.CONCIERGE_CODE, {"userId": maria, "channel": "sms", "reason": WHY}, 202)
    assert sent == {"sentTo": "••••• 17", "digits": 6, "life": 600}
    code = listening.running.random.codes[-1]
    again = desk.call("POST", paths.CONCIERGE_CODE, {"userId": maria, "reason": WHY})
    assert (again.status_code, again.headers["Retry-After"]) == (429, "60")
    assert desk.post(paths.CONCIERGE_CHECK, {"userId": maria, "code": code}, 200) == {"confirmed": True}
    desk.session.close()


def test_no_search_is_in_any_log(listening: World) -> None:
    desk, written = listening.client("north"), io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    root, before = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        for email in (MARIA, "somebody.unknown@example.org", "x" * 300):
            get(desk, paths.USER_DETAILS, email=email, reason=WHY)
    finally:
        root.setLevel(before)
        root.removeHandler(handler)
    for typed in ("okafor", "somebody", "x" * 30, WHY, "?", "%40"):
        assert typed not in written.getvalue()
    desk.session.close()
