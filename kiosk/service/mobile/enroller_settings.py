"""What the settings of every service elsewhere that enrolls phones have; each connector adds its own."""

from __future__ import annotations

from kiosk.service.settings_model import Name, SettingsModel


class EnrollerSettings(SettingsModel):
    """A service elsewhere that enrolls phones."""

    kind: str
    """Which connector: the name of its file."""
    id: Name = "phones"
    """A word for it, kept with each code."""
