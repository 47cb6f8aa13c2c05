"""What this process counted since it began, in a registry of its own; no label ever comes from a person."""

from __future__ import annotations

import re
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, Info
from prometheus_client.registry import Collector

from kiosk.version import VERSION

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OTHER: Final = "other"
_REQUEST_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_STEP: Final = re.compile(r"[A-Z][A-Za-z]{1,23}")
_MOST_STEPS: Final = 64
_STEP_SECONDS: Final = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600)


class Figures:
    """Of one replica. Safe to share between threads."""

    def __init__(self, replica: str = "") -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self._known: set[str] = set()
        self._requests = Histogram(
            "keywright_request_seconds",
            "How long requests took, by template of the route and class of the status.",
            ("method", "route", "status"),
            buckets=_REQUEST_SECONDS,
            registry=self.registry,
        )
        self._events = Counter(
            "keywright_events", "Entries of the trail that this replica wrote.", ("event",), registry=self.registry
        )
        self._steps = Histogram(
            "keywright_step_seconds",
            "How long people spent at steps, as stations told this replica.",
            ("step",),
            buckets=_STEP_SECONDS,
            registry=self.registry,
        )
        built = Info("keywright_build", "This program, and this replica.", registry=self.registry)
        built.info({"version": VERSION, "replica": replica})

    def add(self, collector: Collector) -> None:
        """Ask this one, too, whenever somebody looks."""
        self.registry.register(collector)

    def request(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """A request that was answered; `route` is the template, None where no route fits; `status` 0: nobody stayed to
        hear the answer."""
        known = method if method in _METHODS else _OTHER
        told = f"{status // 100}xx" if status else "none"
        self._requests.labels(known, route or _OTHER, told).observe(seconds)

    def event(self, name: str) -> None:
        """An entry of the trail that is committed."""
        self._events.labels(name).inc()

    def step(self, step: str, seconds: float) -> None:
        """A step that somebody at a kiosk has left; a station that makes up names cannot say anything by them."""
        known = step in self._known or (len(self._known) < _MOST_STEPS and _STEP.fullmatch(step) is not None)
        if known:
            self._known.add(step)
        self._steps.labels(step if known else _OTHER).observe(seconds)
