"""What stations told of themselves: the board of a tenant, and how long people were at each step, in figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    update,
)

from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.fleet import StandingRow, StationRow, StepRow, station_standings, station_steps, stations
from kiosk.service.store.stations import clients

MOST_ROWS: Final = 20_000
"""Rows of statistics at most; a year of thirty steps by day is half of it."""

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
    """Whose steps, from one day to another (days since 1970, both counted). No sites means all of the tenant."""

    tenant: str
    sites: frozenset[str]
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Figures:
    """A step (of `where`: the day, the site or the station's id, as asked): how often, seconds in the middle, seconds
    that nine of ten took at most (both by nearest rank), and how often it ended with which word."""

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
    ended: dict[tuple[str, Any], dict[str, int]] = {}
    for step, where, word, count in tx.connection.execute(_ends(span, by)):
        ended.setdefault((step, where), {})[word] = count
    return tuple(
        Figures(step, where, count, median, p90, ended.get((step, where), {}))
        for step, where, count, median, p90 in tx.connection.execute(_ranked(span, by))
    )


def _ranked(span: Span, by: By) -> Select[Any]:
    """Databases that have no percentiles have ranks: of `n` sorted rows, the first that so many are not above."""
    place = _place(by)
    apart = (station_steps.c.step, place)
    each = (
        select(
            station_steps.c.step.label("step"),
            place.label("place"),
            station_steps.c.seconds.label("seconds"),
            func.row_number().over(partition_by=apart, order_by=station_steps.c.seconds).label("rank"),
            func.count().over(partition_by=apart).label("n"),
        )
        .where(*_within(span))
        .subquery()
    )
    middle, most = (each.c.n + 1) // 2, (each.c.n * 9 + 9) // 10
    at_middle = func.max(case((each.c.rank == middle, each.c.seconds)))
    at_most = func.max(case((each.c.rank == most, each.c.seconds)))
    return (
        select(each.c.step, each.c.place, each.c.n, at_middle, at_most)
        .group_by(each.c.step, each.c.place, each.c.n)
        .order_by(each.c.step, each.c.place)
        .limit(MOST_ROWS)
    )


def _ends(span: Span, by: By) -> Select[Any]:
    place, step, ended = _place(by), station_steps.c.step, station_steps.c.ended
    counted = select(step, place, ended, func.count()).where(*_within(span))
    return counted.group_by(step, place, ended).order_by(step, place, ended).limit(MOST_ROWS)


def _place(by: By) -> Column[Any]:
    columns = {By.STEP: "step", By.DAY: "day", By.SITE: "site", By.STATION: "station_id"}
    return station_steps.c[columns[by]]


def _within(span: Span) -> Sequence[ColumnElement[bool]]:
    steps = station_steps.c
    sites = [steps.site.in_(sorted(span.sites))] if span.sites else []
    return (steps.tenant == span.tenant, steps.day.between(span.first, span.last), *sites)
