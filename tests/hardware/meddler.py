"""A hand between us and a simulated key, which changes its answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from fido2 import cbor
from fido2.ctap import CtapDevice

from hardware.authenticator import KeyAddress, Transport
from hardware.simulated.device import connect
from hardware.simulated.key import SimulatedKey
from hardware.simulated.traits import CTAP21, KeyTraits
from hardware.transport.around import Around

ADDRESS = KeyAddress(Transport.SIMULATED, "simulated:1")


class Meddler(Around):
    """A device between us and a simulated key that changes its answers."""

    def __init__(self, device: CtapDevice, meddle: Callable[[bytes, bytes], bytes]) -> None:
        super().__init__(device)
        self._meddle = meddle
        self.closed = False

    def exchange(self, command: int, data: bytes, send: Callable[[], bytes]) -> bytes:
        return self._meddle(data, send())

    def close(self) -> None:
        self.closed = True
        super().close()


@contextmanager
def meddled(
    meddle: Callable[[bytes, bytes], bytes], traits: KeyTraits = CTAP21
) -> Iterator[tuple[SimulatedKey, Meddler]]:
    """A simulated key whose answers (to a request) go through `meddle`."""
    key = SimulatedKey(traits)
    key.touch_automatically = True
    key.plug()
    device = Meddler(connect(key), meddle)
    yield key, device
    device.close()


def changing(command: int, change: Callable[[dict[Any, Any]], object]) -> Callable[[bytes, bytes], bytes]:
    """Change the decoded answer to one command."""

    def meddle(request: bytes, answer: bytes) -> bytes:
        if request[0] != command or answer[0] != 0:
            return answer
        read = cbor.decode(answer[1:])
        assert isinstance(read, dict)
        decoded = dict(read)
        change(decoded)
        return b"\0" + cbor.encode(decoded)

    return meddle


def refusing(command: int, status: int, times: int = 1) -> Callable[[bytes, bytes], bytes]:
    """Answer a command with an error, so many times."""
    left = [times]

    def meddle(request: bytes, answer: bytes) -> bytes:
        if request[0] == command and left[0] > 0:
            left[0] -= 1
            return bytes([status])
        return answer

    return meddle
