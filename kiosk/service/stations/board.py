"""The fleet as staff see it: how each station stands, and how long people are at each step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from kiosk.service.parts import Parts
from kiosk.service.stations import rules
from kiosk.service.stations.rules import StationState
from kiosk.service.store import fleet_standings as rows
from kiosk.service.store.engine import ReadTx
from kiosk.service.store.fleet_standings import By, Span, Told
from kiosk.service.store.outcomes import Outcome, outcomes


@dataclass(frozen=True, slots=True)
class BoardEntry:
    """How a station stands. `seconds` is how long it has been at its step, by now; `skew` how many seconds its clock is
    ahead, `clock_off` whether that matters; `configuration` the version that it has, of `newest`; what it told is empty
    until it told anything."""

    id: str
    name: str
    site: str
    project_id: str | None
    client_id: str | None
    state: StationState
    step: str = ""
    seconds: float = 0.0
    queue: int = 0
    heard_at: datetime | None = None
    skew: float = 0.0
    clock_off: bool = False
    version: str = ""
    configuration: int = 0
    newest: int = 0
    problem: str = ""
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepStatistics:
    """A step in figures: how often, seconds (to a tenth) in the middle and of nine in ten, how often it ended how.
    `day` (of a week its Monday), `site` or `station_id` as asked."""

    step: str
    count: int
    median: float
    p90: float
    outcomes: Mapping[str, int]
    day: date | None = None
    site: str = ""
    station_id: str = ""


def board(parts: Parts, tenant: str, sites: frozenset[str] = frozenset()) -> tuple[BoardEntry, ...]:
    """The stations of a tenant at these sites (none: all of them), by site and name, also revoked ones."""
    with parts.store.read() as tx:
        return board_in(tx, parts, tenant, sites)


def board_in(tx: ReadTx, parts: Parts, tenant: str, sites: frozenset[str] = frozenset()) -> tuple[BoardEntry, ...]:
    """As `board`, in a transaction."""
    found = rows.board(tx, tenant)
    return tuple(_entry(parts, each) for each in found if not sites or each.station.site in sites)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose figures: of a tenant at these sites (none: all of them), of one station or of all, from one day to another
    (UTC, both counted)."""

    tenant: str
    sites: frozenset[str]
    since: date
    until: date
    station_id: str = ""


def step_statistics(parts: Parts, wanted: Wanted, by: By = By.STEP) -> tuple[StepStatistics, ...]:
    """The steps that ended in these days, told apart by what is asked."""
    with parts.store.read() as tx:
        found = rows.step_figures(tx, _span(wanted), by)
    return tuple(
        StepStatistics(
            step=each.step,
            count=each.count,
            median=each.median,
            p90=each.p90,
            outcomes=each.ended,
            day=rules.date_of(int(each.where)) if by in (By.DAY, By.WEEK) else None,
            site=str(each.where) if by is By.SITE else "",
            station_id=str(each.where) if by is By.STATION else "",
        )
        for each in found
    )


def outcome_statistics(parts: Parts, wanted: Wanted, periods: Sequence[date]) -> tuple[Mapping[Outcome, int], ...]:
    """How the enrollments ended that began in each period: from its date (UTC) to the next one, or the last day."""
    begins = [datetime.combine(each, time(), UTC) for each in (*periods, wanted.until + timedelta(days=1))]
    with parts.store.read() as tx:
        return outcomes(tx, _span(wanted), tuple(pairwise(begins)))


def _span(wanted: Wanted) -> Span:
    return Span(wanted.tenant, wanted.sites, _day(wanted.since), _day(wanted.until), wanted.station_id)


def _entry(parts: Parts, told: Told) -> BoardEntry:
    row, said, now = told.station, told.standing, parts.clock.now()
    settings = parts.settings.stations
    state = StationState.REVOKED
    if row.revoked_at is None and told.disabled_at is None:
        silent = timedelta(seconds=settings.silent)
        state = rules.state_of(said, now, silent, active=row.activated_at is not None)
    if said is None:
        return BoardEntry(row.id, row.name, row.site, row.project_id, row.client_id, state, newest=row.configuration)
    return BoardEntry(
        id=row.id,
        name=row.name,
        site=row.site,
        project_id=row.project_id,
        client_id=row.client_id,
        state=state,
        step=said.step,
        seconds=max((now - said.step_since).total_seconds(), 0.0),
        queue=said.queue,
        heard_at=said.heard_at,
        skew=said.skew,
        clock_off=abs(said.skew) > settings.skew,
        version=said.version,
        configuration=said.configuration,
        newest=row.configuration,
        problem=said.problem,
        commands=tuple(said.commands.split()),
    )


def _day(day: date) -> int:
    return (day - rules.date_of(0)).days
