"""What every route has in common: a scope, limits, problems with a reference, a place in the document."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import event

from kiosk.contract import paths
from kiosk.contract.problems import MEDIA_TYPE, Word
from kiosk.errors import PortTaken
from kiosk.resources import resource
from kiosk.service import errors
from kiosk.service.accounts.sign_in_guard import SessionGuard
from kiosk.service.assembly import Service
from kiosk.service.enrollments.rules import EnrollmentRefused
from kiosk.service.titles import TITLES
from kiosk.service.tls import Identity
from kiosk.service.tokens.guard import Guard
from kiosk.service.verification.rules import VerificationRefused
from tests.kiosk.service.running import Running, Station

OPEN = {paths.TOKEN, paths.HEALTH, paths.RECEIPT, paths.STATION_ACTIVATION, paths.LIVE, paths.READY, paths.METRICS}


def routes(service: Service) -> Iterator[APIRoute]:
    pending = list(service.app.routes)
    while pending:
        route = pending.pop()
        if isinstance(route, APIRoute):
            yield route
        pending += getattr(getattr(route, "original_router", None), "routes", [])


def test_every_route_asks_for_a_scope(local: Running) -> None:
    found = list(routes(local.service))
    assert {route.path for route in found} >= {paths.PROFILE, paths.PROOF, paths.TOKEN, paths.HEALTH}
    for route in found:
        guarded = any(isinstance(each.call, Guard | SessionGuard) for each in route.dependant.dependencies)
        assert guarded or route.path in OPEN or paths.is_page(route.path), f"{route.path} lets everybody in"


def test_the_document_is_the_committed_one(local: Running) -> None:
    committed = json.loads(resource("docs/openapi.json").read_text(encoding="utf-8"))
    assert local.service.app.openapi() == committed, "write it again: see the README, section Development"


UNTOLD = {paths.METRICS}
"""Paths that are not for callers: they have a token of their own, and stand in the guide."""


def test_the_document_has_every_path(local: Running) -> None:
    document = local.service.app.openapi()
    declared = {value for name, value in vars(paths).items() if name.isupper()} - UNTOLD
    assert set(document["paths"]) == {path for path in declared if not paths.is_page(path)}


def concrete(kind: type[Exception]) -> Iterator[type[Exception]]:
    for each in kind.__subclasses__():
        if not each.__name__.startswith("_"):
            yield each
        yield from concrete(each)


def test_every_refusal_has_an_answer() -> None:
    for kind in (*concrete(EnrollmentRefused), *concrete(VerificationRefused)):
        assert kind in errors.TABLE, f"{kind.__name__} has no status"


def test_every_word_has_a_title() -> None:
    assert set(TITLES) == set(Word)


def test_a_call_without_a_token_is_refused(running: Running, station: Station) -> None:
    for header in ("", "Bearer", "Bearer unknown", "Basic YTpi"):
        answer = station.call("GET", paths.PROFILE, headers={"Authorization": header})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
        assert answer.headers["Content-Type"] == MEDIA_TYPE
        assert answer.json()["reference"] == answer.headers["X-Request-Id"]


def test_the_profile_tells_what_a_station_needs(station: Station) -> None:
    profile = station.call("GET", paths.PROFILE).json()
    assert profile["methods"] == ["email"]
    assert profile["relying_parties"] == [{"id": "staff", "name": "Staff sign-in"}]
    assert [each["name"] for each in profile["alternatives"]] == ["upn", "employee_id", "phone", "name", "badge"]
    assert (profile["embedded"], profile["public"]) == (False, False)


def test_health_needs_no_token(running: Running, station: Station) -> None:
    del station.session.headers["Authorization"]
    assert station.call("GET", paths.HEALTH).json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"locale": "en", "surprise": 1}', 400),
        (b'{"locale": 5}', 400),
        (b'{"locale": "' + b"x" * 70_000 + b'"}', 413),
        (b"\xff\xfe", 400),
    ],
)
def test_what_is_no_request_is_malformed(station: Station, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    answer = station.session.post(station.url + paths.ENROLLMENTS, data=body, headers=headers, timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (status, "malformed")
    assert "surprise" not in answer.json().get("title", "")


def test_only_json_is_read(station: Station) -> None:
    answer = station.session.post(station.url + paths.ENROLLMENTS, data={"locale": "en"}, timeout=20)
    assert answer.status_code == 415


def test_a_body_of_unknown_length_is_cut_off(station: Station) -> None:
    headers = {"Content-Type": "application/json"}
    parts = (b" " * 1000 for _ in range(100))
    answer = station.session.post(station.url + paths.ENROLLMENTS, data=parts, headers=headers, timeout=20)
    assert answer.status_code == 413


def test_an_unknown_path_is_a_problem_too(station: Station) -> None:
    answer = station.call("GET", "/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert station.call("GET", paths.ENROLLMENTS).status_code == 405


def test_a_given_request_id_is_the_reference(station: Station) -> None:
    answer = station.call("GET", "/nothing", headers={"X-Request-Id": "visit-17"})
    assert answer.json()["reference"] == "visit-17"
    answer = station.call("GET", "/nothing", headers={"X-Request-Id": "<script>"})
    assert answer.json()["reference"] != "<script>"


def test_what_nobody_thought_of_tells_its_reference_alone(
    running: Running, station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    running.parts.store.write(lambda tx: tx.connection.exec_driver_sql("DROP TABLE codes"))
    enrollment = station.open()
    station.identify(enrollment)
    answer = station.post(f"/enrollments/{enrollment}/send-code", {"method": "email"}, 500)
    assert answer["code"] == "internal"
    assert set(answer) == {"type", "title", "status", "code", "reference"}
    caplog.clear()


def test_a_taken_port_is_named(running: Running, tls: tuple[Identity, Identity]) -> None:
    port = int(running.url.rpartition(":")[2])
    with pytest.raises(PortTaken) as caught:
        running.service.serve(tls[1], "127.0.0.1", port)
    assert caught.value.port == port


@pytest.mark.sqlite
def test_a_full_disk_is_told_and_nothing_is_half_written(
    running: Running, station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    engine = running.parts.store.engine
    event.listen(engine, "connect", _no_room)
    running.parts.store.close()  # those that connect from now on
    answers = (station.call("POST", paths.ENROLLMENTS, {}) for _ in range(500))
    refused = next(answer for answer in answers if answer.status_code != 201)
    assert (refused.status_code, refused.json()["code"]) == (507, "storage_full")
    event.remove(engine, "connect", _no_room)
    running.parts.store.close()
    assert station.call("POST", paths.ENROLLMENTS, {}).status_code == 201
    caplog.clear()


def _no_room(connection: sqlite3.Connection, _entry: object) -> None:
    connection.execute("PRAGMA max_page_count = 1").close()
