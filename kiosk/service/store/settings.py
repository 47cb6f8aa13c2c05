"""The settings of the database."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from kiosk.service.settings_model import SecretName, SettingsModel


class DatabaseSettings(SettingsModel):
    """Where rows are kept."""

    url: str = "sqlite:////var/lib/keywright/service.db"
    """An SQLAlchemy URL, without a password: SQLite (a file on a local disk) or PostgreSQL."""
    password: SecretName | None = None
    """The password of PostgreSQL's role, by name."""
    certificate_authority: Path | None = None
    """Who vouches for PostgreSQL (PEM), by the host in `url`: needed for a server on another machine."""
    busy_timeout: float = Field(default=5.0, gt=0, le=60)
    """Seconds that a writer waits for another writer."""
