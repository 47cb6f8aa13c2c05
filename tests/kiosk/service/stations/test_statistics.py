"""How long people were at each step: counted, in the middle, nine in ten, told apart as asked."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.service.stations import rules
from kiosk.service.stations.actions import stations_of
from kiosk.service.stations.board import step_statistics
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.fleet import StepRow, station_steps
from kiosk.service.store.fleet_standings import By, add_steps
from tests.kiosk.service.running import Running
from tests.kiosk.service.stations.kiosks import made

TODAY = date(2026, 6, 1)
EVERYWHERE = frozenset[str]()
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["Identify", "Verify", "Touch"]),
        st.integers(0, 3000),
        st.sampled_from(["next", "idle", "refused"]),
    ),
    max_size=40,
)


def kept(running: Running, rows: Iterable[StepRow]) -> None:
    told = list(rows)

    def work(tx: WriteTx) -> None:
        tx.connection.execute(station_steps.delete())
        add_steps(tx, told)

    running.parts.store.write(work)


def at_rank(seconds: list[float], part: float) -> float:
    return sorted(seconds)[max(math.ceil(part * len(seconds)), 1) - 1]


@pytest.mark.databases
def test_figures_are_told_apart_by_day_site_and_station(local: Running) -> None:
    north, south = made(local, "North", "north"), made(local, "South", "south")
    rows = [
        StepRow(row.id, "default", row.site, "Touch", tenths, ended, rules.day_of(local.clock.now()) - days)
        for row, tenths, ended, days in (
            (north, 10, "next", 0),
            (north, 90, "idle", 1),
            (south, 50, "next", 1),
            (south, 70, "next", 30),
        )
    ]
    kept(local, rows)

    def figures(by: By, sites: frozenset[str] = EVERYWHERE, days: int = 7) -> list[tuple[object, ...]]:
        found = step_statistics(local.parts, "default", sites, TODAY - timedelta(days=days), TODAY, by)
        return [(each.day or each.site or each.station_id, each.count, each.median, each.p90) for each in found]

    yesterday = TODAY - timedelta(days=1)
    assert figures(By.STEP) == [("", 3, 5.0, 9.0)]
    assert figures(By.STEP, days=30) == [("", 4, 5.0, 9.0)]
    assert figures(By.STEP, frozenset({"south"})) == [("", 1, 5.0, 5.0)]
    assert figures(By.DAY) == [(yesterday, 2, 5.0, 9.0), (TODAY, 1, 1.0, 1.0)]
    assert figures(By.SITE) == [("north", 2, 1.0, 9.0), ("south", 1, 5.0, 5.0)]
    assert sorted(figures(By.STATION)) == sorted([(north.id, 2, 1.0, 9.0), (south.id, 1, 5.0, 5.0)])
    assert step_statistics(local.parts, "other", EVERYWHERE, TODAY, TODAY) == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(told=STEPS)
def test_figures_are_those_of_the_steps(local: Running, told: list[tuple[str, int, str]]) -> None:
    station = next(iter(stations_of(local.parts, "default") or (made(local),))).id
    today = rules.day_of(local.clock.now())
    kept(local, (StepRow(station, "default", "north", *each, today) for each in told))
    found = {each.step: each for each in step_statistics(local.parts, "default", EVERYWHERE, TODAY, TODAY)}
    assert set(found) == {step for step, _, _ in told}
    for step, figures in found.items():
        seconds = [each / 10 for name, each, _ in told if name == step]
        assert figures.count == len(seconds)
        assert (figures.median, figures.p90) == (at_rank(seconds, 0.5), at_rank(seconds, 0.9))
        assert figures.outcomes == Counter(ended for name, _, ended in told if name == step)


@given(st.dates(date(1970, 1, 1), date(2200, 1, 1)))
def test_a_day_is_the_date_that_it_was(day: date) -> None:
    assert rules.date_of((day - date(1970, 1, 1)).days) == day
