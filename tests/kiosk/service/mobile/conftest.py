"""Fixtures of codes that phones scan: a service that offers everything a phone may do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.service.tls import Identity
from tests.kiosk.service.mobile.phone import Phones, phone_settings
from tests.kiosk.service.running import Running, assembled, served


@pytest.fixture
def phones(tmp_path: Path, backend: dict[str, str]) -> Iterator[Phones]:
    """Stations and phones of a service without a server."""
    with assembled(tmp_path, phone_settings(tmp_path, database=backend)) as running:
        yield Phones(running)


@pytest.fixture
def online(tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]) -> Iterator[Running]:
    """The same, listening."""
    with served(tmp_path, phone_settings(tmp_path, database=backend), tls) as running:
        yield running
