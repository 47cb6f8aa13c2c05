"""A client may call each route so often: in a burst, and then as time passes."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.contract.paths import Scope
from kiosk.service.tls import Identity
from kiosk.service.tokens.actions import Rights, create_client
from kiosk.service.tokens.rates import Rates
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
