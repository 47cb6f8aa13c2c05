"""A key, the clock it goes by, and a computer."""

from __future__ import annotations

import pytest
from fido2.ctap2.pin import PinProtocol, PinProtocolV1, PinProtocolV2

from hardware.simulated.key import SimulatedKey
from tests.hardware.simulated.host import PIN, Cable, Computer, ManualClock, seeded_key


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def key(clock: ManualClock) -> SimulatedKey:
    return seeded_key(clock=clock)


@pytest.fixture
def cable(key: SimulatedKey) -> Cable:
    return Cable(key)


@pytest.fixture(params=[PinProtocolV1, PinProtocolV2], ids=["protocol 1", "protocol 2"])
def protocol(request: pytest.FixtureRequest) -> PinProtocol:
    made: PinProtocol = request.param()
    return made


@pytest.fixture
def computer(key: SimulatedKey) -> Computer:
    return Computer(key)


@pytest.fixture
def with_pin(computer: Computer) -> Computer:
    """A computer at a key that has a PIN."""
    computer.pin.set_pin(PIN)
    return computer
