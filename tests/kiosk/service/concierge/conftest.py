"""The people and sites of `world`, with and without a server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.service.tls import Identity
from tests.kiosk.service.concierge.world import World, peopled, settings
from tests.kiosk.service.running import assembled, served


@pytest.fixture
def world(tmp_path: Path, backend: dict[str, str]) -> Iterator[World]:
    with assembled(tmp_path, settings(tmp_path, database=backend)) as running:
        yield peopled(running)


@pytest.fixture
def listening(tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]) -> Iterator[World]:
    with served(tmp_path, settings(tmp_path, database=backend), tls) as running:
        yield peopled(running)
