"""Which program holds a device, where the system lets us see."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event

from fido2.ctap import STATUS, CtapDevice, CtapError

from hardware.errors import KeyBusy
from hardware.transport.texts import printable

MOST_CHARACTERS = 32


def holder_of(node: str, proc: Path = Path("/proc"), us: int | None = None) -> str:
    """The name of another program that has `node` open: one of our own account, or any for root; else empty."""
    ours = str(os.getpid() if us is None else us)
    for process in proc.glob("[0-9]*"):
        if process.name != ours and _has_open(process, node):
            return _name(process)
    return ""


def _has_open(process: Path, node: str) -> bool:
    try:
        handles = list((process / "fd").iterdir())
    except OSError:  # another account's, or it has just ended
        return False
    for handle in handles:
        with suppress(OSError):
            if str(handle.readlink()) == node:
                return True
    return False


def _name(process: Path) -> str:
    """What the program calls itself (15 bytes at most, chosen by itself)."""
    try:
        said = (process / "comm").read_bytes().decode(errors="replace")
    except OSError:
        return ""
    return printable(said, MOST_CHARACTERS)


class NamingHolder(CtapDevice):
    """A device whose busy channel is told with the name of who keeps it busy."""

    def __init__(self, device: CtapDevice, busy: Callable[[], KeyBusy]) -> None:
        self._device = device
        self._busy = busy

    @property
    def capabilities(self) -> int:
        """The CTAPHID capability flags of the key."""
        return self._device.capabilities

    def call(
        self,
        cmd: int,
        data: bytes = b"",
        event: Event | None = None,
        on_keepalive: Callable[[STATUS], None] | None = None,
    ) -> bytes:
        """Send one command and wait for its answer."""
        try:
            return self._device.call(cmd, data, event, on_keepalive)
        except KeyBusy as error:
            raise self._busy() from error
        except CtapError as error:
            if error.code in (CtapError.ERR.CHANNEL_BUSY, CtapError.ERR.LOCK_REQUIRED):
                raise self._busy() from error
            raise

    def close(self) -> None:
        """Close the channel."""
        self._device.close()

    @classmethod
    def list_devices(cls) -> Iterator[CtapDevice]:
        """No devices: the source found it."""
        return iter(())
