"""Kiosks of a service that listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.kiosk.service.running import Running
from tests.kiosk.service.stations.kiosks import Kiosk, activated

Activated = Callable[..., Kiosk]


@pytest.fixture
def enlist(running: Running) -> Iterator[Activated]:
    """Makes stations that are activated and have signed in."""
    with ExitStack() as stack:

        def make(name: str = "Lobby", **more: str) -> Kiosk:
            kiosk = activated(running, name, **more)
            stack.callback(kiosk.session.close)
            return kiosk

        yield make


@pytest.fixture
def kiosk(running: Running) -> Iterator[Kiosk]:
    """A kiosk that was not activated."""
    kiosk = Kiosk(running)
    yield kiosk
    kiosk.session.close()
