"""What the pages of phones are tried with: a service that has them, a kiosk that shows codes, and a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.service.tls import Identity
from tests.kiosk.service.pages.phones import Phone, station_of, with_phones
from tests.kiosk.service.running import Running, Station


@pytest.fixture
def running(tmp_path: Path, tls: tuple[Identity, Identity]) -> Iterator[Running]:
    """A service with pages for phones, that listens."""
    with with_phones(tmp_path, tls) as running:
        yield running


@pytest.fixture
def station(running: Running) -> Iterator[Station]:
    """A kiosk that has signed in, and may show codes."""
    station = station_of(running)
    yield station
    station.session.close()


@pytest.fixture
def phone(running: Running) -> Iterator[Phone]:
    """A browser with a passkey provider."""
    with Phone.of(running) as phone:
        yield phone
