"""An authenticator app at the kiosk, over HTTPS as a station: a way to verify, and a fallback set up after the key."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from kiosk.service.accounts import totp
from kiosk.service.directories.connectors.csv import CsvDirectory
from kiosk.service.enrollments.reconciliation import forget_people
from kiosk.service.store.audit import events_about
from kiosk.service.store.enrollments import enrollment as stored
from kiosk.service.store.users import user_ids
from kiosk.service.tls import Identity
from tests.kiosk.service.running import Running, Station, served, settings_for

OFFER = {"totp": {"offer": "best_effort"}}
Opened = tuple[Running, Station]


@pytest.fixture
def kiosk(tmp_path: Path, tls: tuple[Identity, Identity], backend: dict[str, str]) -> Iterator[Callable[..., Opened]]:
    """Opens a kiosk with settings."""
    with ExitStack() as stack:

        def build(**changes: Any) -> Opened:
            given = {"database": backend, "accounts": OFFER, "verification": {"methods": ["email", "totp"]}} | changes
            running = stack.enter_context(served(tmp_path, settings_for(tmp_path, **given), tls))
            station = running.station()
            stack.callback(station.session.close)
            return running, station

        yield build


def proved(running: Running, station: Station, enrollment: str) -> dict[str, Any]:
    """The enrollment, to its end."""
    ceremony = running.begun(station, enrollment)
    path = f"/enrollments/{enrollment}/ceremony/{ceremony['ceremony_id']}"
    response = running.key.register(ceremony["public_key"], ceremony["origin"])
    completed = station.post(f"{path}/complete", {"credential": response}, 201)
    return station.post(f"{path}/proof", {"credential": running.key.prove(completed["proof"], ceremony["origin"])}, 200)


def done(running: Running, station: Station) -> str:
    enrollment = running.verified(station)
    assert proved(running, station, enrollment)["phase"] == "done"
    return enrollment


def code_now(running: Running, secret: str) -> str:
    return totp.code_of(base64.b32decode(secret), totp.step_at(running.clock.now()))


def with_app(running: Running, station: Station) -> tuple[str, list[str]]:
    """The secret of somebody who got a key and an app, and the recovery codes; half a minute later."""
    enrollment = done(running, station)
    secret = station.post(f"/enrollments/{enrollment}/totp", {}, 200)["secret"]
    path = f"/enrollments/{enrollment}/totp/confirm"
    codes = station.post(path, {"code": code_now(running, secret)}, 200)["recovery_codes"]
    running.clock.advance(seconds=30)
    return secret, codes


def verify(station: Station, answer: str, upn: str = "m.okafor@example.org") -> Any:
    enrollment = station.open()
    station.identify(enrollment, upn=upn)
    return station.call("POST", f"/enrollments/{enrollment}/verify", {"method": "totp", "answer": answer})


def user_of(running: Running, upn: str = "m.okafor@example.org") -> str:
    with running.parts.store.read() as tx:
        return user_ids(tx, "upn", upn)[0]


@pytest.mark.databases
def test_an_app_is_set_up_after_the_key_and_verifies_the_next_time(kiosk: Callable[..., Opened]) -> None:
    running, station = kiosk()
    enrollment = running.verified(station)
    again = station.post(f"/enrollments/{enrollment}/verify", {"method": "email", "answer": "0"}, 200)
    assert again["policy"]["totp"] == "best_effort"
    early = station.call("POST", f"/enrollments/{enrollment}/totp", {})
    assert (early.status_code, early.json()["code"]) == (409, "wrong_phase")
    proved(running, station, enrollment)
    first = station.post(f"/enrollments/{enrollment}/totp", {}, 200)
    second = station.post(f"/enrollments/{enrollment}/totp", {}, 200)
    assert first["secret"] != second["secret"]
    assert second["uri"].startswith("otpauth://totp/Example%20Organization:m.okafor%40example.org?secret=")
    assert (second["digits"], second["period"]) == (6, 30)
    path = f"/enrollments/{enrollment}/totp/confirm"
    wrong = station.call("POST", path, {"code": code_now(running, first["secret"])})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "code_invalid")
    assert wrong.json()["tries_left"] > 0
    codes = station.post(path, {"code": code_now(running, second["secret"])}, 200)["recovery_codes"]
    assert len(codes) == 10
    for each in (f"/enrollments/{enrollment}/totp", path):
        late = station.call("POST", each, {} if each.endswith("totp") else {"code": "123456"})
        assert (late.status_code, late.json()["code"]) == (409, "totp_state")
    assert verify(station, code_now(running, second["secret"])).status_code == 403, "that code is taken"
    running.clock.advance(seconds=30)
    verified = verify(station, code_now(running, second["secret"]))
    assert verified.status_code == 200
    assert verified.json()["phase"] == "key"
    assert verify(station, codes[0]).status_code == 200
    assert verify(station, codes[0]).status_code == 403, "each recovery code once"
    user_id = user_of(running)
    with running.parts.store.read() as tx:
        events = [(each.event, each.actor) for each in events_about(tx, user_id)]
    told = [each for each in events if each[0].startswith("totp")]
    actor = f"client:{station.credentials.client_id}"
    assert told == [("totp_set_up", actor), ("totp_set_up", actor), ("totp_enrolled", actor)]
    with running.parts.store.read() as tx:
        queued = tx.connection.exec_driver_sql("SELECT count(*) FROM messages WHERE once LIKE 'second_factor:%%'")
        assert queued.scalar_one() == 1


def test_somebody_with_an_app_somebody_without_and_nobody_are_answered_alike(kiosk: Callable[..., Opened]) -> None:
    running, station = kiosk()
    with_app(running, station)
    offers, refused = set(), set()
    for upn in ("m.okafor@example.org", "l.haddad@example.org", "nobody@example.org"):
        enrollment = station.open()
        identified = station.identify(enrollment, upn=upn)
        offers.add(tuple((each["method"], each["method"] == "totp" and each["hint"]) for each in identified["offers"]))
        answer = station.call("POST", f"/enrollments/{enrollment}/verify", {"method": "totp", "answer": "000000"})
        told = answer.json()
        refused.add((answer.status_code, told["code"], frozenset(told)))
    assert offers == {(("email", False), ("totp", ""))}
    assert refused == {(403, "verification_failed", frozenset({"type", "title", "status", "code", "reference"}))}


def test_wrong_codes_lock_and_then_the_right_one_does_not_help(kiosk: Callable[..., Opened]) -> None:
    running, station = kiosk()
    secret, _codes = with_app(running, station)
    tries = running.parts.settings.verification.limits.per_person
    for upn in ("m.okafor@example.org", "nobody@example.org"):
        assert [verify(station, "000000", upn).status_code for _ in range(tries)] == [403] * tries
        assert verify(station, code_now(running, secret), upn).status_code == 423
        running.clock.advance(hours=2)
        station.sign_in()


@pytest.mark.parametrize(
    "changes",
    [{"accounts": {}}, {"accounts": {"totp": {"offer": "refuse"}}}, {}],
    ids=["policy does not offer it", "policy refuses it", "it is another station's"],
)
def test_no_app_is_set_up(kiosk: Callable[..., Opened], changes: dict[str, Any]) -> None:
    running, station = kiosk(**changes)
    enrollment = done(running, station)
    caller = station if changes else running.station("Annex")
    refused = caller.call("POST", f"/enrollments/{enrollment}/totp", {})
    assert (refused.status_code, refused.json()["code"]) == ((409, "wrong_phase") if changes else (404, "not_found"))
    caller.session.close()


def kept(running: Running, station: Station, enrollment: str) -> bool:
    """Whether the person of an enrollment is still known to it."""
    with running.parts.store.read() as tx:
        row = stored(tx, enrollment, station.credentials.client_id)
    assert row is not None
    assert row.phase == "done"
    return row.person is not None


def leave(running: Running, station: Station, enrollment: str) -> None:
    assert station.call("DELETE", f"/enrollments/{enrollment}").status_code == 204


def next_person(running: Running, station: Station, enrollment: str) -> None:
    station.open()


def time_passes(running: Running, station: Station, enrollment: str) -> None:
    running.clock.advance(minutes=16)
    forget_people(running.parts)


def confirm(running: Running, station: Station, enrollment: str) -> None:
    secret = station.post(f"/enrollments/{enrollment}/totp", {}, 200)["secret"]
    station.post(f"/enrollments/{enrollment}/totp/confirm", {"code": code_now(running, secret)}, 200)


@pytest.mark.databases
@pytest.mark.parametrize("ends", [leave, next_person, time_passes, confirm])
def test_the_person_is_forgotten_as_soon_as_they_go(
    kiosk: Callable[..., Opened], ends: Callable[[Running, Station, str], None]
) -> None:
    running, station = kiosk()
    enrollment = done(running, station)
    assert kept(running, station, enrollment)
    forget_people(running.parts)
    assert kept(running, station, enrollment), "there is time left"
    ends(running, station, enrollment)
    assert not kept(running, station, enrollment)
    station.sign_in()
    assert station.call("POST", f"/enrollments/{enrollment}/totp", {}).status_code in (409, 410)


def test_without_an_offer_the_person_is_forgotten_with_the_key(kiosk: Callable[..., Opened]) -> None:
    running, station = kiosk(accounts={})
    assert not kept(running, station, done(running, station))


def test_people_of_another_directory_have_apps_too(kiosk: Callable[..., Opened], tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("upn,given_name,family_name,email\nzoe@example.org,Zoe,Ng,zoe@example.org\n")
    running, station = kiosk(directories=[{"kind": "csv", "id": "file", "path": str(file)}])
    (directory,) = running.parts.directories.all
    assert isinstance(directory, CsvDirectory)
    directory.load_if_new()
    enrollment = running.verified(station, upn="zoe@example.org")
    proved(running, station, enrollment)
    secret = station.post(f"/enrollments/{enrollment}/totp", {}, 200)["secret"]
    station.post(f"/enrollments/{enrollment}/totp/confirm", {"code": code_now(running, secret)}, 200)
    running.clock.advance(seconds=30)
    assert verify(station, code_now(running, secret), "zoe@example.org").status_code == 200


def test_a_code_of_somebody_and_of_nobody_costs_the_same_statements(kiosk: Callable[..., Opened]) -> None:
    running, station = kiosk()
    with_app(running, station)
    said: dict[str, list[str]] = {}
    engine = running.parts.store.engine
    for upn in ("warm@example.org", "m.okafor@example.org", "l.haddad@example.org", "nobody@example.org"):
        enrollment = station.open()
        station.identify(enrollment, upn=upn)
        said[upn] = []

        def listen(_c: Any, _cursor: Any, statement: str, *_more: Any, into: list[str] = said[upn]) -> None:
            into.append(statement)

        event.listen(engine, "before_cursor_execute", listen)
        station.call("POST", f"/enrollments/{enrollment}/verify", {"method": "totp", "answer": "000000"})
        event.remove(engine, "before_cursor_execute", listen)
    assert said["m.okafor@example.org"] == said["l.haddad@example.org"] == said["nobody@example.org"]
    assert said["nobody@example.org"]
