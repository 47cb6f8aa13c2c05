"""A new kiosk gets its identity: one code, one key, once."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
import requests

from kiosk.contract import paths
from kiosk.contract.stations import CLOCK_HEADER
from kiosk.service.stations import actions
from kiosk.service.stations.standing import forget_old
from kiosk.service.store.attempts import attempts
from kiosk.service.store.audit import audit
from kiosk.service.tokens import es256
from kiosk.service.tokens.actions import create_client, rotate_secret
from kiosk.service.tokens.rules import InvalidClient
from tests.kiosk.service.running import Running, Station
from tests.kiosk.service.stations.conftest import Activated
from tests.kiosk.service.stations.kiosks import ACTOR, P256, Kiosk, made, trail


def code_for(running: Running, name: str = "Lobby") -> str:
    return actions.activation_code(running.parts, ACTOR, made(running, name).id)[0]


def refused(answer: requests.Response) -> tuple[int, str, tuple[str, ...]]:
    told = answer.json()
    return answer.status_code, told["code"], tuple(told.get("reasons", ()))


UNKNOWN = (400, "code_invalid", ())


@pytest.mark.databases
def test_a_kiosk_is_activated_and_enrolls(running: Running, enlist: Activated) -> None:
    kiosk = enlist()
    assert (kiosk.told["name"], kiosk.told["site"]) == ("Lobby", "north")
    first = kiosk.configuration(kiosk.told["configuration"])
    assert (first["version"], first["station_id"], first["heartbeat"]) == (1, kiosk.told["station_id"], 10)
    assert first["profile"] == kiosk.call("GET", paths.PROFILE).json()
    assert kiosk.call("POST", paths.ENROLLMENTS, {}).status_code == 201
    assert kiosk.tell().json()["configuration"] == 1
    station, client = kiosk.told["station_id"], f"client:{kiosk.told['client_id']}"
    assert trail(running) == [
        ("station.created", ACTOR, station),
        ("station.code_made", ACTOR, station),
        ("station.activated", client, station),
    ]


def test_the_trail_knows_the_key_and_the_program(running: Running, kiosk: Kiosk) -> None:
    assert kiosk.activate(code_for(running), version="1.4.2").status_code == 201
    with running.parts.store.read() as tx:
        (row,) = tx.connection.execute(audit.select().where(audit.c.event == "station.activated")).all()
    assert row.details == {"thumbprint": es256.thumbprint(kiosk.key.jwk), "program": "1.4.2"}


def test_a_code_is_typed_as_people_type(running: Running, kiosk: Kiosk) -> None:
    code = code_for(running)
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert kiosk.activate(f" {typed} ").status_code == 201


def test_a_code_that_is_none_looks_like_one_that_was_used(running: Running, kiosk: Kiosk) -> None:
    code = code_for(running)
    answers = [kiosk.activate("0000-0000-0000-0000")]
    assert kiosk.activate(code).status_code == 201
    other = Kiosk(running)
    answers.append(other.activate(code))
    again = code_for(running, "Gate")
    running.clock.advance(minutes=15)
    answers.append(other.activate(again))
    assert [refused(each) for each in answers] == [UNKNOWN] * 3
    bodies = [{name: value for name, value in each.json().items() if name != "reference"} for each in answers]
    assert bodies[0] == bodies[1] == bodies[2]
    other.session.close()


def test_a_new_code_voids_the_old_one(running: Running, kiosk: Kiosk) -> None:
    station = made(running).id
    old, new = (actions.activation_code(running.parts, ACTOR, station)[0] for _ in range(2))
    assert refused(kiosk.activate(old)) == UNKNOWN
    assert kiosk.activate(new).status_code == 201


def test_an_answer_that_was_lost_is_given_again_to_the_same_key(running: Running, kiosk: Kiosk) -> None:
    code = code_for(running)
    first, second = kiosk.activate(code).json(), kiosk.activate(code).json()
    assert first | {"configuration": ""} == second | {"configuration": ""}
    assert len(trail(running, "station.activated")) == 1


def test_a_key_belongs_to_one_station(running: Running, kiosk: Kiosk) -> None:
    assert kiosk.activate(code_for(running)).status_code == 201
    assert refused(kiosk.activate(code_for(running, "Gate"))) == UNKNOWN
    actions.revoke(running.parts, ACTOR, kiosk.told["station_id"])
    assert refused(kiosk.activate(code_for(running, "Hall"))) == UNKNOWN  # also after that was revoked


def test_a_station_that_is_activated_anew_shuts_its_old_key_out(running: Running, enlist: Activated) -> None:
    old = enlist()
    enrollment = old.call("POST", paths.ENROLLMENTS, {}).json()["enrollment_id"]
    new = Kiosk(running)
    code, _ = actions.activation_code(running.parts, ACTOR, old.told["station_id"])
    assert old.tell().status_code == 200, "it works until then"
    assert new.activate(code).json()["station_id"] == old.told["station_id"]
    assert old.tell().status_code == 401
    assert old.ask_token(old.assertion()).status_code == 401
    assert new.sign_in().tell().status_code == 200, "it counts anew"
    assert new.call("DELETE", f"/enrollments/{enrollment}").status_code == 404
    new.session.close()


def test_a_station_with_a_secret_gets_a_key_instead(running: Running, kiosk: Kiosk) -> None:
    client = create_client(running.parts.store, running.clock, running.random, "Lobby")
    old = Station(running.url, running.authority, client).sign_in()
    told = {"step": "Welcome", "seconds": 1, "clock": 0, "counter": 1}
    assert old.call("PUT", paths.STATION_STANDING, told).status_code == 200
    code, _ = actions.activation_code(running.parts, ACTOR, actions.stations_of(running.parts, "default")[0].id)
    assert kiosk.activate(code).status_code == 201
    assert old.call("PUT", paths.STATION_STANDING, told).status_code == 401
    with pytest.raises(InvalidClient):
        rotate_secret(running.parts.store, running.random, kiosk.told["client_id"])
    old.session.close()


@pytest.mark.parametrize("status", ["revoked", "forgotten"])
def test_a_station_that_was_revoked_is_not_activated(running: Running, kiosk: Kiosk, status: str) -> None:
    station = made(running)
    code, _ = actions.activation_code(running.parts, ACTOR, station.id)
    if status == "revoked":
        actions.revoke(running.parts, ACTOR, station.id)
    else:
        running.clock.advance(days=3)
        forget_old(running.parts)
    assert refused(kiosk.activate(code)) == UNKNOWN


OFF_CURVE = {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}
GOOD = P256().jwk
KEYS: dict[str, Any] = {
    "nothing": {},
    "off the curve": OFF_CURVE,
    "of another curve": GOOD | {"crv": "P-384"},
    "symmetric": {"kty": "oct", "k": "c2VjcmV0"},
    "private": GOOD | {"d": GOOD["x"]},
    "padded": GOOD | {"x": GOOD["x"] + "="},
    "short": GOOD | {"y": "AA"},
    "no base64": GOOD | {"y": "!" * 43},
    "another's": GOOD,
}


def test_only_a_public_key_that_is_theirs_is_taken(running: Running, kiosk: Kiosk) -> None:
    code = code_for(running)
    for name, key in KEYS.items():
        wrong = "proof" if name == "another's" else "public_key"
        assert refused(kiosk.activate(code, public_key=key)) == (400, "malformed", (wrong,)), name
    assert kiosk.activate(code).status_code == 201, "none of it used the code"


CLAIMS: tuple[dict[str, Any], ...] = (
    {"aud": "https://elsewhere.example/stations/activate"},
    {"code_sha256": hashlib.sha256(b"another").hexdigest()},
    {"code_sha256": None},
    {"iat": "now"},
    {"iat": True},
    {"iat": -1},
)


def test_a_proof_is_for_this_code_and_this_service(running: Running, kiosk: Kiosk) -> None:
    code = code_for(running)
    for claims in CLAIMS:
        assert refused(kiosk.activate(code, claims=claims)) == (400, "malformed", ("proof",)), claims


def test_a_clock_that_is_far_off_is_told_the_time_and_no_code_is_used(running: Running, kiosk: Kiosk) -> None:
    code, kiosk.clock = code_for(running), -90_000.0
    answer = kiosk.activate(code)
    assert refused(answer) == (400, "malformed", ("clock",))
    kiosk.clock += float(answer.headers[CLOCK_HEADER]) - kiosk.now
    assert kiosk.activate(code).status_code == 201


def test_who_guesses_waits_longer_and_longer_whatever_they_send(running: Running, kiosk: Kiosk) -> None:
    code = code_for(running)
    for _ in range(20):
        assert refused(kiosk.activate("0000-0000-0000-0000")) == UNKNOWN
    locked = kiosk.activate(code)
    assert (locked.status_code, locked.json()["code"], locked.headers["Retry-After"]) == (423, "locked", "1")
    running.clock.advance(seconds=1)
    assert kiosk.activate(code).status_code == 201
    assert refused(Kiosk(running, session=kiosk.session).activate("0000-0000-0000-0000")) == UNKNOWN


def test_tries_are_forgotten_after_a_day(running: Running, kiosk: Kiosk) -> None:
    assert refused(kiosk.activate("0000-0000-0000-0000")) == UNKNOWN
    running.clock.advance(days=1, seconds=1)
    forget_old(running.parts)
    with running.parts.store.read() as tx:
        assert tx.connection.execute(attempts.select()).all() == []


def test_a_code_is_kept_as_a_hash_alone(running: Running, kiosk: Kiosk) -> None:
    code = code_for(running)
    assert kiosk.activate(code).status_code == 201
    with running.parts.store.read() as tx:
        tables = ("station_codes", "stations", "audit", "attempts", "clients")
        kept = str([tx.connection.exec_driver_sql(f"SELECT * FROM {name}").all() for name in tables])
    assert code not in kept
    assert code.replace("-", "") not in kept
