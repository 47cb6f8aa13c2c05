"""A look-up over HTTPS: asks as configured, believes nothing strange, and leaves a failing system in peace."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from kiosk.contract.profile import VerificationMethod
from kiosk.secret import Secret
from kiosk.service.accounts.second_factor import SecondFactor
from kiosk.service.directories.connector import Person
from kiosk.service.outbound import Outbound
from kiosk.service.store.engine import OpenTransaction
from kiosk.service.verification.automatic import HttpsLookup
from kiosk.service.verification.connector import Answer, Outcome
from kiosk.service.verification.methods import verifiers
from kiosk.service.verification.settings import LookupSettings, VerificationSettings
from tests.kiosk.service.faces import Request, Web, serving
from tests.kiosk.service.running import StandingClock

MONA = Person("u-1", "mona@example.org", "Mona", "Okafor", "mona.okafor@example.org", "+4915123456717", "100417")
JSON = {"Content-Type": "application/json"}
HERS = (200, JSON, b'{"employeeNumber": "100417"}')
Make = Callable[..., HttpsLookup]
Warned = Callable[[], list[str]]


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def look_up(web: Web, authority: Path, outbound: Outbound, clock: StandingClock) -> Make:
    def make(path: str = "/badges/{code}", *, secret: str = "", **more: Any) -> HttpsLookup:
        settings = LookupSettings.model_validate(
            {
                "url": web.url + path,
                "timeout": 1,
                "certificate_authority": authority,
                "success": {"json_pointer": "/employeeNumber", "equals": "{user.employeeId}"},
            }
            | more
        )
        return HttpsLookup(settings, outbound, Secret(secret) if secret else None, clock.now)

    return make


def test_a_badge_of_the_person_verifies(web: Web, look_up: Make) -> None:
    web.answer = lambda _: HERS
    assert look_up().judge(MONA, Answer("B 1/2")) is Outcome.VERIFIED
    (request,) = web.requests
    assert (request.method, request.path) == ("GET", "/badges/B%201%2F2")
    assert "authorization" not in request.headers


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((200, JSON, b'{"employeeNumber": "100418"}'), Outcome.MISMATCH),
        ((200, JSON, b"{}"), Outcome.MISMATCH),
        ((404, JSON, b"{}"), Outcome.NOT_FOUND),
    ],
)
def test_another_badge_does_not(web: Web, look_up: Make, answer: Any, outcome: Outcome) -> None:
    web.answer = lambda _: answer
    assert look_up().judge(MONA, Answer("B1")) is outcome


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"Content-Type": "text/html"}, b'{"employeeNumber": "100417"}'),
        (200, JSON, b'{"employeeNumber": "100417"'),
        (200, JSON, b'{"employeeNumber": NaN}'),
        (200, JSON, b"[" * 100_000),
        (200, JSON, b"\xff\xfe"),
        (200, JSON, b'{"employeeNumber": "100417", "more": "' + b"x" * 300_000 + b'"}'),
        (200, {**JSON, "Content-Length": "9999"}, b'{"employeeNumber": "100417"}'),
        (302, {"Location": "/badges/other"}, b""),
        (401, JSON, b"{}"),
        (429, JSON, b"{}"),
        (500, JSON, b'{"employeeNumber": "100417"}'),
        (201, JSON, b'{"employeeNumber": "100417"}'),
        None,
    ],
    ids=range(13),
)
def test_anything_strange_is_no_answer_at_all(web: Web, look_up: Make, answer: Any, warned: Warned) -> None:
    web.answer = lambda _: answer
    assert look_up().judge(MONA, Answer("B1")) is Outcome.UNAVAILABLE
    assert len(web.requests) == 1
    assert warned() == ["lookup_failed"]


def test_a_system_that_nobody_vouches_for_is_not_asked(
    stranger: ssl.SSLContext, outbound: Outbound, clock: StandingClock, warned: Warned
) -> None:
    with serving(stranger) as web:
        settings = LookupSettings(url=web.url + "/{code}/{user.id}")
        assert HttpsLookup(settings, outbound, None, clock.now).judge(MONA, Answer("B1")) is Outcome.UNAVAILABLE
        assert web.requests == []
    assert warned() == ["lookup_failed"]


@pytest.fixture(scope="session")
def stranger(server_tls: ssl.SSLContext) -> ssl.SSLContext:
    """Our own authority is a stranger to a look-up that trusts public ones only."""
    return server_tls


@pytest.mark.parametrize("code", ["", "  ", ".", "..", "x" * 300])
def test_what_is_no_badge_is_not_asked_about(web: Web, look_up: Make, code: str) -> None:
    assert look_up().judge(MONA, Answer(code)) is Outcome.NOT_FOUND
    assert web.requests == []


def test_a_post_carries_json(web: Web, look_up: Make) -> None:
    web.answer = lambda _: (200, {}, b"")
    body = {"badge": "{code}", "of": "{user.upn}"}
    lookup = look_up("/ask", method="POST", body=body, success={}, headers={"X-Site": "north"})
    assert lookup.judge(MONA, Answer('"} evil')) is Outcome.VERIFIED
    (request,) = web.requests
    assert json.loads(request.body) == {"badge": '"} evil', "of": "mona@example.org"}
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-site"] == "north"


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        ({"type": "basic", "user": "kiosk"}, "authorization", "Basic " + base64.b64encode(b"kiosk:s3cret").decode()),
        ({"type": "bearer"}, "authorization", "Bearer s3cret"),
        ({"type": "api_key", "header": "X-Key"}, "x-key", "s3cret"),
    ],
)
def test_it_says_who_asks(web: Web, look_up: Make, auth: dict[str, str], header: str, value: str) -> None:
    web.answer = lambda _: HERS
    look_up(auth=auth | {"secret": "pacs"}, secret="s3cret").judge(MONA, Answer("B1"))
    assert web.requests[0].headers[header] == value


class Tokens:
    """A system that wants OAuth2 tokens."""

    def __init__(self, grant: tuple[int, dict[str, str], bytes] | None = None) -> None:
        self.grant = grant or (200, JSON, b'{"access_token": "t-1", "token_type": "Bearer", "expires_in": 120}')
        self.answer: tuple[int, dict[str, str], bytes] = HERS

    def __call__(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        return self.grant if request.path == "/token" else self.answer


OAUTH = {"type": "oauth2_client_credentials", "secret": "pacs", "user": "kiosk:1", "scope": "badges"}


def test_a_token_is_fetched_once_and_anew_near_its_end(web: Web, look_up: Make, clock: StandingClock) -> None:
    web.answer = Tokens()
    lookup = look_up(auth=OAUTH | {"token_url": web.url + "/token"}, secret="s3cret")
    for _ in range(2):
        assert lookup.judge(MONA, Answer("B1")) is Outcome.VERIFIED
    first, *asked = web.requests
    assert parse_qs(first.body.decode()) == {"grant_type": ["client_credentials"], "scope": ["badges"]}
    assert base64.b64decode(first.headers["authorization"].removeprefix("Basic ")) == b"kiosk%3A1:s3cret"
    assert [each.headers["authorization"] for each in asked] == ["Bearer t-1", "Bearer t-1"]
    clock.advance(seconds=91)
    lookup.judge(MONA, Answer("B1"))
    assert [each.path for each in web.requests].count("/token") == 2


def test_a_token_that_is_not_accepted_is_forgotten(web: Web, look_up: Make, warned: Warned) -> None:
    tokens = Tokens()
    web.answer = tokens
    lookup = look_up(auth=OAUTH | {"token_url": web.url + "/token"}, secret="s3cret")
    tokens.answer = (401, JSON, b"{}")
    assert lookup.judge(MONA, Answer("B1")) is Outcome.UNAVAILABLE
    tokens.answer = HERS
    assert lookup.judge(MONA, Answer("B1")) is Outcome.VERIFIED
    assert [each.path for each in web.requests].count("/token") == 2
    assert warned() == ["lookup_failed"]


@pytest.mark.parametrize(
    "grant",
    [
        (401, JSON, b'{"error": "invalid_client"}'),
        (200, JSON, b"[]"),
        (200, JSON, b'{"access_token": 7}'),
        (200, JSON, b'{"access_token": ""}'),
        (200, {}, b"nonsense"),
    ],
)
def test_without_a_token_nothing_is_asked(web: Web, look_up: Make, warned: Warned, grant: Any) -> None:
    web.answer = Tokens(grant)
    lookup = look_up(auth=OAUTH | {"token_url": web.url + "/token"}, secret="s3cret")
    assert lookup.judge(MONA, Answer("B1")) is Outcome.UNAVAILABLE
    assert [each.path for each in web.requests] == ["/token"]
    assert warned() == ["lookup_failed"]


def test_after_three_strikes_it_is_left_in_peace_for_a_while(
    web: Web, look_up: Make, clock: StandingClock, warned: Warned
) -> None:
    web.answer = lambda _: (500, {}, b"")
    lookup = look_up()
    for _ in range(5):
        assert lookup.judge(MONA, Answer("B1")) is Outcome.UNAVAILABLE
    assert len(web.requests) == 3
    web.answer = lambda _: HERS
    clock.advance(seconds=30)
    assert lookup.judge(MONA, Answer("B1")) is Outcome.VERIFIED
    assert warned() == ["lookup_failed"] * 3


def test_nothing_is_asked_inside_a_transaction(look_up: Make, lobbies: Callable[..., Any]) -> None:
    with pytest.raises(OpenTransaction):
        lobbies().parts.store.write(lambda _: look_up().judge(MONA, Answer("B1")))


def test_settings_choose_the_look_up(lobbies: Callable[..., Any], outbound: Outbound, clock: StandingClock) -> None:
    settings = VerificationSettings.model_validate(
        {
            "methods": ["automatic"],
            "lookup": {
                "url": "https://pacs.example/{code}/{user.id}",
                "auth": {"type": "bearer", "secret": "pacs.token"},
            },
        }
    )
    asked: list[str] = []

    def secret(name: str) -> str:
        asked.append(name)
        return "s3cret"

    made = verifiers(
        settings,
        store=lobbies().parts.store,
        outbound=outbound,
        secret=secret,
        now=clock.now,
        factor=SecondFactor(bytes(32)),
    )
    assert isinstance(made[VerificationMethod.AUTOMATIC], HttpsLookup)
    assert asked == ["pacs.token"]
