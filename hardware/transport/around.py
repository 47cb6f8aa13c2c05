"""A device around another one: something happens about each exchange, and all else is the device's own."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from threading import Event

from fido2.ctap import STATUS, CtapDevice


class Around(CtapDevice):
    """Passes everything on to `device`; a subclass says in `exchange` what happens about a command."""

    def __init__(self, device: CtapDevice) -> None:
        self.device = device

    @abstractmethod
    def exchange(self, command: int, data: bytes, send: Callable[[], bytes]) -> bytes:
        """The answer to one command, which `send` brings from the device."""
        ...

    @property
    def capabilities(self) -> int:
        """The CTAPHID capability flags of the key."""
        return self.device.capabilities

    def call(
        self,
        cmd: int,
        data: bytes = b"",
        event: Event | None = None,
        on_keepalive: Callable[[STATUS], None] | None = None,
    ) -> bytes:
        """Send one command and wait for its answer."""
        return self.exchange(cmd, data, lambda: self.device.call(cmd, data, event, on_keepalive))

    def close(self) -> None:
        """Close the channel."""
        self.device.close()

    @classmethod
    def list_devices(cls) -> Iterator[CtapDevice]:
        """No devices: a source found the one inside."""
        return iter(())
