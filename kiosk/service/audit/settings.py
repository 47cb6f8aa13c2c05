"""Settings of the trail: where it is anchored, where it is told, how long personal data stay in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from kiosk.service.settings_model import SettingsModel

SyslogUrl = Annotated[str, Field(pattern=r"^(udp|tcp|tls)://[A-Za-z0-9.:\[\]-]+:[0-9]{1,5}$", max_length=300)]


class AuditSettings(SettingsModel):
    """The trail: every event of people, staff, stations and keys, in a chain of hashes."""

    anchors: Path | None = None
    """A folder (best on another machine) that signed heads of the chain are written to."""
    anchor_each: int = Field(default=3600, ge=60, le=86400)
    """Seconds between two of them."""
    syslog: SyslogUrl | None = None
    """Where events are told as they happen (RFC 5424): `tls://siem.example.org:6514`."""
    syslog_authority: Path | None = None
    """Who vouches for that server (PEM), by its name; without it, whom this machine believes."""
    form: str = Field(default="cef", pattern="^(cef|json)$")
    """How they are told there: `cef` or `json`."""
    pseudonymise: int | None = Field(default=None, ge=1, le=36500)
    """Days after which the people of an event are no longer named in it; without it, they stay."""
