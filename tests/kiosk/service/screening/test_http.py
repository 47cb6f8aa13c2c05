"""A checker over HTTPS: what is asked, and which answers are none."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from pydantic import ValidationError

from kiosk.service.probe import ProbeFailed
from kiosk.service.screening.connector import CallType, Finding, ScreeningUnavailable, Subject
from kiosk.service.screening.connectors.http import HttpScreener, HttpSettings
from kiosk.service.tls import Identity
from tests.kiosk.service.screening.contract.stand_http import JSON, HttpStand

MARIA = Subject("Maria", "Okafor", "m@example.org", "Example", country="NG")
CLEAR = b'{"finding": "clear"}'


@pytest.fixture
def stand(tls: tuple[Identity, Identity], tmp_path: Path) -> Iterator[HttpStand]:
    with HttpStand.open(tls, tmp_path) as opened:
        yield opened


def made(stand: HttpStand, **changes: Any) -> HttpScreener:
    screener = stand.make()
    assert isinstance(screener, HttpScreener)
    return replace(screener, settings=screener.settings.model_copy(update=changes))


def test_it_is_asked_as_the_contract_says(stand: HttpStand) -> None:
    made(stand).screen(MARIA, CallType.BOTH)
    request = stand.web.requests[0]
    assert (request.method, request.path) == ("POST", "/screen")
    assert request.headers["authorization"] == "Bearer the secret checker"
    assert json.loads(request.body) == {
        "callType": "ENROLL_PROGRAM_AND_MOE",
        "givenName": "Maria",
        "familyName": "Okafor",
        "email": "m@example.org",
        "company": "Example",
        "country": "NG",
    }


@pytest.mark.parametrize(
    "answer",
    [
        (200, JSON, b'{"finding": "fine"}'),
        (200, JSON, b'{"finding": "CLEAR"}'),
        (200, JSON, b'{"finding": ["clear"]}'),
        (200, JSON, b'{"finding": true}'),
        (200, JSON, b"{}"),
        (200, JSON, b"clear"),
        (200, JSON, b""),
        (200, JSON, b'["clear"]'),
        (200, JSON, b'{"finding": "clear", "reference": 7}'),
        (200, JSON, b'{"finding": "clear", "reference": "' + b"x" * 5000 + b'"}'),
        (200, JSON, b'{"finding": "clear", "more": "' + b"x" * 20_000 + b'"}'),
        (200, JSON, b"[" * 5000),
        (200, JSON, b'{"finding": "clear"\xff}'),
        (200, {"Content-Type": "text/html"}, CLEAR),
        (200, {}, CLEAR),
        (201, JSON, CLEAR),
        (204, JSON, b""),
        (302, {**JSON, "Location": "https://localhost/"}, CLEAR),
        (401, JSON, CLEAR),
        (429, JSON, CLEAR),
        (500, JSON, CLEAR),
        None,
    ],
)
def test_what_is_not_understood_lets_nobody_pass(
    stand: HttpStand, answer: tuple[int, dict[str, str], bytes] | None
) -> None:
    stand.web.answer = lambda _: answer
    with pytest.raises(ScreeningUnavailable):
        made(stand).screen(MARIA, CallType.SCREENING)


def test_a_reference_is_tamed_and_what_we_do_not_know_is_passed_over(stand: HttpStand) -> None:
    said = {"finding": "possible", "reference": "a\u202e\n\x00b" + "c" * 300, "score": 0.7}
    stand.web.answer = lambda _: (200, {"Content-Type": "application/json; charset=utf-8"}, json.dumps(said).encode())
    screened = made(stand).screen(MARIA, CallType.SCREENING)
    assert screened.finding is Finding.POSSIBLE
    assert screened.reference == "ab" + "c" * 126


def test_one_that_does_not_answer_in_time_is_down(stand: HttpStand) -> None:
    done = Event()

    def slow(_: object) -> None:
        done.wait(5)

    stand.web.answer = slow
    try:
        with pytest.raises(ScreeningUnavailable):
            made(stand, timeout=0.2).screen(MARIA, CallType.SCREENING)
    finally:
        done.set()


def test_one_whose_certificate_is_not_trusted_is_down_and_told_nothing(stand: HttpStand) -> None:
    public = Path(ssl.get_default_verify_paths().openssl_cafile)
    authority = public if public.exists() else None
    with pytest.raises(ScreeningUnavailable):
        made(stand, certificate_authority=authority).screen(MARIA, CallType.SCREENING)
    assert stand.web.requests == []


def test_doctor_reaches_it_and_tells_what_is_wrong(stand: HttpStand) -> None:
    assert "its certificate is trusted" in made(stand).probe()
    assert stand.web.requests == []
    with pytest.raises(ProbeFailed) as caught:
        made(stand, url="https://localhost:1/screen").probe()
    assert "screening.checker.url" in caught.value.remedy


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "http://checker.example.org/"},
        {"url": "https://user:word@checker.example.org/"},
        {"serves": ()},
        {"serves": ("ENROLL_PROGRAM_AND_MOE",)},
        {"timeout": 0},
        {"secret": "Not A Name"},
        {"password": "x"},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(changes: dict[str, Any]) -> None:
    given = {"id": "checker", "url": "https://checker.example.org/", "secret": "checker"}
    assert HttpSettings.model_validate(given).serves == ("OFAC",)
    with pytest.raises(ValidationError):
        HttpSettings.model_validate(given | changes)


def test_it_serves_what_its_settings_say(stand: HttpStand) -> None:
    assert made(stand, serves=("OFAC", "MOE")).serves == {CallType.SCREENING, CallType.SYNC}
