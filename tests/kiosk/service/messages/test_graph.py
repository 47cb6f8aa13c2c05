"""Mail goes out through Microsoft Graph, and every answer has one meaning."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.messages.connector import (
    Delivery,
    Envelope,
    GatewayError,
    Misconfigured,
    OutcomeUnknown,
    Refused,
    Unavailable,
)
from kiosk.service.messages.connectors.graph import GraphMessenger, GraphSettings, written
from kiosk.service.outbound import Outbound
from kiosk.service.parts import Parts
from kiosk.service.probe import ProbeFailed
from kiosk.service.store.engine import OpenTransaction
from tests.kiosk.service.faces import Request, Web
from tests.kiosk.service.vendors.bed import Bed
from tests.kiosk.service.wired import wired

JSON = {"Content-Type": "application/json"}
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def envelope(to: str = "mona.okafor@example.org", subject: str = "Your code", html: str = "<p>471108</p>") -> Envelope:
    return Envelope("0123456789abcdef0123456789abcdef", to, subject, "Your code is 471108", html, NOON, 600)


def nothing() -> None:
    pass


@pytest.fixture
def messenger(web: Web, authority: Path, outbound: Outbound) -> GraphMessenger:
    settings = GraphSettings(
        tenant="example.org",
        client_id="app",
        client_secret="graph",
        sender="security-keys@example.org",
        graph=web.url,
        login=web.url,
        certificate_authority=authority,
    )
    bed = Bed()
    return GraphMessenger.make(settings, wired(outbound=outbound, clock=bed.clock, sleep=bed.sleep))


def answering(web: Web, answer: Any) -> None:
    """A token for everybody, and then this answer."""

    def reply(request: Request) -> Any:
        if request.path.endswith("/token"):
            return 200, JSON, b'{"access_token": "t0ken", "expires_in": 3599}'
        return answer

    web.answer = reply


def error(status: int, code: str) -> tuple[int, dict[str, str], bytes]:
    return status, JSON, json.dumps({"error": {"code": code, "message": "…"}}).encode()


def sent(web: Web) -> list[Request]:
    return [each for each in web.requests if not each.path.endswith("/token")]


def test_graph_is_asked_as_it_documents(web: Web, messenger: GraphMessenger) -> None:
    answering(web, (202, {"request-id": "r-1"}, b""))
    handed: list[bool] = []
    assert messenger.deliver(envelope(), lambda: handed.append(True)).reference == "r-1"
    assert handed == [True]
    (request,) = sent(web)
    assert (request.method, request.path) == ("POST", "/v1.0/users/security-keys%40example.org/sendMail")
    assert request.headers["authorization"] == "Bearer t0ken"
    assert json.loads(request.body) == {
        "message": {
            "subject": "Your code",
            "body": {"contentType": "HTML", "content": "<p>471108</p>"},
            "toRecipients": [{"emailAddress": {"address": "mona.okafor@example.org"}}],
            "internetMessageHeaders": [{"name": "X-Auto-Response-Suppress", "value": "All"}],
        },
        "saveToSentItems": False,
    }
    assert messenger.receipt("r-1") is Delivery.ACCEPTED


def test_a_message_without_html_goes_as_text() -> None:
    assert written(envelope(html=""))["message"]["body"] == {"contentType": "Text", "content": "Your code is 471108"}


@pytest.mark.parametrize(
    ("answer", "meaning", "reason", "calls"),
    [
        (error(400, "ErrorInvalidRecipients"), Refused, "graph_400", 1),
        (error(400, "ErrorInvalidRequest"), Misconfigured, "graph_400", 1),
        (error(401, "InvalidAuthenticationToken"), Misconfigured, "graph_401", 2),
        (error(403, "ErrorAccessDenied"), Misconfigured, "graph_403", 1),
        (error(404, "ErrorInvalidUser"), Misconfigured, "graph_404", 1),
        ((429, {"Retry-After": "3000"}, b""), Unavailable, "throttled", 1),
        (error(500, "generalException"), OutcomeUnknown, "no_answer", 1),
        (error(503, "serviceUnavailable"), OutcomeUnknown, "no_answer", 1),
        ((200, JSON, b"{}"), Misconfigured, "graph_200", 1),
        (None, OutcomeUnknown, "no_answer", 1),
    ],
)
def test_each_answer_has_one_meaning(
    web: Web, messenger: GraphMessenger, answer: Any, meaning: type[GatewayError], reason: str, calls: int
) -> None:
    answering(web, answer)
    with pytest.raises(meaning) as caught:
        messenger.deliver(envelope(), nothing)
    assert caught.value.reason == reason
    assert len(sent(web)) == calls
    if isinstance(caught.value, Unavailable):
        assert caught.value.retry_after == 3000


def test_a_secret_that_is_not_accepted_is_the_administrator_s_to_mend(web: Web, messenger: GraphMessenger) -> None:
    told = {
        "error": "invalid_client",
        "error_description": "AADSTS7000222: The client secret keys are expired",
    }
    web.answer = lambda _: (401, JSON, json.dumps(told).encode())
    with pytest.raises(Misconfigured, match="not_signed_in"):
        messenger.deliver(envelope(), nothing)
    assert sent(web) == []
    with pytest.raises(ProbeFailed, match="expired"):
        messenger.probe()


@pytest.mark.parametrize(("status", "good"), [(200, True), (403, True), (404, False)])
def test_the_mailbox_is_looked_for_and_nothing_is_sent(
    web: Web, messenger: GraphMessenger, status: int, good: bool
) -> None:
    answering(web, (status, JSON, b"{}"))
    if good:
        assert "signed in" in messenger.probe()
    else:
        with pytest.raises(ProbeFailed):
            messenger.probe()
    assert [each.method for each in sent(web)] == ["GET"]


def test_nothing_is_sent_inside_a_transaction(web: Web, messenger: GraphMessenger, parts: Parts) -> None:
    with pytest.raises(OpenTransaction):
        parts.store.write(lambda _: messenger.deliver(envelope(), nothing))
    assert web.requests == []


def test_nothing_is_sent_when_the_hand_over_is_not_written_down(web: Web, messenger: GraphMessenger) -> None:
    def lost() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        messenger.deliver(envelope(), lost)
    assert web.requests == []


@given(st.text(), st.text())
def test_no_text_becomes_a_header_or_another_recipient(to: str, subject: str) -> None:
    try:
        message = written(envelope(to, subject))["message"]
    except Refused:
        return
    (recipient,) = message["toRecipients"]
    assert recipient == {"emailAddress": {"address": to}}
    assert to.isprintable()
    assert to.count("@") == 1
    assert not set(to) & set(",;<> ")
    assert "\n" not in message["subject"]
    assert "\r" not in message["subject"]
