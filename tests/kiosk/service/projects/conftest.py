"""Fixtures of projects: a service whose phones know where to go, with and without a server, and a client of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.service.tls import Identity
from tests.kiosk.service.projects.campaign import PAGES, client
from tests.kiosk.service.running import Running, Station, assembled, served, settings_for


@pytest.fixture
def local(tmp_path: Path, backend: dict[str, str]) -> Iterator[Running]:
    """A service with pages for phones, without a server."""
    with assembled(tmp_path, settings_for(tmp_path, database=backend, projects=PAGES)) as running:
        yield running


@pytest.fixture
def running(tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]) -> Iterator[Running]:
    """A service with pages for phones, that listens."""
    with served(tmp_path, settings_for(tmp_path, database=backend, projects=PAGES), tls) as running:
        yield running


@pytest.fixture
def manager(running: Running) -> Iterator[Station]:
    """A client with every scope of projects."""
    with client(running) as signed_in:
        yield signed_in
