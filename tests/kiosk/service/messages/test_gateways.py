"""The settings choose the gateways, and name what is wrong with them at the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.errors import ConfigurationError, NoCredential
from kiosk.service.messages.connector import Channel, Gateway
from kiosk.service.messages.gateways import gateways
from kiosk.service.messages.http_sms import HttpSmsGateway
from kiosk.service.messages.smtp import SmtpGateway
from kiosk.service.messages.twilio import TwilioGateway
from kiosk.service.outbound import Outbound
from kiosk.service.settings import ServiceSettings

MAIL = {"host": "localhost", "sender": "keys@example.org", "user": "robot", "password": "mail.password", "timeout": 7}
TWILIO = {"url": "https://api.example", "user": "AC1", "password": "sms.token", "sender": "+49301234", "timeout": 3}
NO_CODES = {"methods": ["automatic"]}
TEMPLATE = {"shape": "template", "url": "https://gateway.example/{to}/{text}"}


@pytest.mark.parametrize(
    ("settings", "made", "secrets"),
    [
        ({"verification": NO_CODES}, {}, []),
        ({"mail": MAIL}, {Channel.MAIL: SmtpGateway}, ["mail.password"]),
        (
            {"mail": MAIL, "sms": TWILIO},
            {Channel.MAIL: SmtpGateway, Channel.SMS: TwilioGateway},
            ["mail.password", "sms.token"],
        ),
        ({"sms": TEMPLATE, "verification": NO_CODES}, {Channel.SMS: HttpSmsGateway}, []),
    ],
)
def test_each_channel_with_settings_has_a_gateway(
    settings: dict[str, object], made: dict[Channel, type[Gateway]], secrets: list[str], outbound: Outbound
) -> None:
    asked: list[str] = []

    def secret(name: str) -> str:
        asked.append(name)
        return "s3cret"

    built = gateways(ServiceSettings.model_validate(settings), outbound=outbound, secret=secret)
    assert {channel: type(gateway) for channel, gateway in built.items()} == made
    assert all(gateway.channel is channel and gateway.patience > 0 for channel, gateway in built.items())
    assert asked == secrets


def test_a_secret_that_is_nowhere_is_told_by_name(outbound: Outbound) -> None:
    def nowhere(name: str) -> str:
        raise NoCredential(name)

    with pytest.raises(NoCredential) as caught:
        gateways(ServiceSettings.model_validate({"mail": MAIL}), outbound=outbound, secret=nowhere)
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
        gateways(settings, outbound=outbound, secret=lambda _: "s3cret")
    assert caught.value.path == "mail.certificate_authority"
