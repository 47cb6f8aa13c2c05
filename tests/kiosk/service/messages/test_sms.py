"""Texts go out through gateways of two shapes, and every answer has one meaning."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from kiosk.secret import Secret
from kiosk.service.messages.connector import (
    Envelope,
    GatewayError,
    Messenger,
    Misconfigured,
    OutcomeUnknown,
    Refused,
    Unavailable,
)
from kiosk.service.messages.connectors.http import HttpMessenger, HttpSettings
from kiosk.service.messages.connectors.twilio import TwilioMessenger, TwilioSettings
from kiosk.service.outbound import Outbound
from kiosk.service.parts import Parts
from kiosk.service.store.engine import OpenTransaction

ENVELOPE = Envelope(
    message_id="0123456789abcdef0123456789abcdef",
    to="+4915123456717",
    subject="",
    text="471108 is your code & more. Grüße €",
    html="",
    written_at=datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
    life=600,
)
JSON = {"Content-Type": "application/json"}
Make = Callable[..., Any]


def nothing() -> None:
    pass


def twilio_error(status: int, code: int) -> tuple[int, dict[str, str], bytes]:
    return status, JSON, json.dumps({"code": code, "message": "…", "status": status}).encode()


@pytest.fixture
def twilio(web: Any, authority: Path, outbound: Outbound) -> TwilioMessenger:
    made = TwilioSettings(
        url=web.url,
        user="AC4711",
        password="sms",
        sender="+49301234",
        timeout=1,
        certificate_authority=authority,
    )
    return TwilioMessenger(made, outbound, Secret("auth-token"))


@pytest.fixture
def template(web: Any, authority: Path, outbound: Outbound) -> Make:
    def make(path: str = "/send?to={to}&text={text}", **more: Any) -> HttpMessenger:
        made = HttpSettings.model_validate(
            {
                "kind": "http",
                "url": web.url + path,
                "timeout": 1,
                "certificate_authority": authority,
                "method": "GET",
                "sender": "HELP",
                "password": "sms",
            }
            | more
        )
        return HttpMessenger(made, outbound, Secret("sms-password"))

    return make


def test_twilio_is_asked_as_it_documents(web: Any, twilio: TwilioMessenger) -> None:
    web.answer = lambda _: (201, JSON, b'{"sid": "SM123", "status": "queued", "error_code": null}')
    assert twilio.deliver(ENVELOPE, nothing).reference == "SM123"
    (request,) = web.requests
    assert (request.method, request.path) == ("POST", "/2010-04-01/Accounts/AC4711/Messages.json")
    assert base64.b64decode(request.headers["authorization"].removeprefix("Basic ")) == b"AC4711:auth-token"
    assert parse_qs(request.body.decode()) == {
        "To": ["+4915123456717"],
        "From": ["+49301234"],
        "Body": [ENVELOPE.text],
        "ValidityPeriod": ["600"],
    }


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (twilio_error(401, 20003), Misconfigured),
        (twilio_error(429, 20429), Unavailable),
        (twilio_error(400, 21211), Refused),
        (twilio_error(400, 21606), Misconfigured),
        (twilio_error(400, 21408), Misconfigured),
        (twilio_error(400, 21608), Refused),
        (twilio_error(400, 21610), Refused),
        (twilio_error(400, 21614), Refused),
        ((500, JSON, b"{}"), OutcomeUnknown),
        ((503, JSON, b"{}"), Unavailable),
        ((200, JSON, b"{}"), OutcomeUnknown),
        ((302, {"Location": "/elsewhere"}, b""), Misconfigured),
        ((400, {"Content-Type": "text/html"}, b"<html>"), Refused),
        ((400, JSON, b"[1]"), Refused),
        (None, OutcomeUnknown),
    ],
)
def test_each_answer_of_twilio_has_one_meaning(
    web: Any, twilio: TwilioMessenger, answer: object, meaning: type[GatewayError]
) -> None:
    web.answer = lambda _: answer
    with pytest.raises(meaning):
        twilio.deliver(ENVELOPE, nothing)
    assert len(web.requests) == 1


def test_twilio_says_how_long_to_wait(web: Any, twilio: TwilioMessenger) -> None:
    web.answer = lambda _: (429, {"Retry-After": "17"}, b"")
    with pytest.raises(Unavailable) as caught:
        twilio.deliver(ENVELOPE, nothing)
    assert caught.value.retry_after == 17


@pytest.mark.parametrize("sid", ["SM\r\nevil", 7, None, "x" * 500])
def test_a_strange_reference_is_tamed(web: Any, twilio: TwilioMessenger, sid: object) -> None:
    web.answer = lambda _: (201, JSON, json.dumps({"sid": sid}).encode())
    reference = twilio.deliver(ENVELOPE, nothing).reference
    assert reference.isprintable()
    assert len(reference) <= 128


def test_a_gateway_takes_all_in_its_address(web: Any, template: Make) -> None:
    web.answer = lambda _: (202, {}, b"0: Accepted for delivery")
    template("/cgi-bin/sendsms?username=tester&password={secret}&from={from}&to={to}&text={text}").deliver(
        ENVELOPE, nothing
    )
    (request,) = web.requests
    asked = parse_qs(urlsplit(request.path).query)
    assert asked["to"] == ["+4915123456717"]
    assert asked["text"] == [ENVELOPE.text]
    assert asked["password"] == ["sms-password"]


def test_a_gateway_takes_json(web: Any, template: Make) -> None:
    gateway = template(
        "/sms",
        method="POST",
        headers={"X-Api-Key": "{secret}"},
        body={"recipient": "{to}", "content": 'say "{text}"', "id": "{reference}"},
    )
    gateway.deliver(replace(ENVELOPE, text='a "quoted" {to}'), nothing)
    (request,) = web.requests
    assert request.headers["x-api-key"] == "sms-password"
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body) == {
        "recipient": "+4915123456717",
        "content": 'say "a "quoted" {to}"',
        "id": ENVELOPE.message_id,
    }


def test_a_gateway_takes_a_form_and_a_user(web: Any, template: Make) -> None:
    body = {"to": "{to}", "text": "{text}"}
    gateway = template("/sms", method="POST", body_format="form", body=body, user="me", password="sms")
    gateway.deliver(ENVELOPE, nothing)
    (request,) = web.requests
    assert parse_qs(request.body.decode()) == {"to": ["+4915123456717"], "text": [ENVELOPE.text]}
    assert base64.b64decode(request.headers["authorization"].removeprefix("Basic ")) == b"me:sms-password"


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (301, Misconfigured),
        (400, Refused),
        (401, Misconfigured),
        (403, Misconfigured),
        (404, Misconfigured),
        (422, Refused),
        (429, Unavailable),
        (500, OutcomeUnknown),
        (502, OutcomeUnknown),
        (503, Unavailable),
    ],
)
def test_each_status_has_one_meaning(web: Any, template: Make, status: int, meaning: type[GatewayError]) -> None:
    web.answer = lambda _: (status, {}, b"")
    with pytest.raises(meaning):
        template().deliver(ENVELOPE, nothing)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_text_changes_the_address(web: Any, template: Make, text: str) -> None:
    web.requests.clear()
    template().deliver(replace(ENVELOPE, text=text), nothing)
    (request,) = web.requests
    parts = urlsplit(request.path)
    assert parts.path == "/send"
    assert parse_qs(parts.query, keep_blank_values=True) == {"to": ["+4915123456717"], "text": [text]}


@pytest.fixture(params=["twilio", "template"])
def either(request: pytest.FixtureRequest, twilio: TwilioMessenger, template: Make) -> Messenger:
    gateway: Messenger = twilio if request.param == "twilio" else template()
    return gateway


def test_no_text_leaves_when_the_handover_is_not_written_down(web: Any, either: Messenger) -> None:
    def lost() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        either.deliver(ENVELOPE, lost)
    assert web.requests == []


def test_no_text_is_sent_inside_a_transaction(web: Any, either: Messenger, parts: Parts) -> None:
    with pytest.raises(OpenTransaction):
        parts.store.write(lambda _: either.deliver(ENVELOPE, nothing))
    assert web.requests == []


def test_a_gateway_that_nobody_vouches_for_gets_nothing(
    stranger_tls: ssl.SSLContext, serve: Make, authority: Path, outbound: Outbound
) -> None:
    with serve(stranger_tls) as stranger:
        made = HttpSettings(kind="http", url=f"{stranger.url}/{{to}}/{{text}}", certificate_authority=authority)
        with pytest.raises(Misconfigured, match="untrusted"):
            HttpMessenger(made, outbound, None).deliver(ENVELOPE, nothing)
        assert stranger.requests == []


def test_nobody_at_the_port_is_tried_again(outbound: Outbound) -> None:
    made = HttpSettings(kind="http", url="https://localhost:1/{to}/{text}", timeout=1)
    with pytest.raises(Unavailable, match="no_connection"):
        HttpMessenger(made, outbound, None).deliver(ENVELOPE, nothing)


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://gateway.example/send"},
        {"url": "https://{to}.example/"},
        {"url": "https://user:password@gateway.example/"},
        {"url": "ftp://gateway.example/"},
        {"shape": "twilio"},
        {"user": "me"},
        {"url": "https://gateway.example/{to}"},
        {"url": "https://gateway.example/{to}/{text}/{pin}"},
        {"url": "https://gateway.example/{to}/{text}/{"},
        {"url": "https://gateway.example/{to}/{text}/{secret}"},
    ],
)
def test_settings_that_would_leak_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        HttpSettings.model_validate({"kind": "http", "url": "https://gateway.example/{to}/{text}"} | wrong)
