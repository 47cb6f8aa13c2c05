"""The settings choose the messengers, and name what is wrong with them at the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.errors import ConfigurationError, NoCredential
from kiosk.service.messages.connector import Channel, Messenger
from kiosk.service.messages.connectors.http import HttpMessenger
from kiosk.service.messages.connectors.smtp import SmtpMessenger
from kiosk.service.messages.connectors.twilio import TwilioMessenger
from kiosk.service.messages.messengers import messengers
from kiosk.service.outbound import Outbound
from kiosk.service.settings import ServiceSettings, parse
from tests.kiosk.service.wired import wired

MAIL = {"host": "localhost", "sender": "keys@example.org", "user": "robot", "password": "mail.password", "timeout": 7}
TWILIO = {"url": "https://api.example", "user": "AC1", "password": "sms.token", "sender": "+49301234", "timeout": 3}
NO_CODES = {"methods": ["automatic"]}
TEMPLATE = {"kind": "http", "url": "https://gateway.example/{to}/{text}"}


@pytest.mark.parametrize(
    ("settings", "made", "secrets"),
    [
        ({"verification": NO_CODES}, {}, []),
        ({"mail": MAIL}, {Channel.MAIL: SmtpMessenger}, ["mail.password"]),
        (
            {"mail": MAIL, "sms": TWILIO},
            {Channel.MAIL: SmtpMessenger, Channel.SMS: TwilioMessenger},
            ["mail.password", "sms.token"],
        ),
        ({"sms": TEMPLATE, "verification": NO_CODES}, {Channel.SMS: HttpMessenger}, []),
    ],
)
def test_each_channel_with_settings_has_a_messenger(
    settings: dict[str, object], made: dict[Channel, type[Messenger]], secrets: list[str], outbound: Outbound
) -> None:
    asked: list[str] = []

    def secret(name: str) -> str:
        asked.append(name)
        return "s3cret"

    built = messengers(ServiceSettings.model_validate(settings), wired(outbound=outbound, secret=secret))
    assert {channel: type(each) for channel, each in built.items()} == made
    assert all(each.channel is channel and each.patience > 0 for channel, each in built.items())
    assert asked == secrets


def test_a_secret_that_is_nowhere_is_told_by_name(outbound: Outbound) -> None:
    def nowhere(name: str) -> str:
        raise NoCredential(name)

    with pytest.raises(NoCredential) as caught:
        messengers(ServiceSettings.model_validate({"mail": MAIL}), wired(outbound=outbound, secret=nowhere))
    assert caught.value.name == "mail.password"


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_an_authority_that_cannot_be_read_is_told_by_its_setting(
    tmp_path: Path, outbound: Outbound, content: str | None
) -> None:
    path = tmp_path / "authority.pem"
    if content is not None:
        path.write_text(content)
    settings = ServiceSettings.model_validate({"mail": MAIL | {"certificate_authority": path}})
    with pytest.raises(ConfigurationError) as caught:
        messengers(settings, wired(outbound=outbound, secret=lambda _: "s3cret"))
    assert caught.value.path == "mail.certificate_authority"


@pytest.mark.parametrize(
    ("text", "path", "problem"),
    [
        ('[mail]\nkind = "twilio"', "mail.kind", "is none of graph, smtp"),
        ('[sms]\nkind = "smtp"', "sms.kind", "is none of http, twilio"),
        ('[mail]\nsender = "a@example.org"', "mail.host", "Field required"),
        ('[sms]\nuser = "AC1"\nsender = "+49"', "sms.password", "Field required"),
        ('[sms]\nurl = "http://sms.example"\nuser = "a"\npassword = "b"\nsender = "c"', "sms.url", "needs https"),
        ('[sms]\nkind = "http"\nurl = "https://sms.example/{to}/{text}/{receipt}"', "sms.receipts", "needs it"),
        ('[mail]\nkind = "graph"\nsender = "a@example.org"', "mail.tenant", "Field required"),
    ],
)
def test_a_wrong_setting_is_named_by_its_path(text: str, path: str, problem: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(text)
    assert caught.value.path == path
    assert problem in caught.value.problem
