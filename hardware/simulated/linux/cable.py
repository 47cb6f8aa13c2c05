"""What a simulated key and the Linux kernel tell each other, whichever way they are joined."""

from __future__ import annotations

from enum import Enum
from typing import Final, Protocol

REPORT_DESCRIPTOR: Final = bytes.fromhex(
    "06d0f1"  # usage page: FIDO Alliance
    "0901"  # usage: CTAPHID
    "a101"  # collection: application
    "0920 1500 26ff00 7508 9540 8102"  # input: 64 fields of 8 bits
    "0921 1500 26ff00 7508 9540 9102"  # output: the same
    "c0"
)
"""What makes a HID interface a FIDO key (CTAP 2.1 section 11.2.8.2)."""


class Need(Enum):
    """Something that the system must have before a key can be put behind its kernel."""

    RIGHTS = "rights"
    UHID = "uhid"
    CONFIGFS = "configfs"
    HID_FUNCTION = "hid_function"
    PORT = "port"


class Missing(OSError):
    """The system lacks `need`."""

    def __init__(self, need: Need) -> None:
        super().__init__(need.value)
        self.need = need


class Cable(Protocol):
    """One way to join a key to the kernel. Every method raises OSError; the first three also `Missing`."""

    def plug(self) -> None:
        """The kernel sees a new key."""
        ...

    def unplug(self) -> None:
        """The kernel sees that it left. Safe to call twice."""
        ...

    def close(self) -> None:
        """Unplug and leave nothing behind. Safe to call twice."""
        ...

    def fileno(self) -> int:
        """Readable when `receive` has something, writable when `send` takes something; while plugged."""
        ...

    def receive(self) -> bytes | None:
        """The next report from the host; None for anything that is none."""
        ...

    def send(self, report: bytes) -> None:
        """A report to the host. Raises BlockingIOError while the host has not taken the one before."""
        ...
