"""A verified person shows a mobile ID at the kiosk, and it is theirs: by any of the three kinds of text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.contract.paths import Scope
from kiosk.service.projects import actions, activation
from kiosk.service.projects.codes import id_text
from kiosk.service.tls import Identity
from kiosk.service.tokens.actions import Rights, create_client
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.projects.campaign import FIRST, MANAGER, PAGES, a_project, code_of, events, phone
from tests.kiosk.service.running import Running, Station, served, settings_for
from tests.kiosk.service.soft_key import Json


@pytest.fixture
def running(tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]) -> Iterator[Running]:
    limits = {"per_person": 3, "first_wait": 60}
    changes = {"database": backend, "projects": PAGES, "verification": {"limits": limits}}
    with served(tmp_path, settings_for(tmp_path, **changes), tls) as running:
        yield running


def shown(station: Station, enrollment: str, text: str, expect: int = 200) -> Json:
    return station.post(f"/enrollments/{enrollment}/mobile-id", {"shown": text}, expect)


def activated(running: Running, project: str, number: int = 0) -> int:
    return activation.activate(running.parts, code_of(running, project), phone(number)).row.number


@pytest.mark.databases
def test_the_code_of_a_project_assigns_the_next_number_to_the_person(running: Running, station: Station) -> None:
    project = a_project(running)
    activated(running, project)
    enrollment = running.verified(station)
    link = f"https://enroll.example.org/a/{code_of(running, project)}"
    for text in (link, code_of(running, project), f"]Q1{link}\r"):
        assert shown(station, enrollment, text) == {"project": "Spring", "number": FIRST + 1, "registered": False}
    listed = actions.ids(running.parts, MANAGER, project, actions.Page()).ids
    assert [(each.number, each.claimed_at is not None) for each in listed] == [(FIRST, False), (FIRST + 1, True)]


def test_the_code_on_the_phone_ties_its_number_to_the_person(running: Running, station: Station) -> None:
    project = a_project(running)
    told = activation.activate(running.parts, code_of(running, project), phone(0))
    enrollment = running.verified(station)
    for _ in range(2):
        assert shown(station, enrollment, told.text)["number"] == told.row.number
    (row,) = actions.ids(running.parts, MANAGER, project, actions.Page()).ids
    assert row.states == ("assigned", "claimed", "active")


def test_a_typed_number_is_the_persons_if_a_phone_was_given_it(running: Running, station: Station) -> None:
    project = a_project(running)
    number = activated(running, project)
    enrollment = running.verified(station)
    for text in (f"{number}", "1 000", "١٠٠٠"):
        assert shown(station, enrollment, text)["number"] == number
    actions.confirm_registered(running.parts, MANAGER, project, (number,))
    assert shown(station, enrollment, str(number))["registered"] is True


def test_a_number_of_somebody_else_is_a_conflict(running: Running, station: Station) -> None:
    project = a_project(running)
    number, second = activated(running, project, 0), activated(running, project, 1)
    shown(station, running.verified(station), str(number))
    enrollment = running.verified(station, upn="l.haddad@example.org")
    assert shown(station, enrollment, str(number), 409)["code"] == "id_taken"
    assert shown(station, enrollment, str(second))["number"] == second


def test_a_person_has_one_number_in_a_project(running: Running, station: Station) -> None:
    project = a_project(running)
    numbers = [activated(running, project, each) for each in range(2)]
    enrollment = running.verified(station)
    shown(station, enrollment, str(numbers[0]))
    assert shown(station, enrollment, str(numbers[1]), 409)["code"] == "id_taken"
    assert shown(station, enrollment, code_of(running, project))["number"] == numbers[0]


def test_the_end_of_the_range_is_told(running: Running, station: Station) -> None:
    project = a_project(running, last_id=FIRST)
    activated(running, project)
    told = shown(station, running.verified(station), code_of(running, project), 409)
    assert told["code"] == "range_exhausted"


def test_what_is_none_of_the_three_is_refused_counted_and_in_the_trail(running: Running, station: Station) -> None:
    project = a_project(running)
    number = activated(running, project)
    enrollment = running.verified(station)
    forged = id_text(b"another key" * 3, project, number)
    reasons = []
    for text in ("hello", str(FIRST + 5), forged):
        told = shown(station, enrollment, text, 422)
        assert told["code"] == "id_out_of_range"
        reasons.append(told["reasons"][0])
    assert reasons == ["unreadable", "not_given_out", "forged"]
    locked = station.call("POST", f"/enrollments/{enrollment}/mobile-id", {"shown": str(number)})
    assert (locked.status_code, locked.json()["code"]) == (423, "locked")
    assert [name for name, _ in events(running)].count("mobile_id_refused") == 3
    running.clock.advance(seconds=int(locked.headers["Retry-After"]) + 1)
    assert shown(station, enrollment, str(number))["number"] == number


def test_wrong_numbers_do_not_lock_a_person_out_of_verification(running: Running, station: Station) -> None:
    a_project(running)
    enrollment = running.verified(station)
    for _ in range(3):
        shown(station, enrollment, "4711", 422)
    shown(station, enrollment, "4711", 423)
    running.clock.advance(minutes=2)
    assert running.verified(station)


def test_who_shows_their_own_number_again_may_not_guess_on(running: Running, station: Station) -> None:
    project, other = a_project(running), a_project(running, name="Other", first_id=9000, last_id=9999)
    activated(running, other, 0)
    enrollment = running.verified(station)
    mine = code_of(running, project)
    shown(station, enrollment, mine)
    for guess in ("9500", "9600", "9700"):
        shown(station, enrollment, guess, 422)
        if guess != "9700":
            shown(station, enrollment, mine)
    assert shown(station, enrollment, "9000", 423)["code"] == "locked"


@pytest.mark.parametrize("renewed", [True, False])
def test_a_code_that_is_over_is_refused(running: Running, station: Station, renewed: bool) -> None:
    project = a_project(running)
    code = code_of(running, project)
    if renewed:
        actions.renew_code(running.parts, MANAGER, project)
    else:
        actions.close(running.parts, MANAGER, project)
    told = shown(station, running.verified(station), code, 422)
    assert (told["code"], told["reasons"]) == ("id_out_of_range", ["renewed" if renewed else "closed"])


def test_only_projects_of_the_stations_tenant_are_there(running: Running, station: Station) -> None:
    theirs = Caller("client-theirs", frozenset(), "elsewhere")
    project = a_project(running, caller=theirs)
    code = code_of(running, project, theirs)
    told = activation.activate(running.parts, code, phone(0))
    enrollment = running.verified(station)
    for text in (code, told.text):
        refusal = shown(station, enrollment, text, 422)
        assert (refusal["code"], refusal["reasons"]) == ("id_out_of_range", ["unknown_code"])
    assert actions.ids(running.parts, theirs, project, actions.Page()).ids[0].claimed_at is None


def test_a_project_with_a_list_has_nothing_to_claim_at_the_kiosk(running: Running, station: Station) -> None:
    listed = a_project(running, self_service=False)
    text = id_text(running.parts.hmac_key, listed, FIRST)
    told = shown(station, running.verified(station), text, 422)
    assert (told["code"], told["reasons"]) == ("id_out_of_range", ["claim"])


def test_nobody_who_is_not_verified_gets_a_number(running: Running, station: Station) -> None:
    project = a_project(running)
    enrollment = station.open()
    assert shown(station, enrollment, code_of(running, project), 409)["code"] == "wrong_phase"
    station.identify(enrollment)
    assert shown(station, enrollment, code_of(running, project), 409)["code"] == "wrong_phase"
    other = create_client(running.parts.store, running.clock, running.random, "Desk", Rights(frozenset({Scope.ENROLL})))
    stranger = Station(running.url, running.authority, other).sign_in()
    verified = running.verified(station)
    assert shown(stranger, verified, code_of(running, project), 404)["code"] == "not_found"
    stranger.session.close()
    station.call("DELETE", f"/enrollments/{verified}")
    assert shown(station, verified, code_of(running, project), 410)["code"] == "expired"


@pytest.mark.parametrize("body", [{}, {"shown": ""}, {"shown": "x" * 513}, {"shown": 1000}, {"shown": "1", "more": 1}])
def test_a_body_that_is_none_is_refused(station: Station, body: Json) -> None:
    assert station.post(f"/enrollments/{'0' * 32}/mobile-id", body, 400)["code"] == "malformed"
