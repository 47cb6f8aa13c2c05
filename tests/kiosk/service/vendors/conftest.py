"""A vendor on loopback with real TLS, and the way to it; time passes only where somebody sleeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.service.outbound import Outbound
from kiosk.service.tls import Identity, server_context
from kiosk.service.vendors.rest import RestApi
from tests.kiosk.service.faces import Web, serving
from tests.kiosk.service.vendors.bed import Bed


@pytest.fixture
def bed() -> Bed:
    return Bed()


@pytest.fixture
def authority(tls: tuple[Identity, Identity]) -> Path:
    return tls[0].certificate


@pytest.fixture
def web(tls: tuple[Identity, Identity]) -> Iterator[Web]:
    with serving(server_context(tls[1])) as running:
        yield running


@pytest.fixture
def outbound() -> Iterator[Outbound]:
    made = Outbound()
    yield made
    made.close()


@pytest.fixture
def api(web: Web, outbound: Outbound, authority: Path, bed: Bed) -> Callable[..., RestApi]:
    """A RestApi to the vendor; arguments by name replace what is usual."""

    def make(base: str = "", **changes: Any) -> RestApi:
        usual: dict[str, Any] = {"name": "vendor", "clock": bed.clock, "authority": authority, "sleep": bed.sleep}
        authorize = changes.pop("authorize", lambda fresh: {"Authorization": "Bearer " + ("new" if fresh else "old")})
        return RestApi(outbound, base or f"{web.url}/v1", authorize, **usual | changes)

    return make
