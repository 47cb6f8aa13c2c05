"""What the database is asked when somebody looks at the figures: seldom, and a few indexed reads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from threading import Lock
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from kiosk.errors import StorageFull
from kiosk.service.messages.connector import Channel
from kiosk.service.parts import Parts
from kiosk.service.store import figures
from kiosk.service.store.engine import ReadTx, StoreBusy

EACH: Final = 5.0
"""Seconds that what was read is told again, however many look."""


class Sampler(Collector):
    """Of one application. Safe to share between threads."""

    def __init__(self, parts: Parts, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._parts, self._monotonic, self._lock = parts, monotonic, Lock()
        self._read_at = -EACH
        self._found: tuple[Metric, ...] = ()

    def collect(self) -> Iterable[Metric]:
        """The gauges; of a database that does not answer, only that it does not."""
        with self._lock:
            if self._monotonic() - self._read_at >= EACH:
                self._found = tuple(self._read())
                self._read_at = self._monotonic()
            return (*self._found, *_pool(*figures.connections(self._parts.store)))

    def _read(self) -> Iterator[Metric]:
        try:
            with self._parts.store.read() as tx:
                found = tuple(_waiting(tx, self._parts.clock.now()))
        except (StoreBusy, StorageFull):
            found = ()
        yield GaugeMetricFamily("keywright_database_up", "1 when the database answers.", value=float(bool(found)))
        yield from found


def _waiting(tx: ReadTx, now: datetime) -> Iterator[Metric]:
    alive = figures.open_enrollments(tx, now)
    yield GaugeMetricFamily("keywright_open_enrollments", "Visits that are under way, at all replicas.", value=alive)
    yield from _backlog("outbox", "channel", "Messages that wait", figures.outbox(tx, map(str, Channel)), now)
    told = "What other systems must forget, and tickets"
    yield from _backlog("removals", "state", told, figures.removals_by_state(tx), now)


def _backlog(name: str, label: str, told: str, found: Iterable[figures.Backlog], now: datetime) -> Iterator[Metric]:
    depth = GaugeMetricFamily(f"keywright_{name}_depth", f"{told}: how many.", labels=(label,))
    age = GaugeMetricFamily(f"keywright_{name}_age_seconds", f"{told}: the age of the oldest.", labels=(label,))
    for each in found:
        depth.add_metric((each.kind,), each.depth)
        age.add_metric((each.kind,), 0.0 if each.oldest is None else max((now - each.oldest).total_seconds(), 0.0))
    yield from (depth, age)


def _pool(used: int, spare: int) -> Iterator[Metric]:
    family = GaugeMetricFamily("keywright_database_connections", "Of this replica.", labels=("state",))
    family.add_metric(("used",), used)
    family.add_metric(("spare",), spare)
    yield family
