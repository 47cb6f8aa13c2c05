"""Opens the database that the settings name, with the secret that they name; a server elsewhere shows who it is."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.errors import ConfigurationError
from kiosk.service.store.engine import Store
from kiosk.service.store.settings import DatabaseSettings


def open_database(settings: DatabaseSettings, secret: Callable[[str], str]) -> Store:
    """The store; it connects when it is first used. Raises ConfigurationError, NoCredential."""
    authority = settings.certificate_authority
    if authority is not None and not authority.is_file():
        raise ConfigurationError("database.certificate_authority", "is no file")
    password = None if settings.password is None else secret(settings.password)
    return Store.open(
        settings.url, busy_timeout=settings.busy_timeout, password=password, certificate_authority=authority
    )
