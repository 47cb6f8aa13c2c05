"""Texts through a real Kannel to the fake SMSC at its far end, and its word on how far they got."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kiosk.secret import Secret
from kiosk.service.messages.connector import Channel, Envelope, Message, Misconfigured, TemplateName
from kiosk.service.messages.connectors.http import HttpMessenger, HttpSettings
from kiosk.service.messages.outbox import enqueue
from kiosk.service.messages.rules import shown
from kiosk.service.outbound import Outbound
from kiosk.service.store.messages_told import newest_messages
from kiosk.service.tls import Identity
from tests.kiosk.service.messages.kannel import Kannel, free_ports, kannel, until
from tests.kiosk.service.running import Running, assembled, secret, settings_for

pytestmark = pytest.mark.kannel


def _secret(name: str) -> str:
    return "sms-password" if name == "sms" else secret(name)


QUERY = "?username=keywright&password={secret}&from={from}&to={to}&text={text}&charset=UTF-8&coding=2"
REPORT = "&dlr-mask=27&dlr-url={receipt}%3Fstate%3D%25d"


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kannel]:
    with kannel(tmp_path_factory.mktemp("kannel")) as running:
        yield running


def nothing() -> None:
    pass


def envelope(text: str) -> Envelope:
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    return Envelope("0123456789abcdef0123456789abcdef", "+4915123456717", "", text, "", noon, 600)


def messenger(gateway: Kannel, outbound: Outbound, password: str = "sms-password") -> HttpMessenger:
    settings = HttpSettings(url=gateway.url + QUERY, method="GET", sender="4711", password="sms", timeout=20)
    return HttpMessenger(settings, outbound, Secret(password))


@pytest.mark.parametrize("text", ["Your code is 471108 & more: 100 % +", "رمزك هو 471109", "Grüße € 471110 😀"])
def test_a_text_of_any_script_comes_out_as_it_went_in(gateway: Kannel, outbound: Outbound, text: str) -> None:
    assert messenger(gateway, outbound).deliver(envelope(text), nothing).reference == "http_202"
    arrived = gateway.wait_for(text)
    assert (arrived.sender, arrived.to) == ("4711", "+4915123456717")


def test_a_wrong_password_is_the_administrator_s_to_mend(gateway: Kannel, outbound: Outbound) -> None:
    with pytest.raises(Misconfigured, match="http_403"):
        messenger(gateway, outbound, "guessed").deliver(envelope("471111"), nothing)
    assert not any("471111" in each.text for each in gateway.texts())


@pytest.fixture
def service(gateway: Kannel, tmp_path: Path, tls: tuple[Identity, Identity]) -> Iterator[Running]:
    """A whole service that texts through Kannel, and is told by it how far the texts got."""
    (port,) = free_ports(1)
    sms: dict[str, Any] = {"kind": "http", "method": "GET", "url": gateway.url + QUERY + REPORT, "sender": "4711"}
    sms |= {"password": "sms", "timeout": 20, "receipts": f"https://127.0.0.1:{port}"}
    with assembled(tmp_path, settings_for(tmp_path, sms=sms), secret=_secret) as running:
        server = running.service.serve(tls[1], "127.0.0.1", port)
        server.start()
        running.service.worker.start()
        yield running
        running.service.worker.stop()
        server.stop()


def test_staff_see_that_a_text_arrived(gateway: Kannel, service: Running) -> None:
    parts = service.parts
    values = {"code": "471112", "minutes": "10", "organization": "مستشفى المثال"}
    message = Message(Channel.SMS, "+4915123456717", TemplateName.CODE, "ar", values)
    until_then = parts.clock.now() + timedelta(minutes=10)
    parts.store.write(lambda tx: enqueue(tx, parts, message, useless_after=until_then, once="code:kannel"))
    assert "مستشفى المثال" in gateway.wait_for("471112").text

    def arrived() -> str | None:
        with parts.store.read() as tx:
            (row,) = newest_messages(tx, 2)
        state = shown(row.state, row.delivery)
        return state if state in ("sent", "delivered") else None

    assert until(arrived, "a receipt") in ("sent", "delivered")
