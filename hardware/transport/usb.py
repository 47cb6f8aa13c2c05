"""Keys on USB, through hidapi."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from hardware.authenticator import Authenticator, KeyAddress, Transport
from hardware.errors import HardwareError, KeyBusy, KeyGone, KeySwapped, NoAccess
from hardware.fido import open_device
from hardware.transport.access import FIDO_USAGE, FIDO_USAGE_PAGE, fido_nodes, may_open, remedy
from hardware.transport.reports import REPORT_BYTES, close_quietly, open_channel

if sys.platform == "linux":
    # The module `hid` is libusb here, which takes the key away from every other program while it is open.
    import hidraw as hidapi
else:
    import hid as hidapi

MAX_TEXT = 64
REPORT_ID = b"\0"
"""CTAPHID numbers no reports; hidapi wants the number nevertheless."""


class HidHandle(Protocol):
    """An opened HID device of hidapi. Failures are OSError, or ValueError after `close`."""

    def open_path(self, path: bytes) -> None:
        """Open the device at the path of an enumeration."""
        ...

    def write(self, buff: bytes) -> int:
        """Send a report behind its number; negative when it failed."""
        ...

    def read(self, max_length: int, timeout_ms: int = 0) -> Sequence[int]:
        """The next report; empty when there was none in time. A time-out of 0 waits for ever."""
        ...

    def close(self) -> None:
        """Let go of the device."""
        ...


class HidBackend(Protocol):
    """The two things of the modules `hidraw` and `hid` that are used here."""

    def enumerate(self) -> Sequence[Mapping[str, Any]]:
        """What is attached, as hidapi tells it."""
        ...

    def device(self) -> HidHandle:
        """A handle that is not open yet."""
        ...


class HidPipe:
    """Reports over a handle of hidapi."""

    def __init__(self, handle: HidHandle) -> None:
        self._handle = handle

    def write(self, report: bytes) -> None:
        """Send one report."""
        try:
            written = self._handle.write(REPORT_ID + report)
        except ValueError as error:
            raise OSError("the handle is closed") from error
        if written < 0:
            raise OSError("the report was not sent")

    def read(self, seconds: float) -> bytes | None:
        """The next report; None when there was none for so long."""
        try:
            report = self._handle.read(REPORT_BYTES, max(1, int(seconds * 1000)))
        except ValueError as error:
            raise OSError("the handle is closed") from error
        return bytes(report) or None

    def close(self) -> None:
        """Let go of the handle."""
        self._handle.close()


def node_identity(path: str) -> int:
    """The inode of the device node: the kernel makes a new one for each insertion. 0 where there is none."""
    try:
        return Path(path).stat().st_ino
    except OSError:
        return 0


class UsbSource:
    """FIDO keys on USB, as a `KeySource`."""

    def __init__(
        self,
        backend: HidBackend = hidapi,
        *,
        platform: str = sys.platform,
        dev: Path = Path("/dev"),
        sysfs: Path = Path("/sys/class/hidraw"),
        accessible: Callable[[str], bool] = may_open,
        identity: Callable[[str], int] = node_identity,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._backend = backend
        self._platform = platform
        self._dev = dev
        self._sysfs = sysfs
        self._accessible = accessible
        self._identity = identity
        self._clock = clock

    def attached(self) -> tuple[KeyAddress, ...]:
        """The keys attached now. Raises NoAccess when there are only keys that may not be opened."""
        keys = self._enumerate()
        if self._platform != "linux":
            return keys
        usable = tuple(key for key in keys if self._accessible(key.path))
        if not usable:
            nodes = [key.path for key in keys] or [str(self._dev / node) for node in fido_nodes(self._sysfs)]
            for path in nodes:
                if not self._accessible(path):
                    raise NoAccess(path, remedy(self._platform))
        return usable

    def _enumerate(self) -> tuple[KeyAddress, ...]:
        return tuple(
            self._address(entry)
            for entry in self._backend.enumerate()
            if (entry.get("usage_page"), entry.get("usage")) == (FIDO_USAGE_PAGE, FIDO_USAGE)
        )

    def _address(self, entry: Mapping[str, Any]) -> KeyAddress:
        path = entry["path"].decode(errors="surrogateescape")
        return KeyAddress(
            Transport.USB,
            path,
            attach_id=self._identity(path),
            serial=printable(entry.get("serial_number")),
            product=printable(entry.get("product_string")),
            manufacturer=printable(entry.get("manufacturer_string")),
            vendor_id=entry["vendor_id"],
            product_id=entry["product_id"],
        )

    def open(self, address: KeyAddress) -> Authenticator:
        """Open the key at this address. Raises KeyGone, KeySwapped, NoAccess, KeyBusy, KeySilent, KeyFault."""
        self._check_same(address)
        pipe = self._open_pipe(address)
        try:
            self._check_same(address)  # somebody may have been quick between the look and the opening
        except HardwareError:
            close_quietly(pipe)
            raise
        return open_device(address, open_channel(address, pipe, self._clock), self._clock)

    def _check_same(self, address: KeyAddress) -> None:
        for key in self._enumerate():
            if key.path == address.path:
                if fingerprint(key) != fingerprint(address):
                    raise KeySwapped
                return
        raise KeyGone

    def _open_pipe(self, address: KeyAddress) -> HidPipe:
        handle = self._backend.device()
        try:
            handle.open_path(address.path.encode(errors="surrogateescape"))
        except OSError as error:
            self._check_same(address)
            if self._platform == "linux" and self._accessible(address.path):
                raise KeyBusy from error
            raise NoAccess(address.path, remedy(self._platform)) from error
        return HidPipe(handle)


def fingerprint(address: KeyAddress) -> tuple[int, str, int, int]:
    """What enumeration tells of which key it is."""
    return address.attach_id, address.serial, address.vendor_id, address.product_id


def printable(text: object) -> str:
    """A text of the key without control characters, and not too long."""
    return "".join(character for character in str(text or "")[:MAX_TEXT] if character.isprintable())
