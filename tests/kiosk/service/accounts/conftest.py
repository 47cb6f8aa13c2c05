"""Fixtures of accounts: a service with sites that listens, one without a server, and a client of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.service.tls import Identity
from tests.kiosk.service.accounts.desk import Desk, desk_at, settings_with_accounts
from tests.kiosk.service.running import Running, assembled, served


@pytest.fixture
def peopled(tmp_path: Path, backend: dict[str, str]) -> Iterator[Running]:
    """A service with sites, without a server."""
    with assembled(tmp_path, settings_with_accounts(tmp_path, backend)) as running:
        yield running


@pytest.fixture
def accounts(tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]) -> Iterator[Running]:
    """A service with sites, that listens."""
    with served(tmp_path, settings_with_accounts(tmp_path, backend), tls) as running:
        yield running


@pytest.fixture
def desk(accounts: Running) -> Iterator[Desk]:
    """A client with every scope at the site `staff`."""
    with desk_at(accounts, ("staff",)) as signed_in:
        yield signed_in
