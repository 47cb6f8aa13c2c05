"""Gives the tests of the contract each stand that they make sense for, opened for one test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.service.tls import Identity
from tests.kiosk.service.directories.contract.stand import RemoteStand, Stand
from tests.kiosk.service.directories.contract.stands import STANDS

WHICH: dict[str, Callable[[type[Stand]], bool]] = {
    "stand": lambda _: True,
    "departments": lambda stand: stand.DEPARTMENTS,
    "disabling": lambda stand: stand.DISABLES,
    "remote": lambda stand: issubclass(stand, RemoteStand),
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for name, fits in WHICH.items():
        if name in metafunc.fixturenames:
            found = [pytest.param(each, id=each.NAME, marks=each.MARKS) for each in STANDS if fits(each)]
            metafunc.parametrize(name, found, indirect=True)


@pytest.fixture
def stand(request: pytest.FixtureRequest, tmp_path: Path, tls: tuple[Identity, Identity]) -> Iterator[Stand]:
    """Any directory."""
    with request.param.open(tmp_path, tls) as opened:
        yield opened


@pytest.fixture
def departments(request: pytest.FixtureRequest, tmp_path: Path, tls: tuple[Identity, Identity]) -> Iterator[Stand]:
    """One that can be searched for an additional attribute."""
    with request.param.open(tmp_path, tls) as opened:
        yield opened


@pytest.fixture
def disabling(request: pytest.FixtureRequest, tmp_path: Path, tls: tuple[Identity, Identity]) -> Iterator[Stand]:
    """One that keeps people who may not sign in."""
    with request.param.open(tmp_path, tls) as opened:
        yield opened


@pytest.fixture
def remote(request: pytest.FixtureRequest, tmp_path: Path, tls: tuple[Identity, Identity]) -> Iterator[RemoteStand]:
    """One that is elsewhere."""
    with request.param.open(tmp_path, tls) as opened:
        yield opened
