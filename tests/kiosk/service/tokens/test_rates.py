"""A client may call each route so often: in a burst, and then as time passes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.contract.paths import Scope
from kiosk.service.tls import Identity
from kiosk.service.tokens.actions import Rights, create_client
from kiosk.service.tokens.rates import SHARES, Rates
from kiosk.service.tokens.rules import TooManyRequests
from tests.kiosk.service.running import NOON, Station, served, settings_for


def test_a_burst_is_let_in_and_the_next_call_waits_for_its_turn() -> None:
    rates = Rates(60)
    for _ in range(60):
        rates.count("client", "/a", NOON)
    with pytest.raises(TooManyRequests) as refused:
        rates.count("client", "/a", NOON)
    assert refused.value.retry_after == 1
    rates.count("client", "/a", NOON + timedelta(seconds=1))


def test_routes_and_clients_do_not_take_each_others_turns() -> None:
    rates = Rates(1)
    for client, route in (("one", "/a"), ("one", "/b"), ("two", "/a")):
        rates.count(client, route, NOON)
        with pytest.raises(TooManyRequests):
            rates.count(client, route, NOON)


@given(st.lists(st.floats(min_value=-30, max_value=30), max_size=200), st.integers(1, 20))
def test_nobody_gets_more_than_a_burst_and_what_time_gives(steps: list[float], per_minute: int) -> None:
    rates, now, allowed, forward = Rates(per_minute), NOON, 0, 0.0
    for step in steps:
        now += timedelta(seconds=step)
        forward += max(step, 0.0)
        with suppress(TooManyRequests):
            rates.count("client", "/a", now)
            allowed += 1
    assert allowed <= per_minute + forward * per_minute / 60 + 1e-6


@dataclass
class Together:
    """Replicas that tell each other as soon as one rings; in place of the database there is when a bucket is full."""

    per_minute: int
    count: int
    full_at: datetime | None = None

    def __post_init__(self) -> None:
        self.rung = False
        self.replicas = [Rates(self.per_minute, self._ring) for _ in range(self.count)]

    def _ring(self) -> None:
        self.rung = True

    def ask(self, number: int, now: datetime) -> bool:
        rates = self.replicas[number % self.count]
        try:
            rates.count("client", "/a", now)
        except TooManyRequests:
            return False
        if self.rung:
            for key, told in rates.untold().items():
                self.full_at = rates.full_after(self.full_at, told, now)
                rates.learn(key, told, self.full_at, now)
            self.rung = False
        return True


ASKED = st.lists(st.tuples(st.integers(0, 4), st.floats(0, 5)), max_size=200)


@given(ASKED, st.integers(1, 5), st.integers(1, 40))
def test_replicas_together_let_in_one_bucket_and_a_share_for_each(
    asked: list[tuple[int, float]], replicas: int, per_minute: int
) -> None:
    together, now, allowed = Together(per_minute, replicas), NOON, 0
    for number, seconds in asked:
        now += timedelta(seconds=seconds)
        allowed += together.ask(number, now)
    given = per_minute * (1 + (now - NOON) / timedelta(minutes=1))
    assert allowed <= given + (replicas - 1) * max(1, per_minute // SHARES) + 1e-6


@given(st.lists(st.integers(0, 4), min_size=1, max_size=200), st.integers(2, 5))
def test_who_keeps_to_the_limit_is_refused_nowhere(asked: list[int], replicas: int) -> None:
    together, now = Together(60, replicas), NOON
    for number in asked:
        now += timedelta(seconds=1)
        assert together.ask(number, now)


@given(st.lists(st.floats(0, 5), max_size=200), st.integers(1, 40))
def test_a_replica_that_finds_no_other_lets_in_no_more_than_one_alone_and_a_share_less_at_most(
    steps: list[float], per_minute: int
) -> None:
    alone, shared, now, allowed = Rates(per_minute), Together(per_minute, 1), NOON, [0, 0]
    for seconds in steps:
        now += timedelta(seconds=seconds)
        allowed[1] += shared.ask(0, now)
        with suppress(TooManyRequests):
            alone.count("client", "/a", now)
            allowed[0] += 1
        assert 0 <= allowed[0] - allowed[1] <= max(1, per_minute // SHARES)


def test_who_asks_seldom_is_told_of_to_nobody() -> None:
    rung: list[bool] = []
    rates = Rates(160, lambda: rung.append(True))
    for _ in range(9):
        rates.count("client", "/a", NOON)
    assert (rung, dict(rates.untold())) == ([], {})
    rates.count("client", "/a", NOON)
    assert (rung, dict(rates.untold())) == ([True], {("client", "/a"): 10})


def test_what_could_not_be_told_is_told_later_and_nothing_of_it_twice() -> None:
    rates = Rates(16, lambda: None)
    for _ in range(3):
        rates.count("client", "/a", NOON)
    (told,) = rates.untold().values()
    rates.count("client", "/a", NOON)
    rates.learn(("client", "/a"), told, rates.full_after(None, told, NOON), NOON)
    assert dict(rates.untold()) == {("client", "/a"): 1}
    rates.learn(("somebody", "/else"), 1, NOON, NOON)
    assert dict(rates.untold()) == {("client", "/a"): 1}


def test_a_client_that_asks_too_often_is_told_when_to_come_back(tmp_path: Path, tls: tuple[Identity, Identity]) -> None:
    accounts = {"sites": [{"id": "main", "name": "Main"}], "requests_per_minute": 2}
    with served(tmp_path, settings_for(tmp_path, accounts=accounts), tls) as running:
        rights = Rights(frozenset({Scope.MIGRATE_USERS}), sites=frozenset({"main"}))
        client = create_client(running.parts.store, running.clock, running.random, "busy", rights)
        caller = Station(running.url, running.authority, client).sign_in()
        answers = [caller.call("GET", "/migrate/status") for _ in range(3)]
        options = caller.call("OPTIONS", "/concierge/user-details")
        caller.session.close()
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[2].json()["error"] == "too_many_requests"
    assert answers[2].headers["Retry-After"] == "30"
    assert (options.status_code, options.headers["Allow"]) == (405, "GET, POST")
