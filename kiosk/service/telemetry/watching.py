"""Puts spans around what a service does, or nothing at all: then everything stays as it is, and costs nothing."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from functools import partial

import structlog
from fastapi import FastAPI

from kiosk.errors import ConfigurationError
from kiosk.service.messages.connector import Channel, Messenger
from kiosk.service.outbound import Call, Outbound, Reply
from kiosk.service.store.engine import Store
from kiosk.service.store.statements import watch_statements
from kiosk.service.telemetry.messenger import TracedMessenger
from kiosk.service.telemetry.requests import TracedRequests
from kiosk.service.telemetry.settings import TelemetrySettings
from kiosk.service.telemetry.tracing import TALLY, Role, Span, Tally, Tracer
from kiosk.service.wiring import Wiring
from kiosk.service.worker import Chore

Lanes = Mapping[str, Sequence[Chore]]


class Watch:
    """Nobody watches."""

    def wiring(self, wiring: Wiring, part: str, name: str) -> Wiring:
        """What one connector is made with."""
        del part, name
        return wiring

    def asking(self, part: str, name: str) -> AbstractContextManager[object]:
        """Around a question to another system that does not go through `wiring`."""
        del part, name
        return nullcontext()

    def messengers(self, channels: Mapping[Channel, Messenger]) -> Mapping[Channel, Messenger]:
        """Those who deliver."""
        return channels

    def lanes(self, lanes: Lanes) -> Lanes:
        """What falls due."""
        return lanes

    def requests(self, app: FastAPI) -> None:
        """What the application answers."""

    def statements(self, store: Store) -> None:
        """What the database is asked. Before it is."""


class TracedOutbound(Outbound):
    """The calls of one connector. It has no connections of its own."""

    def __init__(self, outbound: Outbound, begin: Callable[[], AbstractContextManager[Span]]) -> None:
        self._outbound, self._begin = outbound, begin

    def call(self, call: Call) -> Reply:
        """As `Outbound.call`."""
        with self._begin() as span:
            span.note({"http.request.method": call.method})
            reply = self._outbound.call(call)
            span.note({"http.response.status_code": reply.status})
            if reply.status >= 400:
                span.fail()
            return reply

    def close(self) -> None:
        """Whose they are closes them."""


class Watching(Watch):
    """A tracer does."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def wiring(self, wiring: Wiring, part: str, name: str) -> Wiring:
        """Calls have a span each."""
        return replace(wiring, outbound=TracedOutbound(wiring.outbound, partial(self.asking, part, name)))

    @contextmanager
    def asking(self, part: str, name: str) -> Iterator[Span]:
        """A span."""
        if (tally := TALLY.get()) is not None:
            tally.calls += 1
        with self._tracer.span(f"{part} {name}", Role.ASKING) as span:
            span.note({"keywright.part": part, "keywright.connector": name})
            yield span

    def messengers(self, channels: Mapping[Channel, Messenger]) -> Mapping[Channel, Messenger]:
        """Deliveries have a span each."""
        return {
            channel: TracedMessenger(each, partial(self.asking, "messenger", str(channel)))
            for channel, each in channels.items()
        }

    def lanes(self, lanes: Lanes) -> Lanes:
        """Pieces of work have one; and what sends them comes last, so that it sees all others end."""
        watched = {name: tuple(self._watched(chore) for chore in chores) for name, chores in lanes.items()}
        return {**watched, "telemetry": self._tracer.chores()}

    def statements(self, store: Store) -> None:
        """How many there are in a request or a piece of work, and how long they take, is told in its span."""
        watch_statements(store, _count)

    def requests(self, app: FastAPI) -> None:
        """Requests have a span each."""
        app.add_middleware(TracedRequests, tracer=self._tracer)

    def _watched(self, chore: Chore) -> Chore:
        return replace(chore, work=partial(self._work, chore))

    def _work(self, chore: Chore) -> bool:
        tally = Tally()
        before = TALLY.set(tally)
        try:
            with (
                self._tracer.span(f"chore {chore.name}", Role.WORK) as span,
                structlog.contextvars.bound_contextvars(trace_id=span.trace_id),
            ):
                span.note({"keywright.chore": chore.name})
                more = chore.work()
                tally.tell(span)
                if not more and not tally.calls:
                    span.forget()  # there was nothing to do
                return more
        finally:
            TALLY.reset(before)


def _count(seconds: float) -> None:
    if (tally := TALLY.get()) is not None:
        tally.statement(seconds)


def watch_of(settings: TelemetrySettings, replica: str, outbound: Outbound) -> Watch:
    """Whether somebody watches, as the settings say. Raises ConfigurationError."""
    tracer = tracer_of(settings, replica, outbound)
    return Watch() if tracer is None else Watching(tracer)


def tracer_of(settings: TelemetrySettings, replica: str, outbound: Outbound) -> Tracer | None:
    """The tracer, where there is an endpoint. Only then its library is imported. Raises ConfigurationError."""
    if settings.endpoint is None:
        return None
    if settings.certificate_authority is not None and not settings.certificate_authority.is_file():
        raise ConfigurationError("telemetry.certificate_authority", "is no file")
    try:
        module = importlib.import_module("kiosk.service.telemetry.otlp")
    except ImportError as error:
        raise ConfigurationError("telemetry.endpoint", "needs the extra [otel] of this program") from error
    tracer: Tracer = module.OtlpTracer(settings, replica, outbound)
    return tracer
