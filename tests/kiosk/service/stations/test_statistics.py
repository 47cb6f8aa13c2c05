"""How long people were at each step: counted, in the middle, nine in ten, told apart as asked."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.contract.enrollments import Phase
from kiosk.contract.paths import Scope
from kiosk.contract.staff import ApprovalAction, ApprovalState
from kiosk.service.sources import new_id
from kiosk.service.stations import rules
from kiosk.service.stations.actions import stations_of
from kiosk.service.stations.board import Wanted, outcome_statistics, step_statistics
from kiosk.service.store.approvals import ApprovalRow, add_approval
from kiosk.service.store.ceremonies import CeremonyRow, CeremonyState, add_ceremony
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import EnrollmentRow, add_enrollment
from kiosk.service.store.fleet import StationRow, StepRow, station_steps, stations
from kiosk.service.store.fleet_standings import By, add_steps
from kiosk.service.store.outcomes import Outcome
from kiosk.service.tokens.actions import Rights, create_client
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
        found = step_statistics(local.parts, Wanted("default", sites, TODAY - timedelta(days=days), TODAY), by)
        return [(each.day or each.site or each.station_id, each.count, each.median, each.p90) for each in found]

    yesterday = TODAY - timedelta(days=1)
    assert figures(By.STEP) == [("", 3, 5.0, 9.0)]
    assert figures(By.STEP, days=30) == [("", 4, 5.0, 9.0)]
    assert figures(By.STEP, frozenset({"south"})) == [("", 1, 5.0, 5.0)]
    assert figures(By.DAY) == [(yesterday, 2, 5.0, 9.0), (TODAY, 1, 1.0, 1.0)]
    assert figures(By.SITE) == [("north", 2, 1.0, 9.0), ("south", 1, 5.0, 5.0)]
    assert sorted(figures(By.STATION)) == sorted([(north.id, 2, 1.0, 9.0), (south.id, 1, 5.0, 5.0)])
    assert step_statistics(local.parts, Wanted("other", EVERYWHERE, TODAY, TODAY)) == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(told=STEPS)
def test_figures_are_those_of_the_steps(local: Running, told: list[tuple[str, int, str]]) -> None:
    station = next(iter(stations_of(local.parts, "default") or (made(local),))).id
    today = rules.day_of(local.clock.now())
    kept(local, (StepRow(station, "default", "north", *each, today) for each in told))
    found = {each.step: each for each in step_statistics(local.parts, Wanted("default", EVERYWHERE, TODAY, TODAY))}
    assert set(found) == {step for step, _, _ in told}
    for step, figures in found.items():
        seconds = [each / 10 for name, each, _ in told if name == step]
        assert figures.count == len(seconds)
        assert (figures.median, figures.p90) == (at_rank(seconds, 0.5), at_rank(seconds, 0.9))
        assert figures.outcomes == Counter(ended for name, _, ended in told if name == step)


@given(st.dates(date(1970, 1, 1), date(2200, 1, 1)))
def test_a_day_is_the_date_that_it_was(day: date) -> None:
    assert rules.date_of((day - date(1970, 1, 1)).days) == day


@pytest.mark.databases
def test_enrollments_are_counted_by_how_they_ended_where_and_when(local: Running) -> None:
    north, south = active(local, "North", "north"), active(local, "South", "south")
    last_week = datetime(2026, 5, 31, 23, 59, 59, 999999, UTC)
    today = last_week + timedelta(microseconds=1)
    of_state = partial(ceremony, local, north)
    told(local, north, Phase.DONE, last_week)
    told(local, north, Phase.DONE, today)
    told(local, south, Phase.CANCELLED, today)
    told(local, south, Phase.EXPIRED, today)
    told(local, south, Phase.LOCKED, today)
    told(local, north, Phase.KEY, today)
    of_state(told(local, north, Phase.CANCELLED, today), CeremonyState.REFUSED)
    of_state(told(local, north, Phase.EXPIRED, today), CeremonyState.ABANDONED, today)
    of_state(told(local, north, Phase.EXPIRED, today), CeremonyState.ABANDONED)
    denied(local, north, told(local, north, Phase.CANCELLED, today))
    wanted = Wanted("default", EVERYWHERE, date(2026, 5, 25), TODAY)
    days, weeks = [date(2026, 5, 30), date(2026, 5, 31), TODAY], [date(2026, 5, 25), TODAY]
    every = {
        Outcome.COMPLETED: 1,
        Outcome.CANCELLED: 1,
        Outcome.ABANDONED: 2,
        Outcome.LOCKED: 1,
        Outcome.REFUSED: 1,
        Outcome.FAILED: 1,
        Outcome.DENIED: 1,
    }
    before = {Outcome.COMPLETED: 1}
    assert outcome_statistics(local.parts, wanted, days) == ({}, before, every)
    assert outcome_statistics(local.parts, wanted, weeks) == (before, every)
    at_south = {Outcome.CANCELLED: 1, Outcome.ABANDONED: 1, Outcome.LOCKED: 1}
    assert outcome_statistics(local.parts, replace(wanted, sites=frozenset({"south"})), [TODAY]) == (at_south,)
    assert outcome_statistics(local.parts, replace(wanted, station_id=south.id), weeks) == ({}, at_south)
    assert outcome_statistics(local.parts, replace(wanted, until=date(2026, 5, 31)), weeks[:1]) == (before,)
    assert outcome_statistics(local.parts, replace(wanted, tenant="other"), weeks) == ({}, {})


def active(local: Running, name: str, site: str) -> StationRow:
    """A station that has its client."""
    client = create_client(local.parts.store, local.clock, local.random, name, Rights(frozenset({Scope.ENROLL})))
    row = replace(made(local, name, site), client_id=client.client_id)
    change = stations.update().where(stations.c.id == row.id).values(client_id=row.client_id)
    local.parts.store.write(lambda tx: tx.connection.execute(change).close())
    return row


def told(local: Running, station: StationRow, phase: Phase, at: datetime) -> str:
    """An enrollment of a station; its id."""
    row = EnrollmentRow(new_id(local.random), str(station.client_id), "en", phase, 1, at, at + timedelta(minutes=10))
    local.parts.store.write(lambda tx: add_enrollment(tx, row))
    return row.id


def ceremony(
    local: Running, station: StationRow, enrollment: str, state: CeremonyState, at: datetime | None = None
) -> None:
    now = local.clock.now()
    ids = (new_id(local.random), enrollment, str(station.client_id), "staff", "u1")
    row = CeremonyRow(*ids, state, 1, b"", b"", "required", simulated=False, begun_at=now, expires_at=now)
    local.parts.store.write(lambda tx: add_ceremony(tx, replace(row, handed_over_at=at)))


def denied(local: Running, station: StationRow, enrollment: str) -> None:
    now = local.clock.now()
    row = ApprovalRow(
        id=new_id(local.random),
        enrollment_id=enrollment,
        client_id=str(station.client_id),
        tenant="default",
        site=station.site,
        action=ApprovalAction.VERIFY,
        subject="u1",
        number="12",
        details={},
        needed=1,
        given=0,
        state=ApprovalState.DENIED,
        version=1,
        asked_at=now,
        expires_at=now,
        changed_at=now,
    )
    local.parts.store.write(lambda tx: add_approval(tx, row))
