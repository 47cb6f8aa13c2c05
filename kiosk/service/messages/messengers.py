"""The messengers that the settings ask for, one a channel."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.service.catalog import MESSENGERS, make
from kiosk.service.messages.connector import Channel, Messenger
from kiosk.service.settings import ServiceSettings
from kiosk.service.wiring import Wiring


def messengers(settings: ServiceSettings, wiring: Wiring) -> Mapping[Channel, Messenger]:
    """One for each channel that has settings. Raises ConfigurationError, NoCredential."""
    asked = {Channel.MAIL: settings.mail, Channel.SMS: settings.sms}
    return {channel: make(MESSENGERS, each, wiring) for channel, each in asked.items() if each is not None}
