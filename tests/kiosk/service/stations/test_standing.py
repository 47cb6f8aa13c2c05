"""What stations tell of themselves counts once; what they are told, they are told once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kiosk.contract import paths
from kiosk.service.accounts.settings import DEFAULT_TENANT
from kiosk.service.stations import actions, rules
from kiosk.service.stations.board import BoardEntry, Wanted, board, step_statistics
from kiosk.service.stations.rules import NeverHeard, StationState
from kiosk.service.stations.standing import forget_old
from kiosk.service.tokens.actions import STATION, Rights, create_client
from tests.kiosk.service.running import Running, Station
from tests.kiosk.service.stations.conftest import Activated
from tests.kiosk.service.stations.kiosks import ACTOR, made, trail

TODAY = date(2026, 6, 1)


def standing(running: Running, name: str = "Lobby") -> BoardEntry:
    (found,) = [each for each in board(running.parts, DEFAULT_TENANT) if each.name == name]
    return found


def counted(running: Running) -> dict[str, int]:
    found = step_statistics(running.parts, Wanted(DEFAULT_TENANT, frozenset(), TODAY, TODAY))
    return {each.step: each.count for each in found}


@pytest.mark.databases
def test_a_standing_is_kept_and_answered(running: Running, enlist: Activated) -> None:
    kiosk = enlist()
    kiosk.clock = 7.5
    steps = [{"step": "Welcome", "seconds": 3.5}, {"step": "Identify", "seconds": 12, "ended": "idle"}]
    heard = kiosk.tell("Verify", queue=2, problem="printer", configuration=1, steps=steps).json()
    now = running.clock.now()
    assert heard == {"now": now.timestamp(), "configuration": 1, "update": "", "commands": []}
    seen = standing(running)
    assert (seen.state, seen.step, seen.seconds, seen.queue) == (StationState.ACTIVE, "Verify", 1.5, 2)
    assert (seen.heard_at, seen.version, seen.problem, seen.skew) == (now, "1.0", "printer", 7.5)
    assert (seen.clock_off, seen.configuration, seen.newest) == (True, 1, 1)
    running.clock.advance(seconds=20)
    assert standing(running).seconds == 21.5
    figures = step_statistics(running.parts, Wanted(DEFAULT_TENANT, frozenset(), TODAY, TODAY))
    assert [(each.step, each.median, each.outcomes) for each in figures] == [
        ("Identify", 12.0, {"idle": 1}),
        ("Welcome", 3.5, {"next": 1}),
    ]


def test_no_standing_counts_twice(running: Running, enlist: Activated) -> None:
    kiosk = enlist()
    steps = [{"step": "Welcome", "seconds": 3}]
    for counter in (5, 5, 4, 5, 6):
        assert kiosk.tell("Identify", counter=counter, steps=steps).status_code == 200
    assert counted(running) == {"Welcome": 2}


def test_a_station_that_lost_count_is_heard_again_once_it_was_silent(running: Running, enlist: Activated) -> None:
    kiosk = enlist()
    kiosk.tell("Identify", counter=900)
    kiosk.tell("Welcome", counter=1)
    assert standing(running).step == "Identify"
    running.clock.advance(seconds=61)
    assert standing(running).state is StationState.SILENT
    kiosk.tell("Welcome", counter=2)
    assert (standing(running).step, standing(running).state) == ("Welcome", StationState.ACTIVE)


def test_a_command_is_told_once_and_again_only_where_its_answer_was_lost(running: Running, enlist: Activated) -> None:
    kiosk = enlist()
    station = kiosk.told["station_id"]
    with pytest.raises(NeverHeard):
        actions.command(running.parts, ACTOR, station, rules.RESTART)
    kiosk.tell(counter=1)
    for _ in range(2):
        actions.command(running.parts, ACTOR, station, rules.RESTART)
    assert standing(running).commands == (rules.RESTART,)
    told = [kiosk.tell(counter=counter).json()["commands"] for counter in (1, 2, 2, 3, 2)]
    assert told == [[], ["restart"], ["restart"], [], []]
    assert trail(running, "station.commanded") == [("station.commanded", ACTOR, station)] * 2
    with pytest.raises(rules.BadStation):
        actions.command(running.parts, ACTOR, station, "format")


WRONG: tuple[dict[str, Any], ...] = (
    {"step": "a step"},
    {"step": ""},
    {"step": "x" * 33},
    {"seconds": -1},
    {"seconds": True},
    {"counter": True},
    {"seconds": 1e9},
    {"clock": "now"},
    {"counter": -1},
    {"counter": 2**63},
    {"version": "1.0\n"},
    {"queue": -1},
    {"problem": "<script>"},
    {"steps": [{"step": "Welcome", "seconds": 1}] * 65},
    {"steps": [{"step": "Welcome", "seconds": 1, "ended": ""}]},
    {"steps": [{"step": "Welcome", "seconds": 1, "person": "Maria"}]},
    {"person": "Maria"},
)


def test_what_no_station_tells_is_malformed(running: Running, enlist: Activated) -> None:
    kiosk = enlist()
    for wrong in WRONG:
        answer = kiosk.tell(**wrong)
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed"), wrong
    headers = {"Content-Type": "application/json"}
    for number in ("NaN", "Infinity", "1e999"):
        body = f'{{"step": "Welcome", "seconds": {number}, "clock": 1, "counter": 1}}'
        url = running.url + paths.STATION_STANDING
        assert kiosk.session.put(url, data=body, headers=headers, timeout=20).status_code == 400
    assert board(running.parts, DEFAULT_TENANT)[0].heard_at is None


@pytest.mark.databases
def test_a_client_with_a_secret_is_a_station_once_it_tells_of_itself(running: Running) -> None:
    made(running, "Lobby")  # its name is taken
    clients = [
        create_client(running.parts.store, running.clock, running.random, name, Rights(STATION.scopes, sites=sites))
        for name, sites in (("Gate", frozenset({"north"})), ("Lobby", frozenset({"north", "south"})))
    ]
    stations = [Station(running.url, running.authority, each).sign_in() for each in clients]
    told = {"step": "Welcome", "seconds": 1, "clock": 0, "counter": 1}
    for each in stations:
        assert each.call("PUT", paths.STATION_STANDING, told).json()["configuration"] == 1
        assert each.call("GET", paths.STATION_CONFIGURATION).status_code == 200
    found = {each.name: each for each in board(running.parts, DEFAULT_TENANT) if each.client_id}
    assert {name: (each.site, each.state) for name, each in found.items()} == {
        "Gate": ("north", StationState.ACTIVE),
        clients[1].client_id: ("", StationState.ACTIVE),
    }
    actions.revoke(running.parts, ACTOR, found["Gate"].id)
    assert [each.call("PUT", paths.STATION_STANDING, told).status_code for each in stations] == [401, 200]
    for each in stations:
        each.session.close()


def test_only_a_station_tells_of_itself(running: Running, station: Station) -> None:
    told = {"step": "Welcome", "seconds": 1, "clock": 0, "counter": 1}
    for method, path, body in (
        ("PUT", paths.STATION_STANDING, told),
        ("GET", paths.STATION_CONFIGURATION, None),
    ):
        answer = station.call(method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")


def test_the_states_of_stations(running: Running, enlist: Activated) -> None:
    made(running, "New")
    enlist("Quiet")
    enlist("Heard").tell()
    gone = enlist("Gone")
    gone.tell()
    actions.revoke(running.parts, ACTOR, gone.told["station_id"])
    states = {each.name: each.state for each in board(running.parts, DEFAULT_TENANT)}
    assert states == {
        "New": StationState.NEW,
        "Quiet": StationState.SILENT,
        "Heard": StationState.ACTIVE,
        "Gone": StationState.REVOKED,
    }
    assert {each.name for each in board(running.parts, DEFAULT_TENANT, frozenset({"south"}))} == set()
    assert board(running.parts, "elsewhere") == ()


def test_steps_are_forgotten_after_so_many_days(running: Running, enlist: Activated) -> None:
    kiosk = enlist()
    kiosk.tell(steps=[{"step": "Welcome", "seconds": 3}])
    running.clock.advance(days=400)
    forget_old(running.parts)
    assert counted(running) == {"Welcome": 1}
    running.clock.advance(days=1)
    forget_old(running.parts)
    assert counted(running) == {}
