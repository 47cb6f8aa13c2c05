"""Stations ask for tokens by what they sign: once, for us, now (RFC 7523)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.contract import paths
from kiosk.contract.stations import ASSERTION_TYPE, CLOCK_HEADER
from kiosk.service.stations import actions
from kiosk.service.store.fleet import client_assertions
from kiosk.service.tls import Identity
from kiosk.service.tokens import signed_client
from tests.kiosk.service.running import Running, served, settings_for
from tests.kiosk.service.stations.conftest import Activated
from tests.kiosk.service.stations.kiosks import ACTOR, P256, Kiosk, activated, base64url

REFUSED = {"error": "invalid_client", "error_description": "invalid client"}


@pytest.mark.databases
def test_a_station_signs_for_a_token_once(running: Running, enlist: Activated) -> None:
    kiosk = enlist()
    assertion = kiosk.assertion()
    granted = kiosk.ask_token(assertion)
    assert granted.headers["Cache-Control"] == "no-store"
    assert set(granted.json()["scope"].split()) >= {"enrollment:run", "station:self", "staff:desk"}
    again = kiosk.ask_token(assertion)
    assert (again.status_code, again.json()) == (401, REFUSED)
    assert CLOCK_HEADER not in again.headers


def test_a_station_asks_for_as_much_as_it_wants(enlist: Activated) -> None:
    kiosk = enlist()
    answer = kiosk.ask_token(kiosk.assertion(), scope="enrollment:run", client_id=kiosk.told["client_id"])
    assert answer.json()["scope"] == "enrollment:run"
    refused = kiosk.ask_token(kiosk.assertion(), scope="users:read")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


def test_the_audience_may_be_the_only_one_of_a_list(enlist: Activated) -> None:
    kiosk = enlist()
    ours = kiosk.running.url + paths.TOKEN
    assert kiosk.ask_token(kiosk.assertion(aud=[ours])).status_code == 200
    assert kiosk.ask_token(kiosk.assertion(aud=[ours, "https://elsewhere.example"])).json() == REFUSED


WRONG: dict[str, dict[str, Any]] = {
    "nobody": {"iss": "station-nobody", "sub": "station-nobody"},
    "a strange name": {"iss": "\x00", "sub": "\x00"},
    "two names": {"iss": "station-other"},
    "no name": {"sub": None},
    "another service": {"aud": "https://elsewhere.example/oauth2/token"},
    "the service alone": {"aud": None},
    "no list of texts": {"aud": [7]},
    "an empty list": {"aud": []},
    "too long": {"exp": 4_000_000_000},
    "no end": {"exp": None},
    "no beginning": {"iat": None},
    "backwards": {"exp": 1},
    "a truth": {"exp": True},
    "no id": {"jti": None},
    "a short id": {"jti": "1"},
    "a number as id": {"jti": 12345678901234567},
}


def test_whatever_is_wrong_looks_alike(enlist: Activated) -> None:
    kiosk = enlist()
    for name, wrong in WRONG.items():
        answer = kiosk.ask_token(kiosk.assertion(**wrong))
        assert (answer.status_code, answer.json()) == (401, REFUSED), name
        assert CLOCK_HEADER not in answer.headers, name
        assert answer.headers["WWW-Authenticate"].startswith("Basic "), name


def test_another_key_and_a_revoked_station_look_alike(running: Running, enlist: Activated) -> None:
    kiosk = enlist()
    stranger = Kiosk(running, told=kiosk.told, clock=3600.0)
    answers = [stranger.ask_token(stranger.assertion())]
    actions.revoke(running.parts, ACTOR, kiosk.told["station_id"])
    kiosk.clock = 3600.0
    answers.append(kiosk.ask_token(kiosk.assertion()))
    stranger.session.close()
    assert [(each.status_code, each.json(), each.headers.get(CLOCK_HEADER)) for each in answers] == [
        (401, REFUSED, None)
    ] * 2


def test_whoever_signs_well_with_a_wrong_clock_is_told_the_time(enlist: Activated) -> None:
    kiosk = enlist()
    for seconds in (-70.0, 10.0, -3600.0, 3600.0):
        kiosk.clock = seconds
        answer = kiosk.ask_token(kiosk.assertion())
        assert (answer.status_code, answer.json()) == (401, REFUSED)
        kiosk.clock += float(answer.headers[CLOCK_HEADER]) - kiosk.now
        assert kiosk.ask_token(kiosk.assertion()).status_code == 200


def test_a_clock_may_be_a_little_wrong(enlist: Activated) -> None:
    kiosk = enlist()
    for kiosk.clock in (-60.0, -30.0, 4.0):
        assert kiosk.ask_token(kiosk.assertion()).status_code == 200


HEADERS: dict[str, Any] = {
    "none": {"alg": "none"},
    "symmetric": {"alg": "HS256"},
    "a key of its own": {"alg": "ES256", "jwk": P256().jwk},
    "critical": {"alg": "ES256", "crit": ["exp"], "exp": 1},
    "unencoded": {"alg": "ES256", "b64": False},
    "a number": {"alg": "ES256", "kid": 7},
    "a list": ["ES256"],
    "nothing": {},
}


def test_a_header_chooses_nothing(enlist: Activated) -> None:
    kiosk = enlist()
    for name, header in HEADERS.items():
        _, claims, signature = kiosk.assertion().split(".")
        changed = kiosk.key.sign({}, header).partition(".")[0]
        answer = kiosk.ask_token(f"{changed}.{claims}.{signature}")
        assert (answer.status_code, answer.json()) == (401, REFUSED), name


def test_a_header_with_a_name_of_the_key_is_fine(enlist: Activated) -> None:
    kiosk = enlist()
    now, client = int(kiosk.now), kiosk.told["client_id"]
    claims = {"iss": client, "sub": client, "aud": kiosk.running.url + paths.TOKEN, "iat": now, "exp": now + 30}
    header = {"alg": "ES256", "typ": "JWT", "kid": "mine"}
    assert kiosk.ask_token(kiosk.key.sign(claims | {"jti": "0123456789abcdef"}, header)).status_code == 200


FORMS: tuple[tuple[dict[str, str], str], ...] = (
    ({"client_secret": "something"}, "invalid_request"),
    ({"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}, "invalid_request"),
    ({"client_id": "station-other"}, "invalid_client"),
    ({"client_assertion": ""}, "invalid_client"),
    ({"client_assertion": "a.b"}, "invalid_client"),
    ({"client_assertion": "a.b.c"}, "invalid_client"),
    ({"client_assertion": ".." + "A" * 5000}, "invalid_client"),
    ({"client_assertion": base64url(b"[" * 3000) + ".e30.AA"}, "invalid_client"),
)


def test_a_request_is_made_in_one_way(enlist: Activated) -> None:
    kiosk = enlist()
    for form, error in FORMS:
        assert kiosk.ask_token(kiosk.assertion(), **form).json()["error"] == error, form


def test_half_of_an_assertion_is_no_request_and_no_secret_opens_a_station_that_signs(enlist: Activated) -> None:
    kiosk = enlist()
    grant = {"grant_type": "client_credentials"}
    for form, expected in (
        ({"client_assertion": kiosk.assertion()}, (400, "invalid_request")),
        ({"client_assertion_type": ASSERTION_TYPE}, (400, "invalid_request")),
        ({"client_id": kiosk.told["client_id"], "client_secret": ""}, (401, "invalid_client")),
        ({"client_id": kiosk.told["client_id"], "client_secret": "-"}, (401, "invalid_client")),
    ):
        alone, url = {"Authorization": None}, kiosk.running.url + paths.TOKEN
        answer = kiosk.session.post(url, data=grant | form, headers=alone, timeout=20)
        assert (answer.status_code, answer.json()["error"]) == expected, form


def test_assertions_are_forgotten_when_nobody_can_send_them_again(running: Running, enlist: Activated) -> None:
    kiosk = enlist()
    assertion = kiosk.assertion()
    assert kiosk.ask_token(assertion).status_code == 200
    running.clock.advance(seconds=64)
    signed_client.forget_assertions(running.parts)
    assert kiosk.ask_token(assertion).status_code == 401, "it may still be sent, and is known"
    running.clock.advance(seconds=40)
    signed_client.forget_assertions(running.parts)
    with running.parts.store.read() as tx:
        assert tx.connection.execute(client_assertions.select()).all() == []
    late = kiosk.ask_token(assertion)
    assert (late.status_code, CLOCK_HEADER in late.headers) == (401, True)


@pytest.fixture
def named(tmp_path: Path, tls: tuple[Identity, Identity]) -> Iterator[Running]:
    """A service that knows its addresses."""
    addresses = {"urls": ["https://keys.example.org", "https://keys.example.net:8443/kiosks/"]}
    with served(tmp_path, settings_for(tmp_path, stations=addresses), tls) as running:
        yield running


def test_a_service_that_knows_its_addresses_takes_what_is_signed_for_these(named: Running) -> None:
    kiosk = Kiosk(named)
    code, _ = actions.activation_code(named.parts, ACTOR, actions.create_station(named.parts, ACTOR, "default", "A").id)
    assert kiosk.activate(code).status_code == 400, "whatever name it was called by"
    assert kiosk.activate(code, claims={"aud": "https://keys.example.org/stations/activate"}).status_code == 201
    for aud, status in (
        ("https://keys.example.org/oauth2/token", 200),
        ("HTTPS://KEYS.EXAMPLE.ORG:443/oauth2/token", 200),
        ("https://keys.example.org:8443/oauth2/token", 401),
        ("https://keys.example.org/OAUTH2/token", 401),
        ("https://keys.example.net:8443/kiosks/oauth2/token", 200),
        ("https://keys.example.org", 401),
        (named.url + paths.TOKEN, 401),
    ):
        assert kiosk.ask_token(kiosk.assertion(aud=aud)).status_code == status, aud
    kiosk.session.close()


def test_a_service_that_does_not_goes_by_how_it_was_called(running: Running) -> None:
    kiosk = activated(running)
    elsewhere = "https://elsewhere.example/oauth2/token"
    assert kiosk.ask_token(kiosk.assertion(aud=elsewhere)).status_code == 401
    kiosk.session.close()
