"""Gives the tests of the contract each stand, opened for one test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.service.tls import Identity
from tests.kiosk.service.screening.contract.stand import Stand
from tests.kiosk.service.screening.contract.stands import STANDS


@pytest.fixture(params=STANDS, ids=lambda each: each.NAME)
def stand(request: pytest.FixtureRequest, tls: tuple[Identity, Identity], tmp_path: Path) -> Iterator[Stand]:
    """Any checker's other side."""
    with request.param.open(tls, tmp_path) as opened:
        yield opened
