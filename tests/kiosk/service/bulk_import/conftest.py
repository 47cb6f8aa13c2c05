"""A service with two sites of one tenant and one of another, and clients that migrate people into them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.contract.paths import Scope
from kiosk.service.tls import Identity
from kiosk.service.tokens.actions import Rights, create_client
from tests.kiosk.service.bulk_import.people import SITES, Migration
from tests.kiosk.service.running import Running, Station, assembled, served, settings_for


@pytest.fixture
def local(tmp_path: Path, backend: dict[str, str]) -> Iterator[Running]:
    """A service with sites, without a server."""
    with assembled(tmp_path, settings_for(tmp_path, database=backend, accounts=SITES)) as running:
        yield running


@pytest.fixture
def migration(local: Running) -> Migration:
    """What migrates people into the site `main`."""
    return Migration(local)


@pytest.fixture
def running(tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]) -> Iterator[Running]:
    """A service with sites that listens."""
    with served(tmp_path, settings_for(tmp_path, database=backend, accounts=SITES), tls) as running:
        yield running


@pytest.fixture
def client(running: Running) -> Iterator[Station]:
    """A client that may migrate people into the site `main`."""
    rights = Rights(frozenset({Scope.MIGRATE_USERS}), "default", frozenset({"main"}))
    credentials = create_client(running.parts.store, running.clock, running.random, "Migration", rights)
    signed_in = Station(running.url, running.authority, credentials).sign_in()
    yield signed_in
    signed_in.session.close()
