"""How enrollments ended, counted by the day or week that they began in (UTC)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Integer, case, exists, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement

from kiosk.contract.enrollments import Phase
from kiosk.contract.staff import ApprovalState
from kiosk.service.store.approvals import approvals
from kiosk.service.store.ceremonies import CeremonyState, ceremonies
from kiosk.service.store.engine import ReadTx
from kiosk.service.store.enrollments import OPEN_PHASES, enrollments
from kiosk.service.store.fleet import stations
from kiosk.service.store.fleet_standings import By, Span, week_of
from kiosk.service.store.stations import clients


class Outcome(StrEnum):
    """How a whole enrollment ended. What is not COMPLETED is told by the first of these that is true of it.

    LOCKED: who was there had no more tries to be verified. REFUSED: a relying party refused the key. DENIED: staff
    denied what was asked of them. FAILED: a registration was handed over and never proved. CANCELLED: somebody ended
    it. ABANDONED: its time ran out.
    """

    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ABANDONED = "abandoned"
    REFUSED = "refused"
    DENIED = "denied"
    FAILED = "failed"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many enrollments that began in a period (the day that it begins with, in days since 1970) ended so."""

    day: int
    outcome: Outcome
    count: int


class _DayOf(FunctionElement[int]):
    """The day of a moment, in days since 1970, UTC."""

    type = Integer()
    inherit_cache = True


@compiles(_DayOf)
def _day_on_postgresql(element: _DayOf, compiler: SQLCompiler, **more: Any) -> str:
    return f"CAST(FLOOR(EXTRACT(EPOCH FROM {compiler.process(element.clauses, **more)}) / 86400) AS INTEGER)"


@compiles(_DayOf, "sqlite")
def _day_on_sqlite(element: _DayOf, compiler: SQLCompiler, **more: Any) -> str:
    date = f"SUBSTR({compiler.process(element.clauses, **more)}, 1, 10)"  # of a whole moment it rounds to milliseconds
    return f"CAST(STRFTIME('%s', {date}) AS INTEGER) / 86400"


def outcomes(tx: ReadTx, span: Span, since: datetime, by: By) -> tuple[OutcomeCount, ...]:
    """Of the enrollments that ended, by day, or by week (`By.WEEK`). `since` is when the first day of the span begins.

    Where the span names sites or a station, enrollments elsewhere than at stations are left out.
    """
    day = _DayOf(enrollments.c.opened_at)
    period = week_of(day) if by is By.WEEK else day
    columns = (period.label("period"), _OUTCOME.label("outcome"))
    query = (
        select(*columns, func.count())
        .select_from(
            enrollments.join(clients, clients.c.id == enrollments.c.client_id).outerjoin(
                stations, stations.c.client_id == clients.c.id
            )
        )
        .where(*_within(span, since))
        .group_by(*columns)
    )
    return tuple(OutcomeCount(day, Outcome(word), count) for day, word, count in tx.connection.execute(query))


def _within(span: Span, since: datetime) -> Sequence[ColumnElement[bool]]:
    opened, until = enrollments.c.opened_at, since + timedelta(days=span.last - span.first + 1)
    return (
        opened >= since,
        opened < until,
        enrollments.c.phase.not_in(OPEN_PHASES),
        clients.c.tenant == span.tenant,
        *([stations.c.site.in_(sorted(span.sites))] if span.sites else []),
        *([stations.c.id == span.station_id] if span.station_id else []),
    )


def _of_this(state: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(ceremonies.c.enrollment_id == enrollments.c.id, state)


_DENIED_HERE = exists().where(approvals.c.enrollment_id == enrollments.c.id, approvals.c.state == ApprovalState.DENIED)
_OUTCOME = case(
    (enrollments.c.phase == Phase.DONE, Outcome.COMPLETED),
    (enrollments.c.phase == Phase.LOCKED, Outcome.LOCKED),
    (_of_this(ceremonies.c.state == CeremonyState.REFUSED), Outcome.REFUSED),
    (_DENIED_HERE, Outcome.DENIED),
    (
        _of_this((ceremonies.c.state == CeremonyState.ABANDONED) & ceremonies.c.handed_over_at.is_not(None)),
        Outcome.FAILED,
    ),
    (enrollments.c.phase == Phase.CANCELLED, Outcome.CANCELLED),
    else_=Outcome.ABANDONED,
)
