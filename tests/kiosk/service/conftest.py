"""Fixtures of the service: an authority for loopback, and services over fresh databases, of one kind or of both.

A test that is marked `databases` and takes `backend`, or what is made of it, runs on SQLite and on PostgreSQL. With
`KEYWRIGHT_TEST_DATABASE=postgresql` all others, too, run on PostgreSQL, but those that are marked `sqlite`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.service.tls import Identity, issue_server_certificate, make_authority
from tests.kiosk.service.running import DATABASES, Running, Station, a_file, assembled, served, settings_for
from tests.postgres.server import Cluster, cluster

ELSEWHERE = os.environ.get("KEYWRIGHT_TEST_DATABASE") == "postgresql"
POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgres)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Both databases for whoever asks for them."""
    if "backend" in metafunc.fixturenames and metafunc.definition.get_closest_marker("databases"):
        metafunc.parametrize("backend", ["sqlite", POSTGRESQL], indirect=True)


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Identity, Identity]:
    """An authority, and a server that it vouches for."""
    folder, now = tmp_path_factory.mktemp("authority"), datetime.now(UTC)
    authority = make_authority(folder, now)
    return authority, issue_server_certificate(folder, ("localhost", "127.0.0.1"), now, authority)


@pytest.fixture(scope="session")
def postgres(tls: tuple[Identity, Identity]) -> Iterator[Cluster]:
    """A PostgreSQL for all tests of this process."""
    with cluster(tls) as running:
        yield running


@pytest.fixture(autouse=ELSEWHERE)
def elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A database of PostgreSQL for each folder of a test that would have a file there."""
    if request.node.get_closest_marker("sqlite"):
        yield
        return
    server: Cluster = request.getfixturevalue("postgres")
    made: dict[Path, dict[str, str]] = {}
    with ExitStack() as stack:

        def fresh(folder: Path) -> dict[str, str]:
            if folder not in made:
                made[folder] = stack.enter_context(server.fresh())
            return made[folder]

        monkeypatch.setattr(DATABASES, "of", fresh)
        yield


@pytest.fixture
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """`[database]` of a fresh database; that of PostgreSQL has its tables, but for `databases(bare=True)`."""
    kind = getattr(request, "param", "")
    if kind != "postgresql":
        yield a_file(tmp_path) if kind == "sqlite" else DATABASES.of(tmp_path)
        return
    with ExitStack() as stack:
        server: Cluster = request.getfixturevalue("postgres")
        bare = request.node.get_closest_marker("databases").kwargs.get("bare", False)
        yield stack.enter_context(server.bare() if bare else server.fresh())


@pytest.fixture
def local(tmp_path: Path, backend: dict[str, str]) -> Iterator[Running]:
    """A service without a server."""
    with assembled(tmp_path, settings_for(tmp_path, database=backend)) as running:
        yield running


@pytest.fixture
def running(tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]) -> Iterator[Running]:
    """A service that listens."""
    with served(tmp_path, settings_for(tmp_path, database=backend), tls) as running:
        yield running


@pytest.fixture
def station(running: Running) -> Iterator[Station]:
    """A station that has signed in."""
    signed_in = running.station()
    yield signed_in
    signed_in.session.close()
