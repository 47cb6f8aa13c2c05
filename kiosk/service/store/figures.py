"""How much waits in the database, for monitoring: each question reads an index, and no more than MOST rows of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.pool import QueuePool

from kiosk.service.store import messages, removals
from kiosk.service.store.engine import ReadTx, Store
from kiosk.service.store.enrollments import OPEN_PHASES, enrollments

MOST: Final = 100_000
"""Rows that are counted of one kind: whoever has so many does not need to know how many more."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits of one kind: how many rows, and since when the oldest one (None for nothing)."""

    kind: str
    depth: int
    oldest: datetime | None


def open_enrollments(tx: ReadTx, now: datetime) -> int:
    """How many visits are under way."""
    alive = select(enrollments.c.opened_at).where(enrollments.c.phase.in_(OPEN_PHASES), enrollments.c.expires_at > now)
    return _backlog(tx, "", alive).depth


def outbox(tx: ReadTx, channels: Iterable[str]) -> tuple[Backlog, ...]:
    """The messages that have not been handed over, by channel."""
    rows = messages.messages.c
    return tuple(
        _backlog(tx, each, select(rows.written_at).where(rows.channel == each, rows.state.in_(messages.OPEN)))
        for each in channels
    )


def removals_by_state(tx: ReadTx) -> tuple[Backlog, ...]:
    """What other systems must forget still, and the tickets that wait for a person."""
    rows = removals.removals.c
    return tuple(
        _backlog(tx, each, select(rows.written_at).where(rows.state == each))
        for each in (removals.WAITING, removals.TICKET)
    )


def connections(store: Store) -> tuple[int, int]:
    """How many connections are used now, and how many wait to be used."""
    pool = store.engine.pool
    return (pool.checkedout(), pool.checkedin()) if isinstance(pool, QueuePool) else (0, 0)


def _backlog(tx: ReadTx, kind: str, rows: Select[Any]) -> Backlog:
    some = rows.limit(MOST).subquery()
    depth, oldest = tx.connection.execute(select(func.count(), func.min(some.c[0]))).one()
    return Backlog(kind, depth, oldest)
