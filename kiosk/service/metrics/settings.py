"""Settings of the figures for monitoring."""

from __future__ import annotations

from kiosk.service.settings_model import SecretName, SettingsModel


class MetricsSettings(SettingsModel):
    """Figures for Prometheus at /metrics of each replica."""

    token: SecretName | None = None
    """The bearer token that they are asked for with, by name; without it nobody is told any."""
