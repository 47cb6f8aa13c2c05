"""Somebody and nobody cost the database the same statements, in the same order, on every route that names a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from kiosk.contract.paths import Scope
from kiosk.service.accounts.rules import AccountState
from kiosk.service.tls import Identity
from tests.kiosk.service.accounts.people_with_apps import Town, town
from tests.kiosk.service.running import Station

Ask = Callable[[Station, str, str], Any]
NEW = {"passcode": "7K2M-Q9RT-0XWB-3HFD", "newPassword": "two quiet owls at breakfast"}


def activate(portal: Station, name: str, user_id: str) -> Any:
    return portal.call("POST", f"/user/activate-token/{user_id}", {"token": "q3v1H0mF8r2Yw9ZkT5xNdA"})


def resend(portal: Station, name: str, user_id: str) -> Any:
    return portal.call("POST", f"/user/activate-token/{user_id}/resend", {})


def log_in(portal: Station, name: str, user_id: str) -> Any:
    body = {"username": name, "password": "six red tricycles downhill", "siteId": "campus"}
    return portal.call("POST", "/user/site/campus/login", body)


def send_passcode(portal: Station, name: str, user_id: str) -> Any:
    return portal.call("POST", "/user/send-passcode", {"username": name, "siteId": "campus"})


def by_passcode(portal: Station, name: str, user_id: str) -> Any:
    return portal.call("POST", "/user/change-password-from-passcode", {"username": name, "siteId": "campus", **NEW})


def send_code(portal: Station, name: str, user_id: str) -> Any:
    return portal.call("POST", "/user/pwless-login-send-otp", {"email": name, "siteId": "campus"})


def without_password(portal: Station, name: str, user_id: str) -> Any:
    return portal.call("POST", "/user/site/campus/login/pwless-otp", {"email": name, "otp": "000000"})


@contextmanager
def written_down(here: Town) -> Iterator[list[str]]:
    """The statements of the service until the end."""
    said: list[str] = []
    engine = here.running.parts.store.engine

    def listen(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", listen)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", listen)


@pytest.fixture
def here(tmp_path: Path, tls: tuple[Identity, Identity]) -> Iterator[Town]:
    with town(tmp_path, tls) as made:
        yield made


@pytest.mark.parametrize("ask", [activate, resend, log_in, send_passcode, by_passcode, send_code, without_password])
@pytest.mark.parametrize("state", [AccountState.ACTIVE, AccountState.PENDING])
def test_somebody_and_nobody_are_the_same_statements(here: Town, ask: Ask, state: AccountState) -> None:
    portal = here.client(Scope.USER_RW)
    mona, answers, said = here.person("mona", state=state), [], []
    ask(portal, "warm@example.org", "1" * 32)
    for name, user_id in (("mona@example.org", mona), ("nobo@example.org", "0" * 32)):
        with written_down(here) as statements:
            answer = ask(portal, name, user_id)
        answers.append((answer.status_code, answer.text))
        said.append(statements)
    assert said[0] == said[1]
    assert answers[0] == answers[1]
    portal.session.close()
