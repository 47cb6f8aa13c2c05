"""What the settings of every messenger have; each connector adds its own."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from kiosk.service.outbound import acceptable_address
from kiosk.service.settings_model import SettingsModel


class MessengerSettings(SettingsModel):
    """Somebody who carries messages."""

    kind: str
    """Which connector: the name of its file."""
    certificate_authority: Path | None = None
    """The authority (PEM) that signed the server's certificate, where it is not a public one."""


class MailSettings(MessengerSettings):
    """Who carries mail."""

    sender: str = Field(pattern=r"^[!-~]+@[!-~]+$", max_length=254)
    """The address that messages come from."""


class SmsSettings(MessengerSettings):
    """Who carries texts."""


def encrypted(url: str) -> str:
    """The address, if nobody can read along. Raises ValueError."""
    if not acceptable_address(url):
        raise ValueError("needs https, except for a loopback host")
    return url
