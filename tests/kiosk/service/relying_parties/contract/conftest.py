"""Gives the tests of the contract each stand that they make sense for, opened for one test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kiosk.service.relying_parties.contract.stand import FaceStand, Stand
from tests.kiosk.service.relying_parties.contract.stands import STANDS

WHICH: dict[str, Callable[[type[Stand]], bool]] = {
    "stand": lambda _: True,
    "peopled": lambda stand: stand.KNOWS_PEOPLE,
    "judging": lambda stand: stand.JUDGES,
    "faulty": lambda stand: stand.FAULTY,
    "telling": lambda stand: stand.FAULTY and stand.TELLS_OPTIONS,
    "renewing": lambda stand: stand.FAULTY and stand.RENEWS,
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for name, fits in WHICH.items():
        if name in metafunc.fixturenames:
            found = [each for each in STANDS if fits(each)]
            marked = [
                pytest.param(each, id=each.NAME, marks=[getattr(pytest.mark, m) for m in each.MARKS]) for each in found
            ]
            metafunc.parametrize(name, marked, indirect=True)


def _opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    with request.param.open(tmp_path) as opened:
        yield opened


@pytest.fixture
def stand(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stand]:
    """Any party."""
    yield from _opened(request, tmp_path)


@pytest.fixture
def peopled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stand]:
    """A party that knows who has an account."""
    yield from _opened(request, tmp_path)


@pytest.fixture
def judging(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stand]:
    """A party that judges attestations."""
    yield from _opened(request, tmp_path)


@pytest.fixture
def faulty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FaceStand]:
    """A party whose other side can fail."""
    yield from _opened(request, tmp_path)


@pytest.fixture
def telling(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FaceStand]:
    """One that makes the creation options."""
    yield from _opened(request, tmp_path)


@pytest.fixture
def renewing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FaceStand]:
    """One that signs in, too."""
    yield from _opened(request, tmp_path)
