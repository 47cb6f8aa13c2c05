"""Access tokens: who gets one, and what it opens."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from kiosk.contract import paths
from kiosk.contract.paths import Scope
from kiosk.service.enrollments.reconciliation import forget_tokens
from kiosk.service.store.tokens import token
from kiosk.service.tokens.actions import Rights, caller_of, create_client, disable_client, rotate_secret
from kiosk.service.tokens.rules import ClientCredentials, InvalidClient, InvalidToken, IssuedToken, hashed
from tests.kiosk.service.running import Running, Station

pytestmark = pytest.mark.databases

GRANT = {"grant_type": "client_credentials"}


def ask(station: Station, data: Any, auth: tuple[str, str] | None = None, **headers: str) -> requests.Response:
    return requests.post(
        station.url + paths.TOKEN, data=data, auth=auth, headers=headers, verify=str(station.authority), timeout=20
    )


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


def test_the_secret_may_be_in_the_header_or_in_the_form(station: Station) -> None:
    name, secret = station.credentials.client_id, station.credentials.secret
    for answer in (
        ask(station, GRANT, (name, secret)),
        ask(station, GRANT | {"client_id": name, "client_secret": secret, "scope": "enrollment:run"}),
    ):
        assert answer.headers["Cache-Control"] == "no-store"
        told = answer.json()
        assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 3600, "enrollment:run")


@pytest.mark.parametrize(
    ("data", "status", "word"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        (GRANT, 401, "invalid_client"),
        (GRANT | {"client_id": "nobody", "client_secret": "x"}, 401, "invalid_client"),
        ("grant_type=client_credentials&grant_type=client_credentials", 400, "invalid_request"),
        ("%", 400, "invalid_request"),
    ],
)
def test_others_get_none_and_are_told_in_the_words_of_oauth2(
    station: Station, data: Any, status: int, word: str
) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = ask(station, data, None, **kind)
    assert (answer.status_code, answer.json()["error"]) == (status, word)


@pytest.mark.parametrize("header", ["Basic !!", "Basic YWJj", "Bearer x", "Basic \u00ff"])
def test_a_broken_header_is_an_unknown_client(station: Station, header: str) -> None:
    answer = ask(station, GRANT, Authorization=header)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_wrong_secret_and_an_unheld_scope_are_refused(station: Station) -> None:
    name, secret = station.credentials.client_id, station.credentials.secret
    assert ask(station, GRANT, (name, "wrong")).status_code == 401
    answer = ask(station, GRANT | {"scope": "users:read"}, (name, secret))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_a_token_without_the_scope_of_a_route_is_refused(running: Running, station: Station) -> None:
    scopes = frozenset({Scope.USERS_READ})
    reader = create_client(running.parts.store, running.clock, running.random, "Reader", Rights(scopes))
    other = Station(running.url, running.authority, reader).sign_in()
    answer = other.call("GET", paths.PROFILE)
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope"'
    other.session.close()


def test_a_token_ends_with_its_time_and_with_a_clock_set_back(running: Running, station: Station) -> None:
    for change in ({"seconds": 3600}, {"seconds": -7300}):
        running.clock.advance(**change)
        assert station.call("GET", paths.PROFILE).status_code == 401


def test_a_disabled_client_is_refused_at_once(running: Running, station: Station) -> None:
    disable_client(running.parts.store, running.clock, station.credentials.client_id)
    assert station.call("GET", paths.PROFILE).status_code == 401
    answer = ask(station, GRANT, (station.credentials.client_id, station.credentials.secret))
    assert answer.json()["error"] == "invalid_client"


def test_a_new_secret_replaces_the_old_one(running: Running, station: Station) -> None:
    fresh = rotate_secret(running.parts.store, running.random, station.credentials.client_id)
    assert ask(station, GRANT, (fresh.client_id, fresh.secret)).status_code == 200
    assert ask(station, GRANT, (fresh.client_id, station.credentials.secret)).status_code == 401
    with pytest.raises(InvalidClient):
        rotate_secret(running.parts.store, running.random, "nobody")
    with pytest.raises(InvalidClient):
        disable_client(running.parts.store, running.clock, "nobody")


def test_tokens_are_kept_as_hashes_and_deleted_when_they_are_over(running: Running, station: Station) -> None:
    with running.parts.store.read() as tx:
        assert token(tx, hashed(station.token)) is not None
        assert token(tx, station.token) is None
    assert caller_of(running.parts, station.token).client_id == station.credentials.client_id
    running.clock.advance(hours=2)
    assert forget_tokens(running.parts) is False
    with running.parts.store.read() as tx:
        assert token(tx, hashed(station.token)) is None
    with pytest.raises(InvalidToken):
        caller_of(running.parts, station.token)


def test_secrets_do_not_show() -> None:
    assert "topsecret" not in repr(ClientCredentials("station", "topsecret"))
    assert "topsecret" not in repr(IssuedToken("topsecret", 60, frozenset()))
