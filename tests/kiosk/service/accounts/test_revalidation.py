"""Guests who are screened again, and only those of the caller's sites."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.service.accounts import guests_screening
from kiosk.service.tls import Identity
from tests.kiosk.service.accounts.checker import (
    Checker,
    account_of,
    checking,
    screenings_of,
    settings_with_checkers,
)
from tests.kiosk.service.accounts.desk import PASSWORD, Desk, desk_at
from tests.kiosk.service.accounts.test_guests import enroll, wish
from tests.kiosk.service.running import Running, served
from tests.kiosk.service.soft_key import Json

PATH = "/user/revalidate"
EVERYBODY = {"idFrom": "0" * 32, "idTo": "f" * 32}


@pytest.fixture
def checker(tls: tuple[Identity, Identity]) -> Iterator[Checker]:
    with checking(tls) as running:
        yield running


@pytest.fixture
def running(
    tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity], checker: Checker
) -> Iterator[Running]:
    checkers = checker.settings(), checker.settings(id="system", serves=["MOE"])
    with served(tmp_path, settings_with_checkers(tmp_path, backend, *checkers), tls) as running:
        yield running


@pytest.fixture
def desk(running: Running) -> Iterator[Desk]:
    with desk_at(running, ("main",)) as signed_in:
        yield signed_in


def work_off(desk: Desk) -> int:
    count = 0
    while guests_screening.ask_next(desk.running.parts):
        count += 1
    return count


@pytest.mark.databases
def test_a_hit_puts_an_active_guest_on_hold_and_ends_their_sessions(desk: Desk, checker: Checker) -> None:
    user_id = enroll(desk, wish())["userId"]
    change = {"siteId": "main", "username": "amina@example.com", "passcode": desk.mailed("passcode")}
    desk.post("/user/change-password-from-passcode", {**change, "newPassword": PASSWORD}, 204)
    login = {"username": "amina@example.com", "password": PASSWORD, "siteId": "main"}
    session = desk.post("/user/site/main/login", login, 200)["accessToken"]
    assert desk.call("GET", "/user/session", session=session).status_code == 200
    checker.says["Haddad"] = "hit"
    assert desk.post(PATH, {"callType": "OFAC", "userIds": [user_id]}, 202) == {"callType": "OFAC", "count": 1}
    assert account_of(desk.running, user_id).status == "active"
    assert work_off(desk) == 1
    assert account_of(desk.running, user_id).status == "on_hold"
    assert desk.call("GET", "/user/session", session=session).status_code == 401
    assert "guest_revalidated" in [each.event for each in desk.trail(user_id)]


def test_a_checker_that_is_down_puts_nobody_on_hold(desk: Desk, checker: Checker) -> None:
    user_id = enroll(desk, wish())["userId"]
    checker.down = True
    desk.post(PATH, {"callType": "ENROLL_PROGRAM_AND_MOE", "userIds": [user_id]}, 202)
    assert work_off(desk) == 1
    assert account_of(desk.running, user_id).status == "active"
    checker.down, checker.says["Haddad"] = False, "possible"
    desk.running.clock.advance(minutes=1)
    assert work_off(desk) == 1
    assert account_of(desk.running, user_id).status == "on_hold"


def test_a_held_guest_who_passes_later_gets_in(desk: Desk, checker: Checker) -> None:
    checker.says["Haddad"] = "possible"
    user_id = enroll(desk, wish())["userId"]
    checker.says.clear()
    desk.post(PATH, {"callType": "OFAC", "userIds": [user_id]}, 202)
    work_off(desk)
    assert account_of(desk.running, user_id).status == "active"
    assert {each.state for each in screenings_of(desk.running, user_id)} == {"replaced", "passed"}


def test_who_is_on_hold_is_let_in_by_staff_alone(desk: Desk, checker: Checker) -> None:
    user_id = enroll(desk, wish())["userId"]
    checker.says["Haddad"] = "hit"
    desk.post(PATH, {"callType": "OFAC", "userIds": [user_id]}, 202)
    work_off(desk)
    checker.says.clear()
    desk.post(PATH, {"callType": "OFAC", "userIds": [user_id]}, 202)
    work_off(desk)
    assert account_of(desk.running, user_id).status == "on_hold"
    desk.post(f"/user/{user_id}/status", {"status": "active", "reason": "a mistake"}, 200)
    assert account_of(desk.running, user_id).status == "active"


def test_telling_the_system_of_enrollments_forgets_no_doubt(desk: Desk, checker: Checker) -> None:
    checker.says["Haddad"] = "possible"
    user_id = enroll(desk, wish())["userId"]
    checker.says.clear()
    desk.post(PATH, {"callType": "MOE", "userIds": [user_id]}, 202)
    work_off(desk)
    assert checker.asked[-1]["callType"] == "MOE"
    assert account_of(desk.running, user_id).status == "pending"
    assert "held" in {each.state for each in screenings_of(desk.running, user_id)}


@pytest.mark.databases
def test_a_range_names_everybody_in_it_and_nobody_else(desk: Desk, checker: Checker) -> None:
    ids = sorted(
        enroll(desk, wish(f"guest{number}@example.com", email=f"guest{number}@example.com"))["userId"]
        for number in range(4)
    )
    checker.asked.clear()
    assert desk.post(PATH, {"callType": "OFAC", "idFrom": ids[1], "idTo": ids[2]}, 202)["count"] == 2
    assert work_off(desk) == len(checker.asked) == 2
    assert [len(screenings_of(desk.running, each)) for each in ids] == [1, 2, 2, 1]
    assert desk.post(PATH, {"callType": "OFAC", **EVERYBODY}, 202)["count"] == 4


@pytest.mark.databases
def test_guests_of_other_sites_and_tenants_are_nobody(running: Running, desk: Desk) -> None:
    with desk_at(running, ("annex",)) as annex, desk_at(running, ("abroad",), "other") as abroad:
        there = enroll(annex, wish("b@example.com", siteId="annex", consents=[]))["userId"]
        far = enroll(abroad, wish("c@example.com", siteId="abroad", consents=[]))["userId"]
        for body in ({"userIds": [there, far]}, EVERYBODY):
            assert desk.post(PATH, {"callType": "OFAC", **body}, 400)["error"] == "screening_rejected"
        assert annex.post(PATH, {"callType": "OFAC", **EVERYBODY}, 202)["count"] == 1
        assert abroad.post(PATH, {"callType": "OFAC", "userIds": [there, far]}, 202)["count"] == 1


REFUSED: list[tuple[Json, str]] = [
    ({"callType": "ALL", **EVERYBODY}, "screening_rejected"),
    ({"callType": "ofac", **EVERYBODY}, "screening_rejected"),
    ({"callType": "OFAC", **EVERYBODY}, "screening_rejected"),
    ({"callType": "OFAC", "idFrom": "f" * 32, "idTo": "0" * 32}, "screening_rejected"),
    ({"callType": "OFAC", "userIds": ["0" * 32]}, "screening_rejected"),
    ({"callType": "OFAC"}, "malformed"),
    ({"callType": "OFAC", "idFrom": "0" * 32}, "malformed"),
    ({"callType": "OFAC", "userIds": ["0" * 32], **EVERYBODY}, "malformed"),
    ({"callType": "OFAC", "userIds": ["x"]}, "malformed"),
    ({"callType": "OFAC", "userIds": ["0" * 32] * 1001}, "malformed"),
    ({}, "malformed"),
]


def test_what_names_nobody_or_no_screening_is_400(desk: Desk) -> None:
    for body, error in REFUSED:
        assert desk.post(PATH, body, 400)["error"] == error, body


@pytest.mark.databases
def test_two_workers_at_once_ask_once(desk: Desk, checker: Checker) -> None:
    user_id = enroll(desk, wish())["userId"]
    desk.post(PATH, {"callType": "OFAC", "userIds": [user_id]}, 202)
    checker.asked.clear()
    second: list[bool] = []

    def other() -> None:
        if not second:
            second.append(True)
            second.append(guests_screening.ask_next(desk.running.parts))

    checker.meanwhile = other
    assert guests_screening.ask_next(desk.running.parts)
    assert second == [True, False]
    assert len(checker.asked) == 1


@pytest.mark.databases
def test_a_newer_screening_is_the_one_that_counts(desk: Desk, checker: Checker) -> None:
    """The older answer comes late, and changes nothing."""
    user_id = enroll(desk, wish())["userId"]
    desk.post(PATH, {"callType": "OFAC", "userIds": [user_id]}, 202)
    checker.says["Haddad"] = "hit"

    def newer() -> None:
        checker.meanwhile = lambda: None
        checker.says.clear()
        desk.post(PATH, {"callType": "OFAC", "userIds": [user_id]}, 202)
        checker.says["Haddad"] = "hit"

    checker.meanwhile = newer
    assert guests_screening.ask_next(desk.running.parts)
    assert account_of(desk.running, user_id).status == "active"
    assert sorted(each.state for each in screenings_of(desk.running, user_id)) == ["due", "passed", "replaced"]
