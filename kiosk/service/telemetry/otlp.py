"""Spans by OpenTelemetry, sent as OTLP over HTTP through our own way out, by a lane of ours: nobody waits for it.

An endpoint that is away costs the spans of that time, one line in the log when it goes and one when it is back.
https://opentelemetry.io/docs/specs/otlp/#otlphttp, https://www.w3.org/TR/trace-context/#traceparent-header
"""

from __future__ import annotations

import random
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from kiosk.service.outbound import Call, Outbound, OutboundError, Untrusted
from kiosk.service.probe import ProbeFailed
from kiosk.service.telemetry.settings import TelemetrySettings
from kiosk.service.telemetry.tracing import Role
from kiosk.service.worker import Chore
from kiosk.version import VERSION

_log = structlog.get_logger("keywright.service")

MOST: Final = 8192
"""Spans that wait; the oldest go first."""

EACH: Final = 2.0
"""Seconds between two times that what waits is sent."""

_BATCH: Final = 512
_PATIENCE: Final = 5.0  # seconds for one batch
_TRACEPARENT: Final = re.compile("00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_KINDS: Final[Mapping[Role, SpanKind]] = {
    Role.ASKED: SpanKind.SERVER,
    Role.ASKING: SpanKind.CLIENT,
    Role.WORK: SpanKind.INTERNAL,
}


class OtlpSpan:
    """See `tracing.Span`."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span
        self._forgotten = False

    @property
    def trace_id(self) -> str:
        """32 hexadecimal digits."""
        return trace.format_trace_id(self._span.get_span_context().trace_id)

    def call(self, name: str) -> None:
        """What it is called."""
        self._span.update_name(name)

    def note(self, facts: Mapping[str, str | int | float]) -> None:
        """What is known of it."""
        self._span.set_attributes(facts)

    def fail(self) -> None:
        """It came to no good end."""
        self._span.set_status(Status(StatusCode.ERROR))

    def forget(self) -> None:
        """It is never ended, and so never told."""
        self._forgotten = True

    def end(self, kind: type[BaseException] | None, *_: object) -> None:
        """Its block has ended, by an exception of this class if there is one."""
        if kind is not None:
            self.note({"error.type": kind.__name__})
            self.fail()
        if not self._forgotten:
            self._span.end()


class OtlpTracer:
    """See `tracing.Tracer`. It has no thread: its chores are run by a lane."""

    def __init__(self, settings: TelemetrySettings, replica: str, outbound: Outbound) -> None:
        self._settings, self._outbound = settings, outbound
        self._waiting = _Waiting()
        self._away = False
        provider = TracerProvider(
            sampler=_Sampler(settings.sample, follow_callers=settings.follow_callers),
            resource=Resource(
                {"service.name": settings.service_name, "service.version": VERSION, "service.instance.id": replica}
            ),
            shutdown_on_exit=False,
        )
        provider.add_span_processor(self._waiting)
        self._tracer = provider.get_tracer("keywright", VERSION)

    @contextmanager
    def span(self, name: str, role: Role, traceparent: str = "") -> Iterator[OtlpSpan]:
        """One within the one that is under way here, or else what a caller says."""
        begun = self._tracer.start_span(
            name, _parent(traceparent), _KINDS[role], record_exception=False, set_status_on_exception=False
        )
        span = OtlpSpan(begun)
        with trace.use_span(begun, record_exception=False, set_status_on_exception=False), ExitStack() as at_the_end:
            at_the_end.push(span.end)
            yield span

    def chores(self) -> tuple[Chore, ...]:
        """Send what waits, and at the end the rest."""
        return (Chore("send_spans", self.send_next, EACH, end=self._send_rest),)

    def probe(self) -> str:
        """Send an empty batch. Raises ProbeFailed."""
        try:
            status = self._post(b"")
        except Untrusted as error:
            raise ProbeFailed(
                "its certificate is not trusted", "name who vouches for it in telemetry.certificate_authority"
            ) from error
        except OutboundError as error:
            raise ProbeFailed(
                f"does not answer ({type(error).__name__})", "correct telemetry.endpoint, or start what listens there"
            ) from error
        if not _taken(status):
            raise ProbeFailed(f"answers {status}", "give telemetry.endpoint with its whole path, as …/v1/traces")
        return "takes traces"

    def send_next(self) -> bool:
        """Send a batch; whether there is more to send at once."""
        batch = self._waiting.take()
        if not batch:
            return False
        try:
            taken = _taken(self._post(encode_spans(batch).SerializeToString()))
        except OutboundError:
            taken = False
        if taken is self._away:
            self._away = not taken
            (_log.info if taken else _log.warning)("telemetry_back" if taken else "telemetry_away")
        return taken and len(batch) == _BATCH

    def _send_rest(self) -> None:
        while not self._away and self.send_next():
            pass

    def _post(self, body: bytes) -> int:
        headers = {"Content-Type": "application/x-protobuf", "Accept": "application/x-protobuf"}
        authority = self._settings.certificate_authority
        url = self._settings.endpoint or ""
        return self._outbound.call(Call("POST", url, headers, body, timeout=_PATIENCE, authority=authority)).status


class _Waiting(SpanProcessor):
    """Spans that have ended and were not sent."""

    def __init__(self) -> None:
        self._spans: deque[ReadableSpan] = deque(maxlen=MOST)

    def on_end(self, span: ReadableSpan) -> None:
        """One more."""
        if span.context is not None and span.context.trace_flags.sampled:
            self._spans.append(span)

    def take(self) -> Sequence[ReadableSpan]:
        """The oldest of them, a batch at most."""
        taken: list[ReadableSpan] = []
        while self._spans and len(taken) < _BATCH:
            taken.append(self._spans.popleft())
        return taken


class _Sampler(Sampler):
    """By chance, which no caller can choose; what belongs together is sent together."""

    def __init__(self, part: float, *, follow_callers: bool) -> None:
        self._part, self._follow = part, follow_callers

    def should_sample(self, parent_context: Context | None, *_given: Any, **_named: Any) -> SamplingResult:
        """Whether this one, and all within it, is sent."""
        parent = trace.get_current_span(parent_context).get_span_context()
        if parent.is_valid and (self._follow or not parent.is_remote):
            sampled = parent.trace_flags.sampled
        else:
            sampled = random.random() < self._part  # noqa: S311 - no secret
        return SamplingResult(Decision.RECORD_AND_SAMPLE if sampled else Decision.DROP)

    def get_description(self) -> str:
        """What it is called."""
        return f"keywright {self._part}"


def _parent(traceparent: str) -> Context | None:
    """What a caller says that its request belongs to; nothing, if it says so in any other form."""
    found = _TRACEPARENT.fullmatch(traceparent)
    if found is None:
        return None
    trace_id, span_id, flags = (int(each, 16) for each in found.groups())
    context = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags & TraceFlags.SAMPLED))
    return trace.set_span_in_context(trace.NonRecordingSpan(context)) if context.is_valid else None


def _taken(status: int) -> bool:
    return 200 <= status < 300
