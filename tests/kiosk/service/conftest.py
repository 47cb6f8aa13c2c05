"""Fixtures of the service: an authority for loopback, and services over fresh databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.service.tls import Identity, issue_server_certificate, make_authority
from tests.kiosk.service.running import Running, Station, assembled, served, settings_for


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Identity, Identity]:
    """An authority, and a server that it vouches for."""
    folder, now = tmp_path_factory.mktemp("authority"), datetime.now(UTC)
    authority = make_authority(folder, now)
    return authority, issue_server_certificate(folder, ("localhost", "127.0.0.1"), now, authority)


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Running]:
    """A service without a server."""
    with assembled(tmp_path, settings_for(tmp_path)) as running:
        yield running


@pytest.fixture
def running(tmp_path: Path, tls: tuple[Identity, Identity]) -> Iterator[Running]:
    """A service that listens."""
    with served(tmp_path, settings_for(tmp_path), tls) as running:
        yield running


@pytest.fixture
def station(running: Running) -> Iterator[Station]:
    """A station that has signed in."""
    signed_in = running.station()
    yield signed_in
    signed_in.session.close()
