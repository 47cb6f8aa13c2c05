"""Two replicas over one database: one code, one assertion, one count, whatever comes to both at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from kiosk.contract import paths
from kiosk.contract.stations import ActivatedStation, ActivateStation, Standing, StandingHeard, StepTime
from kiosk.service.parts import Parts
from kiosk.service.stations import actions
from kiosk.service.stations.activation import Knock, activate
from kiosk.service.stations.board import Wanted, board, step_statistics
from kiosk.service.stations.rules import NameTaken, NotActivated, date_of, day_of
from kiosk.service.stations.standing import current, hear
from kiosk.service.store.fleet import StationRow
from kiosk.service.tokens.actions import caller_of, create_client
from kiosk.service.tokens.rules import Caller, InvalidClient, InvalidToken, IssuedToken
from kiosk.service.tokens.signed_client import SignedRequest, issue_token_to_signer
from tests.kiosk.service.running import Running, StandingClock, assembled, settings_for
from tests.kiosk.service.soft_key import Json
from tests.kiosk.service.stations.kiosks import ACTOR, Kiosk, made, trail

pytestmark = pytest.mark.databases

AT_ONCE = 8


@pytest.fixture
def replicas(tmp_path: Path, backend: Json) -> Iterator[tuple[Running, ...]]:
    settings, clock = settings_for(tmp_path, database=backend), StandingClock()
    with ExitStack() as stack:
        found = tuple(stack.enter_context(assembled(tmp_path, settings, clock=clock)) for _ in range(2))
        for each in found:
            each.clock = clock
        yield found


def at_once(replicas: tuple[Running, ...], *calls: Callable[[Parts], Any]) -> list[Any]:
    """The results, or errors, of calls that begin together, each at the next replica."""
    gate, served = Barrier(len(calls)), cycle(each.parts for each in replicas)

    def run(call: Callable[[Parts], Any], parts: Parts) -> Any:
        gate.wait(10)
        try:
            return call(parts)
        except (NotActivated, InvalidClient, NameTaken) as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return [done.result(60) for done in [pool.submit(run, call, next(served)) for call in calls]]


def knocking(kiosk: Kiosk, code: str, address: str) -> Callable[[Parts], ActivatedStation]:
    knock = Knock(address, frozenset({paths.STATION_ACTIVATION}))
    return lambda parts: activate(parts, knock, ActivateStation(**kiosk.activation(code)))


def kinds(results: list[Any]) -> Counter[type[Any]]:
    return Counter(type(each) for each in results)


def test_a_code_activates_one_of_those_who_send_it(replicas: tuple[Running, ...]) -> None:
    first = replicas[0]
    code, _ = actions.activation_code(first.parts, ACTOR, made(first).id)
    kiosks = [Kiosk(first) for _ in range(AT_ONCE)]
    results = at_once(replicas, *(knocking(each, code, f"address {n}") for n, each in enumerate(kiosks)))
    assert kinds(results) == {ActivatedStation: 1, NotActivated: AT_ONCE - 1}
    assert len(trail(first, "station.activated")) == 1


def test_the_same_station_that_asks_twice_is_one(replicas: tuple[Running, ...]) -> None:
    first, kiosk = replicas[0], Kiosk(replicas[0])
    code, _ = actions.activation_code(first.parts, ACTOR, made(first).id)
    results = at_once(replicas, *[knocking(kiosk, code, "address")] * AT_ONCE)
    assert kinds(results) == {ActivatedStation: AT_ONCE}
    assert len({each.client_id for each in results}) == 1
    assert len(trail(first, "station.activated")) == 1


def test_an_assertion_is_taken_once(replicas: tuple[Running, ...]) -> None:
    first, kiosk = replicas[0], Kiosk(replicas[0])
    code, _ = actions.activation_code(first.parts, ACTOR, made(first).id)
    kiosk.told = {"client_id": knocking(kiosk, code, "address")(first.parts).client_id}
    asked = SignedRequest(kiosk.assertion(), frozenset({paths.TOKEN}))
    results = at_once(replicas, *[lambda parts: issue_token_to_signer(parts, asked)] * AT_ONCE)
    assert kinds(results) == {IssuedToken: 1, InvalidClient: AT_ONCE - 1}


def test_a_standing_counts_once_and_makes_one_station(replicas: tuple[Running, ...]) -> None:
    first = replicas[0]
    made_client = create_client(first.parts.store, first.clock, first.random, "Lobby")
    caller = Caller(made_client.client_id, frozenset())
    told = Standing("Verify", 1.0, 0.0, 1, steps=(StepTime("Identify", 2.0),))
    results = at_once(replicas, *[lambda parts: hear(parts, caller, told)] * AT_ONCE)
    assert kinds(results) == {StandingHeard: AT_ONCE}
    assert [each.name for each in board(first.parts, "default")] == ["Lobby"]
    today = date_of(day_of(first.clock.now()))
    (figures,) = step_statistics(first.parts, Wanted("default", frozenset(), today, today))
    assert (figures.step, figures.count) == ("Identify", 1)


def test_a_change_makes_one_version_that_both_tell(replicas: tuple[Running, ...]) -> None:
    first = replicas[0]
    caller = Caller(create_client(first.parts.store, first.clock, first.random, "Lobby").client_id, frozenset())
    assert current(first.parts, caller).version == 1
    actions.rename(first.parts, ACTOR, board(first.parts, "default")[0].id, "Hall")
    results = at_once(replicas, *[lambda parts: current(parts, caller)] * AT_ONCE)
    assert {each.version for each in results} == {2}


def test_a_name_is_given_once(replicas: tuple[Running, ...]) -> None:
    results = at_once(replicas, *[lambda parts: actions.create_station(parts, ACTOR, "default", "Lobby")] * AT_ONCE)
    assert kinds(results) == {StationRow: 1, NameTaken: AT_ONCE - 1}


def test_a_station_that_one_replica_revoked_is_refused_by_the_other_at_once(replicas: tuple[Running, ...]) -> None:
    first, second = (each.parts for each in replicas)
    kiosk = Kiosk(replicas[0])
    code, _ = actions.activation_code(first, ACTOR, made(replicas[0]).id)
    told = knocking(kiosk, code, "address")(second)
    kiosk.told = {"client_id": told.client_id}
    audiences = frozenset({paths.TOKEN})
    token = issue_token_to_signer(second, SignedRequest(kiosk.assertion(), audiences)).token
    assert caller_of(second, token).client_id == told.client_id
    actions.revoke(first, ACTOR, told.station_id)
    with pytest.raises(InvalidToken):
        caller_of(second, token)
    with pytest.raises(InvalidClient):
        issue_token_to_signer(second, SignedRequest(kiosk.assertion(), audiences))
