"""Settings of the fleet: how stations are activated, and how often they tell of themselves."""

from __future__ import annotations

from pydantic import Field

from kiosk.service.settings_model import HttpsUrl, SettingsModel


class StationsSettings(SettingsModel):
    """The stations of this service."""

    urls: tuple[HttpsUrl, ...] = ()
    """How stations reach the service (`https://keys.example.org`), all of its addresses: what they sign is for one of
    these. Without it, for whatever name the service was called by."""
    code: int = Field(default=15, ge=1, le=1440)
    """Minutes that an activation code works."""
    heartbeat: int = Field(default=10, ge=2, le=300)
    """Seconds between two words of a station that nothing happens at."""
    silent: int = Field(default=60, ge=10, le=3600)
    """Seconds without a word after which a station counts as silent."""
    skew: float = Field(default=5.0, ge=0.5, le=300)
    """Seconds that a station's clock may be wrong before it is told."""
    program: str = Field(default="", max_length=40)
    """The version of the program that stations should run; others are told."""
    statistics: int = Field(default=400, ge=1, le=3650)
    """Days that the times of steps are kept."""
