"""Gives the tests of the contract each stand, opened for one test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kiosk.service.messages.connector import Messenger
from kiosk.service.tls import Identity
from tests.kiosk.service.messages.contract.stand import Stand
from tests.kiosk.service.messages.contract.stands import STANDS


@pytest.fixture(params=STANDS, ids=lambda each: each.NAME)
def stand(request: pytest.FixtureRequest, tls: tuple[Identity, Identity]) -> Iterator[Stand]:
    """Any messenger's other side."""
    with request.param.open(tls) as opened:
        yield opened


@pytest.fixture
def messenger(stand: Stand) -> Iterator[Messenger]:
    """The messenger before it."""
    made = stand.make()
    yield made
    made.let_go()
