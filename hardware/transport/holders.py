"""Which program holds a device, where the system lets us see."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from fido2.ctap import CtapDevice, CtapError

from hardware.errors import KeyBusy
from hardware.transport.around import Around
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


class NamingHolder(Around):
    """A device whose busy channel is told with the name of who keeps it busy."""

    def __init__(self, device: CtapDevice, busy: Callable[[], KeyBusy]) -> None:
        super().__init__(device)
        self._busy = busy

    def exchange(self, command: int, data: bytes, send: Callable[[], bytes]) -> bytes:
        """As Around. Raises KeyBusy with the name."""
        del command, data
        try:
            return send()
        except KeyBusy as error:
            raise self._busy() from error
        except CtapError as error:
            if error.code in (CtapError.ERR.CHANNEL_BUSY, CtapError.ERR.LOCK_REQUIRED):
                raise self._busy() from error
            raise
