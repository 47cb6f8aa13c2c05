"""Every way in to a simulated key, for the tests of what all of them must do alike."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hardware.authenticator import Authenticator
from kiosk.secret import Secret
from tests.hardware.ways import PIN, WAYS, Way, register, way_to


@pytest.fixture(params=WAYS)
def way_in(request: pytest.FixtureRequest) -> str:
    """The name of each way in."""
    return str(request.param)


@pytest.fixture
def way(way_in: str) -> Iterator[Way]:
    """A fresh CTAP 2.1 key that touches itself."""
    with way_to(way_in) as found:
        yield found


@pytest.fixture
def key(way: Way) -> Iterator[Authenticator]:
    """The same, opened."""
    opened = way.open()
    yield opened
    opened.close()


@pytest.fixture
def unlocked(key: Authenticator) -> Authenticator:
    """The same with a PIN, unlocked."""
    key.set_pin(Secret(PIN))
    return key


@pytest.fixture
def credential_id(unlocked: Authenticator) -> str:
    """The id of a discoverable credential on it."""
    return str(register(unlocked)["id"])
