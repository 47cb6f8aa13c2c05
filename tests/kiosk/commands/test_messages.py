"""`keywright messages`: staff see how far messages got, and nothing of whom they are for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kiosk.commands.messages import command
from kiosk.service.messages.connector import Channel, Message, TemplateName
from kiosk.service.messages.outbox import enqueue
from kiosk.service.messages.receipts import token_of
from kiosk.service.store import messages as rows
from kiosk.service.store.messages_told import newest_messages
from kiosk.service.tls import Identity, issue_server_certificate, make_authority
from tests.kiosk.service.running import Running, Station, served, settings_for

ADDRESS, CODE = "+4915123456717", "471108"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "service.toml"
    file.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path}/service.db"\n[mail]\nhost = "localhost"\nsender = "k@example.org"\n'
    )
    return file


@pytest.fixture
def running(tmp_path: Path, service_tls: tuple[Identity, Identity]) -> Iterator[Running]:
    with served(tmp_path, settings_for(tmp_path), service_tls) as service:
        yield service


@pytest.fixture(scope="session")
def service_tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Identity, Identity]:
    """An authority, and a server that it vouches for."""
    folder, now = tmp_path_factory.mktemp("authority"), datetime.now(UTC)
    authority = make_authority(folder, now)
    return authority, issue_server_certificate(folder, ("localhost", "127.0.0.1"), now, authority)


def shown(config: Path, *words: str) -> str:
    result = CliRunner().invoke(command, ["--config", str(config), *words])
    assert result.exit_code == 0, result.output
    return result.output


def listed(config: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(shown(config, "--json"))
    return found


def handed_over(running: Running) -> str:
    """A text that a gateway has; its id."""
    parts = running.parts
    message = Message(Channel.SMS, ADDRESS, TemplateName.CODE, "en", {"code": CODE})
    now = parts.clock.now()
    parts.store.write(lambda tx: enqueue(tx, parts, message, useless_after=now + timedelta(minutes=5), once="c"))
    claimed = parts.store.write(lambda tx: rows.claim_message(tx, "sms", now, now + timedelta(minutes=1)))
    assert claimed is not None
    parts.store.write(lambda tx: rows.settle_message(tx, claimed, "delivered", now, reference="http_202"))
    return claimed.message_id


@pytest.mark.sqlite  # the command reads settings that name a file
def test_staff_see_each_step_and_never_an_address(running: Running, config: Path) -> None:
    assert "No message" in shown(config)
    message_id = handed_over(running)
    station = Station(running.url, running.authority, running.station().credentials)
    steps = []
    for told in ("", "8", "1"):
        if told:
            path = f"/messages/receipts/{token_of(running.parts, message_id)}?state={told}"
            assert station.call("GET", path).status_code == 204
        steps += [each["state"] for each in listed(config)]
    assert steps == ["accepted", "sent", "delivered"]
    text = shown(config) + shown(config, "--json")
    assert "delivered" in text
    assert ADDRESS not in text
    assert CODE not in text


def test_an_address_that_was_given_to_nobody_is_not_there(running: Running) -> None:
    message_id = handed_over(running)
    station = Station(running.url, running.authority, running.station().credentials)
    token = token_of(running.parts, message_id)
    for path in (f"{token[:-1]}x?state=1", f"{token}?state=99", f"{message_id}?state=1"):
        assert station.call("GET", f"/messages/receipts/{path}").json()["code"] == "not_found"
    assert station.call("GET", f"/messages/receipts/{token}").status_code == 400
    with running.parts.store.read() as tx:
        assert [each.delivery for each in newest_messages(tx, 9)] == [""]


@pytest.mark.sqlite  # the command reads settings that name a file
def test_only_so_many_are_shown(running: Running, config: Path) -> None:
    parts = running.parts
    until = parts.clock.now() + timedelta(minutes=5)
    for number in range(3):
        message = Message(Channel.MAIL, f"{number}@example.org", TemplateName.CODE, "en", {"code": CODE})
        parts.store.write(partial(enqueue, parts=parts, message=message, useless_after=until, once=f"{number}"))
    assert len(shown(config, "--count", "2").splitlines()) == 2
    assert {each["state"] for each in listed(config)} == {"waiting"}
