"""Fixtures of the console: a service that listens, with staff."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.service.tls import Identity
from tests.kiosk.service.running import Running, served
from tests.kiosk.service.staff.crew import staffed


@pytest.fixture
def online(tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]) -> Iterator[Running]:
    """A service with a console and supervision."""
    with served(tmp_path, staffed(tmp_path, database=backend), tls) as running:
        yield running
