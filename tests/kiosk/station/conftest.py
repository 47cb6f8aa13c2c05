"""A contract server, a journal and a simulated key for the station's tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from hardware.simulated.key import SimulatedKey
from kiosk.station.journal import Journal
from tests.kiosk.station.bench import Bench
from tests.kiosk.station.contract_server import ContractServer


@pytest.fixture(scope="session")
def tls_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture
def server(tls_folder: Path) -> Iterator[ContractServer]:
    with ContractServer(tls_folder).running() as running:
        yield running


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self._ticks = count()

    def __call__(self) -> datetime:
        self.time += timedelta(milliseconds=1)
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(tmp_path: Path, clock: Clock) -> Iterator[Journal]:
    journal = Journal(tmp_path / "state" / "journal.db", clock)
    yield journal
    journal.close()


@pytest.fixture
def key() -> SimulatedKey:
    key = SimulatedKey()
    key.touch_automatically = True
    return key


@pytest.fixture
def bench(server: ContractServer, journal: Journal, key: SimulatedKey, tmp_path: Path) -> Bench:
    return Bench(server, journal, key, tmp_path)
