"""What stations told of themselves: the board of a tenant, and how long people were at each step, in figures."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import accumulate, groupby
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.fleet import StandingRow, StationRow, StepRow, station_standings, station_steps, stations
from kiosk.service.store.stations import clients

_AT_ONCE: Final = 5000
_FIELDS: Final = StandingRow.__slots__
_STANDING = select(*(station_standings.c[name] for name in _FIELDS)).where(
    station_standings.c.station_id == bindparam("whose")
)
_STANDING_HELD = _STANDING.with_for_update()
_ADD = insert(station_standings)
_CHANGE = (
    update(station_standings)
    .where(station_standings.c.station_id == bindparam("whose"))
    .values({station_standings.c[name]: bindparam(f"to_{name}") for name in _FIELDS if name != "station_id"})
)
_DROP = delete(station_standings).where(station_standings.c.station_id == bindparam("whose"))
_ADD_STEPS = insert(station_steps)
_FORGET_STEPS = delete(station_steps).where(station_steps.c.day < bindparam("first"))
_BOARD = (
    select(
        *(stations.c[name] for name in StationRow.__slots__),
        clients.c.disabled_at,
        *(station_standings.c[name] for name in _FIELDS),
    )
    .select_from(
        stations.outerjoin(clients, clients.c.id == stations.c.client_id).outerjoin(
            station_standings, station_standings.c.station_id == stations.c.id
        )
    )
    .where(stations.c.tenant == bindparam("of"))
    .order_by(stations.c.site, stations.c.name)
)


class By(StrEnum):
    """What the figures of steps are told apart by, besides the step."""

    STEP = "step"
    DAY = "day"
    WEEK = "week"
    SITE = "site"
    STATION = "station"


@dataclass(frozen=True, slots=True)
class Told:
    """A station beside what it last told; `disabled_at` of its client."""

    station: StationRow
    disabled_at: datetime | None
    standing: StandingRow | None


@dataclass(frozen=True, slots=True)
class Span:
    """Whose steps, from one day to another (days since 1970, both counted). No sites means all of the tenant, no
    station all of them."""

    tenant: str
    sites: frozenset[str]
    first: int
    last: int
    station_id: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """A step (of `where`: the day, the week's Monday, the site or the station's id, as asked): how often, seconds in
    the middle, seconds that nine of ten took at most (both by nearest rank), how often it ended with which word."""

    step: str
    where: str | int
    count: int
    median: float
    p90: float
    ended: Mapping[str, int]


def standing(tx: ReadTx, station_id: str) -> StandingRow | None:
    """What the station last told. A WriteTx holds it until its end."""
    query = _STANDING
    if isinstance(tx, WriteTx):
        tx.alone_with(f"standings\0{station_id}")
        query = _STANDING_HELD
    found = tx.connection.execute(query, {"whose": station_id}).one_or_none()
    return None if found is None else StandingRow(*found)


def put_standing(tx: WriteTx, seen: StandingRow | None, row: StandingRow) -> None:
    """Keep what a station tells, instead of what it was seen to have told."""
    if seen is None:
        tx.connection.execute(_ADD, {name: getattr(row, name) for name in _FIELDS})
        return
    told = {f"to_{name}": getattr(row, name) for name in _FIELDS if name != "station_id"}
    tx.connection.execute(_CHANGE, {**told, "whose": row.station_id})


def drop_standing(tx: WriteTx, station_id: str) -> None:
    """The station has told nothing yet."""
    tx.connection.execute(_DROP, {"whose": station_id})


def add_steps(tx: WriteTx, rows: Iterable[StepRow]) -> None:
    """Keep steps that ended."""
    if told := [{name: getattr(row, name) for name in StepRow.__slots__} for row in rows]:
        tx.connection.execute(_ADD_STEPS, told)


def forget_steps(tx: WriteTx, first: int) -> int:
    """Delete steps that ended before this day; how many."""
    return tx.connection.execute(_FORGET_STEPS, {"first": first}).rowcount


def board(tx: ReadTx, tenant: str) -> tuple[Told, ...]:
    """All stations of a tenant, by site and name, also revoked ones."""
    own = len(StationRow.__slots__)
    return tuple(
        Told(StationRow(*each[:own]), each[own], None if each[own + 1] is None else StandingRow(*each[own + 1 :]))
        for each in tx.connection.execute(_BOARD, {"of": tenant})
    )


def step_figures(tx: ReadTx, span: Span, by: By) -> tuple[Figures, ...]:
    """The figures of each step, in the order of the steps' names and of what they are told apart by."""
    found = tx.connection.execute(_counted(span, by).execution_options(yield_per=_AT_ONCE))
    return tuple(
        _figures(step, where, list(rows)) for (step, where), rows in groupby(found, lambda row: (row[0], row[1]))
    )


def _counted(span: Span, by: By) -> Select[Any]:
    """How often each time and each end: there are fewer of them than of steps. No database has all percentiles."""
    steps, place = station_steps.c, _place(by)
    each = (steps.step, place, steps.tenths, steps.ended)
    return select(*each, func.count().label("times")).where(*_within(span)).group_by(*each).order_by(*each)


def _figures(step: str, where: str | int, rows: Sequence[Row[Any]]) -> Figures:
    """From rows in the order of their times."""
    ended: Counter[str] = Counter()
    for row in rows:
        ended[row.ended] += row.times
    total = ended.total()
    ranks = list(accumulate(row.times for row in rows))

    def at_rank(rank: int) -> float:
        return int(rows[bisect_left(ranks, rank)].tenths) / 10

    return Figures(step, where, total, at_rank((total + 1) // 2), at_rank((total * 9 + 9) // 10), dict(ended))


def week_of(day: ColumnElement[int]) -> ColumnElement[int]:
    """The Monday of the week of a day, both in days since 1970, whose first day was a Thursday."""
    return (day + 3) // 7 * 7 - 3


def _place(by: By) -> ColumnElement[Any]:
    if by is By.WEEK:
        return week_of(station_steps.c.day)
    columns = {By.STEP: "step", By.DAY: "day", By.SITE: "site", By.STATION: "station_id"}
    return station_steps.c[columns[by]]


def _within(span: Span) -> Sequence[ColumnElement[bool]]:
    steps = station_steps.c
    sites = [steps.site.in_(sorted(span.sites))] if span.sites else []
    station = [steps.station_id == span.station_id] if span.station_id else []
    return (steps.tenant == span.tenant, steps.day.between(span.first, span.last), *sites, *station)
