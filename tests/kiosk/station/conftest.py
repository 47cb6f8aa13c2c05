"""A contract server, a journal and a simulated key for the station's tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from hardware.simulated.key import SimulatedKey
from kiosk.service.tls import Identity as TlsIdentity
from kiosk.service.tls import issue_server_certificate, make_authority
from kiosk.station.journal import Journal
from tests.kiosk.service.running import Running, served, settings_for
from tests.kiosk.station.bench import Bench
from tests.kiosk.station.contract_server import ContractServer
from tests.kiosk.station.own_service import Kiosk


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


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[TlsIdentity, TlsIdentity]:
    folder, now = tmp_path_factory.mktemp("authority"), datetime.now(UTC)
    authority = make_authority(folder, now)
    return authority, issue_server_certificate(folder, ("localhost", "127.0.0.1"), now, authority)


@pytest.fixture
def running(tmp_path: Path, tls: tuple[TlsIdentity, TlsIdentity]) -> Iterator[Running]:
    with served(tmp_path, settings_for(tmp_path), tls) as running:
        yield running


@pytest.fixture
def kiosk(running: Running, tmp_path: Path) -> Kiosk:
    return Kiosk(running, tmp_path / "state")
