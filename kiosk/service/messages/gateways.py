"""Picks the gateways that the settings ask for: the one place that knows all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kiosk.errors import ConfigurationError
from kiosk.secret import Secret
from kiosk.service.messages.connector import Channel, Gateway
from kiosk.service.messages.http_sms import HttpSmsGateway
from kiosk.service.messages.settings import SmsSettings
from kiosk.service.messages.smtp import SmtpGateway
from kiosk.service.messages.twilio import TwilioGateway
from kiosk.service.outbound import Outbound
from kiosk.service.settings import ServiceSettings


def gateways(
    settings: ServiceSettings, *, outbound: Outbound, secret: Callable[[str], str]
) -> Mapping[Channel, Gateway]:
    """One gateway for each channel that has settings. `secret` resolves a name; what it raises is not caught.

    Raises ConfigurationError for an authority file that cannot be read.
    """
    made: dict[Channel, Gateway] = {}
    if settings.mail is not None:
        password = None if settings.mail.password is None else Secret(secret(settings.mail.password))
        try:
            made[Channel.MAIL] = SmtpGateway(settings.mail, password, settings.organization)
        except OSError as error:  # ssl.SSLError is one
            raise ConfigurationError("mail.certificate_authority", "is no readable PEM file") from error
    if settings.sms is not None:
        made[Channel.SMS] = _sms(settings.sms, outbound, secret)
    return made


def _sms(settings: SmsSettings, outbound: Outbound, secret: Callable[[str], str]) -> Gateway:
    password = None if settings.password is None else Secret(secret(settings.password))
    if settings.shape == "twilio" and password is not None:
        return TwilioGateway(settings, outbound, password)
    return HttpSmsGateway(settings, outbound, password)
