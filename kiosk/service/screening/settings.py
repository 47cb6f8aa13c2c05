"""What the settings of every checker have; each connector adds its own."""

from __future__ import annotations

from kiosk.service.settings_model import Name, SettingsModel


class ScreenerSettings(SettingsModel):
    """Somebody who is asked about guests."""

    kind: str
    """Which connector: the name of its file."""
    id: Name
    """A word for it, kept with each answer."""
