"""Settings of staff: where their pages are, and how long their sign-ins last."""

from __future__ import annotations

from pydantic import Field

from kiosk.service.settings_model import HttpsUrl, RpId, SettingsModel


class StaffSettings(SettingsModel):
    """Staff at the kiosk and in the console. Their keys are registered at a relying party of the service's own."""

    url: HttpsUrl | None = None
    """How staff reach the console (`https://keys.example.org`); without it there is no console."""
    rp_id: RpId | None = None
    """The RP ID of staff keys: the host of `url`, or a domain above it. It must not change once keys are registered."""
    session: int = Field(default=28800, ge=300, le=86400)
    """Seconds that a sign-in to the console lasts at most."""
    idle: int = Field(default=1800, ge=60, le=28800)
    """Seconds without a page until it is over."""
    confirm: int = Field(default=300, ge=0, le=3600)
    """Seconds after a touch of the key in which no other is asked for before something that cannot be undone."""
    desk: int = Field(default=300, ge=30, le=1800)
    """Seconds that the desk at a kiosk stays open after a touch."""
    join: int = Field(default=72, ge=1, le=720)
    """Hours that the link of a new member of staff works."""
    sealed: int = Field(default=365, ge=1, le=1825)
    """Days that a sealed one-time code works."""
