"""Fixtures of staff: a service with a console and supervision."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.service.tls import Identity
from tests.kiosk.service.running import Running, assembled, served
from tests.kiosk.service.staff.crew import Crew, staffed


@pytest.fixture
def crew(tmp_path: Path, backend: dict[str, str]) -> Iterator[Crew]:
    """Staff and stations of a service without a server."""
    with assembled(tmp_path, staffed(tmp_path, database=backend)) as running:
        yield Crew(running)


@pytest.fixture
def online(tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]) -> Iterator[Running]:
    """The same, listening."""
    with served(tmp_path, staffed(tmp_path, database=backend), tls) as running:
        yield running
