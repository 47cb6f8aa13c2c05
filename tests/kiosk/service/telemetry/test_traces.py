"""What a collector of traces is told over real TLS: what a service does, how long it takes, and nothing of anybody."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from sqlalchemy import event

from kiosk.errors import ConfigurationError
from kiosk.logs import JsonFormatter
from kiosk.service.outbound import Outbound
from kiosk.service.telemetry import otlp
from kiosk.service.telemetry.otlp import MOST, OtlpTracer
from kiosk.service.telemetry.settings import TelemetrySettings
from kiosk.service.telemetry.tracing import Role
from kiosk.service.tls import Identity, server_context
from tests.kiosk.service.faces import Request, Web, serving
from tests.kiosk.service.running import Running, assembled, served, settings_for
from tests.kiosk.service.soft_key import Json

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-{}"


class Collector:
    """Where traces are sent; on the same server there is a gateway for texts."""

    def __init__(self, web: Web) -> None:
        self.web = web
        web.answer = self._answer
        self.status = 200

    def _answer(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        return (self.status if request.path == "/v1/traces" else 200), {"Content-Type": "application/json"}, b"{}"

    @property
    def bodies(self) -> list[bytes]:
        return [each.body for each in self.web.requests if each.path == "/v1/traces"]

    def spans(self) -> list[Span]:
        found = []
        for body in self.bodies:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                found += [span for scope in resource.scope_spans for span in scope.spans]
        return found

    def told(self, name: str) -> Span:
        (span,) = [each for each in self.spans() if each.name == name]
        return span


def facts(span: Span) -> dict[str, Any]:
    return {each.key: getattr(each.value, str(each.value.WhichOneof("value"))) for each in span.attributes}


@pytest.fixture
def collector(tls: tuple[Identity, Identity]) -> Iterator[Collector]:
    with serving(server_context(tls[1])) as web:
        yield Collector(web)


def watched(collector: Collector, tls: tuple[Identity, Identity], **telemetry: Any) -> Json:
    authority = str(tls[0].certificate)
    sms = {"kind": "http", "url": f"{collector.web.url}/text", "body": {"to": "{to}", "text": "{text}"}}
    return {
        "telemetry": {"endpoint": f"{collector.web.url}/v1/traces", "certificate_authority": authority, **telemetry},
        "sms": sms | {"certificate_authority": authority},
        "verification": {"methods": ["sms"]},
        "server": {"replica": "north"},
    }


@contextmanager
def traced(
    folder: Path, tls: tuple[Identity, Identity], collector: Collector, **telemetry: Any
) -> Iterator[tuple[Running, requests.Session]]:
    with ExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setattr(otlp, "EACH", 0.0)
        given = settings_for(folder, **watched(collector, tls, **telemetry))
        running = stack.enter_context(served(folder, given, tls))
        session = stack.enter_context(requests.Session())
        session.verify, session.trust_env = str(running.authority), False
        yield running, session
    assert all(each.name and each.end_time_unix_nano for each in collector.spans())


def test_a_whole_enrollment_is_told_without_anything_of_anybody(
    tmp_path: Path, tls: tuple[Identity, Identity], collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    with traced(tmp_path, tls, collector) as (running, _):
        station = running.station()
        enrollment = station.open()
        station.identify(enrollment)
        station.post(f"/enrollments/{enrollment}/send-code", {"method": "sms"}, 202)
        running.service.worker.run_due()
        (text,) = [json.loads(each.body) for each in collector.web.requests if each.path == "/text"]
        station.post(f"/enrollments/{enrollment}/verify", {"method": "sms", "answer": running.random.codes[-1]}, 200)
        ceremony = running.begun(station, enrollment)
        path = f"/enrollments/{enrollment}/ceremony/{ceremony['ceremony_id']}"
        made = running.key.register(ceremony["public_key"], ceremony["origin"])
        completed = station.post(f"{path}/complete", {"credential": made}, 201)
        proof = {"credential": running.key.prove(completed["proof"], ceremony["origin"])}
        assert station.post(f"{path}/proof", proof, 200)["phase"] == "done"
        station.session.close()
        running.service.worker.run_due()
    proved = collector.told("POST /enrollments/{enrollment_id}/ceremony/{ceremony_id}/proof")
    assert facts(proved)["http.response.status_code"] == 200
    assert facts(proved)["keywright.statements"] > 0
    sent, delivered = collector.told("messenger sms"), collector.told("chore sms")
    assert (sent.trace_id, sent.parent_span_id) == (delivered.trace_id, delivered.span_id)
    assert facts(sent) == {"keywright.part": "messenger", "keywright.connector": "sms"}
    assert "directory table" in {each.name for each in collector.spans()}
    told = b"".join(collector.bodies)
    of_somebody = ("okafor", "Okafor", "Maria", "127.0.0.1", text["to"], text["text"], made["id"], enrollment)
    secret = (running.random.codes[-1], station.token, station.credentials.secret, ceremony["ceremony_id"])
    assert [each for each in (*of_somebody, *secret) if each.encode() in told] == []
    caplog.clear()


MARK = "MARKED-7391"
PLACES = st.fixed_dictionaries(
    {
        "path": st.sampled_from(("/m/{}", "/enrollments/{}", "/nowhere/{}", "/health", "/oauth2/token", "/console/{}")),
        "method": st.sampled_from(("GET", "POST", "PUT", "DELETE", "PURGE")),
        "query": st.dictionaries(st.sampled_from((MARK, "q")), st.just(MARK), max_size=2),
        "headers": st.dictionaries(
            st.sampled_from(("Authorization", "X-Request-Id", "traceparent", "tracestate", "Cookie", "User-Agent")),
            st.sampled_from((MARK, f"Bearer {MARK}", f"00-{MARK}-{MARK}-01", f"phone={MARK}")),
        ),
        "data": st.sampled_from((None, {"client_secret": MARK, "grant_type": MARK})),
    }
)


@pytest.fixture
def open_to_all(
    tmp_path: Path, tls: tuple[Identity, Identity]
) -> Iterator[tuple[Running, requests.Session, Collector]]:
    with serving(server_context(tls[1])) as web:
        collector = Collector(web)
        with traced(tmp_path, tls, collector) as (running, session):
            yield running, session, collector


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PLACES)
def test_nothing_that_a_caller_sends_is_told(
    open_to_all: tuple[Running, requests.Session, Collector], asked: dict[str, Any]
) -> None:
    running, session, collector = open_to_all
    collector.web.requests.clear()
    session.cookies.clear()
    session.request(
        asked["method"],
        running.url + asked["path"].format(MARK),
        params=asked["query"],
        headers=asked["headers"],
        data=asked["data"],
        timeout=20,
        allow_redirects=False,
    )
    running.service.worker.run_due()
    told = b"".join(collector.bodies)
    assert told
    assert MARK.encode() not in told


@pytest.mark.parametrize(
    ("telemetry", "flags", "sent"),
    [
        ({}, "00", True),
        ({"sample": 0.0}, "01", False),
        ({"follow_callers": True}, "00", False),
        ({"follow_callers": True, "sample": 0.0}, "01", True),
    ],
)
def test_a_caller_says_what_its_request_belongs_to_and_decides_only_where_it_may(
    tmp_path: Path,
    tls: tuple[Identity, Identity],
    collector: Collector,
    telemetry: dict[str, Any],
    flags: str,
    sent: bool,
) -> None:
    with traced(tmp_path, tls, collector, **telemetry) as (running, session):
        session.get(f"{running.url}/health", headers={"traceparent": PARENT.format(flags)}, timeout=20)
    found = [each for each in collector.spans() if each.name == "GET /health"]
    parents = [f"00-{each.trace_id.hex()}-{each.parent_span_id.hex()}-{flags}" for each in found]
    assert parents == ([PARENT.format(flags)] if sent else [])


@pytest.fixture
def tracer(tls: tuple[Identity, Identity], collector: Collector) -> Iterator[OtlpTracer]:
    chosen = TelemetrySettings.model_validate(watched(collector, tls)["telemetry"])
    with closing(Outbound()) as outbound:
        yield OtlpTracer(chosen, "north", outbound)


@pytest.mark.parametrize(
    "parent", ["", "00-" + "0" * 32 + "-b7ad6b7169203331-01", PARENT.format("1"), PARENT.format("01") + "-x", "ff" * 99]
)
def test_a_parent_in_another_form_is_none(tracer: OtlpTracer, collector: Collector, parent: str) -> None:
    with tracer.span("GET", Role.ASKED, parent):
        pass
    tracer.send_next()
    assert collector.told("GET").parent_span_id == b""


def test_what_goes_wrong_is_told_by_its_class_alone(tracer: OtlpTracer, collector: Collector) -> None:
    with pytest.raises(ValueError, match=MARK), tracer.span("outer", Role.WORK), tracer.span("inner", Role.ASKING):
        raise ValueError(MARK)
    tracer.send_next()
    told = collector.told("inner")
    assert (facts(told), told.status.code) == ({"error.type": "ValueError"}, Status.STATUS_CODE_ERROR)
    assert not told.events
    assert MARK.encode() not in collector.bodies[0]


def test_what_waits_is_bounded_and_sent_in_batches(tracer: OtlpTracer, collector: Collector) -> None:
    for number in range(MOST + 10):
        with tracer.span(str(number), Role.WORK):
            pass
    while tracer.send_next():
        pass
    names = [each.name for each in collector.spans()]
    assert names == [str(number) for number in range(10, MOST + 10)]
    assert len(collector.bodies) == MOST // 512


def test_a_collector_that_is_away_holds_nobody_up_and_is_told_of_once(
    tmp_path: Path, tls: tuple[Identity, Identity], collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with traced(tmp_path, tls, collector) as (running, session):
        for status in (503, 404, 200, 200):
            collector.status = status
            assert session.get(f"{running.url}/health", timeout=20).ok
            running.service.worker.run_due()
    said = [each.getMessage() for each in caplog.records if each.getMessage().startswith("telemetry")]
    assert said == ["telemetry_away", "telemetry_back"]
    caplog.clear()


def test_a_service_ends_at_once_where_nobody_listens(
    tmp_path: Path, tls: tuple[Identity, Identity], caplog: pytest.LogCaptureFixture
) -> None:
    with serving(server_context(tls[1])) as web:
        collector = Collector(web)
    with traced(tmp_path, tls, collector) as (running, session):
        running.service.worker.start()
        assert session.get(f"{running.url}/health", timeout=20).ok
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING] == ["telemetry_away"]
    caplog.clear()


def test_a_service_that_ends_sends_the_rest_and_idle_lanes_send_nothing(
    tmp_path: Path, tls: tuple[Identity, Identity], collector: Collector
) -> None:
    with traced(tmp_path, tls, collector) as (running, session):
        running.service.worker.start()
        assert session.get(f"{running.url}/health", timeout=20).ok
    collector.told("GET /health")
    assert not [each.name for each in collector.spans() if each.name.startswith("chore")]


def test_lines_of_the_log_name_their_trace(
    tmp_path: Path, tls: tuple[Identity, Identity], collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    with traced(tmp_path, tls, collector) as (running, session):
        running.service.parts.store.close()
        event.listen(running.parts.store.engine, "before_cursor_execute", _broken)
        assert session.get(f"{running.url}/health", timeout=20).status_code == 500
        event.remove(running.parts.store.engine, "before_cursor_execute", _broken)
    (line,) = [json.loads(JsonFormatter().format(each)) for each in caplog.records if each.levelno >= logging.WARNING]
    told = collector.told("GET /health")
    assert (line["event"], line["trace_id"]) == ("unexpected_error", told.trace_id.hex())
    assert told.status.code == Status.STATUS_CODE_ERROR
    caplog.clear()


def _broken(*_: object) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize("module", ["opentelemetry.sdk.trace", "kiosk.service.telemetry.otlp"])
def test_the_extra_is_missed_only_where_it_is_asked_for(
    tmp_path: Path,
    tls: tuple[Identity, Identity],
    collector: Collector,
    monkeypatch: pytest.MonkeyPatch,
    module: str,
) -> None:
    monkeypatch.delitem(sys.modules, "kiosk.service.telemetry.otlp")
    monkeypatch.setitem(sys.modules, module, None)
    with assembled(tmp_path, settings_for(tmp_path)):
        pass
    with (
        pytest.raises(ConfigurationError, match="otel") as caught,
        assembled(tmp_path, settings_for(tmp_path, **watched(collector, tls))),
    ):
        pass
    assert caught.value.path == "telemetry.endpoint"


def test_an_authority_that_is_no_file_is_named(
    tmp_path: Path, tls: tuple[Identity, Identity], collector: Collector
) -> None:
    wrong = watched(collector, tls, certificate_authority=str(tmp_path / "nothing.pem"))
    with pytest.raises(ConfigurationError) as caught, assembled(tmp_path, settings_for(tmp_path, **wrong)):
        pass
    assert caught.value.path == "telemetry.certificate_authority"
