"""Keys on USB, through hidapi."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from hardware.authenticator import Authenticator, KeyAddress, Transport
from hardware.errors import HardwareError, KeyBusy, KeyFault, KeyGone, KeySwapped, NoAccess
from hardware.fido import open_device
from hardware.transport.access import FIDO_USAGE, FIDO_USAGE_PAGE, fido_nodes, may_open, remedy
from hardware.transport.aside import Aside
from hardware.transport.holders import NamingHolder, holder_of
from hardware.transport.hotplug import News, hid_news
from hardware.transport.place import insertion, usb_port
from hardware.transport.reports import REPORT_BYTES, close_quietly, open_channel
from hardware.transport.texts import printable

if sys.platform == "linux":
    # The module `hid` is libusb here, which takes the key away from every other program while it is open.
    import hidraw as hidapi
else:
    import hid as hidapi

ENUMERATION_SECONDS = 3.0
"""How long enumeration may take: a driver or a device in trouble may hold it up for ever."""

REPORT_ID = b"\0"
"""CTAPHID numbers no reports; hidapi wants the number nevertheless."""


class HidHandle(Protocol):
    """An opened HID device of hidapi. Failures are OSError, or ValueError after `close`."""

    def open_path(self, path: bytes) -> None:
        """Open the device at the path of an enumeration."""
        ...

    def write(self, buff: bytes) -> int:
        """Send a report behind its number; how many bytes were taken, negative when it failed."""
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
        """Send one report. Raises KeyFault when only a part of it was taken."""
        try:
            written = self._handle.write(REPORT_ID + report)
        except ValueError as error:
            raise OSError("the handle is closed") from error
        if written < 0:
            raise OSError("the report was not sent")
        if written < len(REPORT_ID) + len(report):
            raise KeyFault

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


@dataclass(frozen=True, slots=True)
class System:
    """The operating system around hidapi, as far as it is asked."""

    platform: str = sys.platform
    dev: Path = Path("/dev")
    sysfs: Path = Path("/sys/class/hidraw")
    accessible: Callable[[str], bool] = may_open
    identity: Callable[[str, Path], int] = insertion
    holder: Callable[[str], str] = holder_of


class UsbSource:
    """FIDO keys on USB, as a `KeySource`."""

    def __init__(
        self,
        backend: HidBackend = hidapi,
        system: System = System(),
        *,
        news: News | None = None,
        clock: Callable[[], float] = monotonic,
        enumeration_seconds: float = ENUMERATION_SECONDS,
    ) -> None:
        self._backend = backend
        self._system = system
        self._linux = system.platform == "linux"
        self._news = news or hid_news(system.platform)
        self._clock = clock
        self._entries = Aside(backend.enumerate, enumeration_seconds, "keywright-enumeration")

    def changed(self, seconds: float) -> bool:
        """Wait until the system tells that a HID device came or went."""
        return self._news.wait(seconds)

    def attached(self) -> tuple[KeyAddress, ...]:
        """The keys attached now.

        Raises NoAccess when there are only keys that may not be opened, KeySilent when the system does not answer.
        """
        keys = self._enumerate()
        if not self._linux:
            return keys
        usable = tuple(key for key in keys if self._system.accessible(key.path))
        if not usable:
            for path in [key.path for key in keys] or self._nodes():
                if not self._system.accessible(path):
                    raise NoAccess(path, remedy(self._system.platform))
        return usable

    def _nodes(self) -> list[str]:
        """The nodes of keys that only the kernel tells of."""
        return [str(self._system.dev / node) for node in fido_nodes(self._system.sysfs)]

    def _enumerate(self) -> tuple[KeyAddress, ...]:
        return tuple(
            self._address(entry, path)
            for entry in self._entries()
            if (entry.get("usage_page"), entry.get("usage")) == (FIDO_USAGE_PAGE, FIDO_USAGE)
            and isinstance(path := entry.get("path"), bytes)
        )

    def _address(self, entry: Mapping[str, Any], raw_path: bytes) -> KeyAddress:
        path = raw_path.decode(errors="surrogateescape")
        return KeyAddress(
            Transport.USB,
            path,
            attach_id=self._system.identity(path, self._system.sysfs),
            serial=printable(entry.get("serial_number")),
            product=printable(entry.get("product_string")),
            manufacturer=printable(entry.get("manufacturer_string")),
            vendor_id=number(entry.get("vendor_id")),
            product_id=number(entry.get("product_id")),
            bus=usb_port(path, self._system.platform, self._system.sysfs),
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
        try:
            channel = open_channel(address, pipe, self._clock)
            return open_device(channel.address, NamingHolder(channel, lambda: self._busy(address)), self._clock)
        except KeyBusy as error:
            raise self._busy(address) from error

    def _busy(self, address: KeyAddress) -> KeyBusy:
        return KeyBusy(self._system.holder(address.path) if self._linux else "")

    def _check_same(self, address: KeyAddress) -> None:
        """Raises KeyGone, KeySwapped. Where the system numbers insertions nothing else needs to be asked."""
        now = self._system.identity(address.path, self._system.sysfs)
        if now and address.attach_id:
            if now != address.attach_id:
                raise KeySwapped
            return
        for key in self._enumerate():
            if key.path == address.path:
                # Elsewhere insertions are numbered by whoever watches, which hidapi knows nothing of.
                if fingerprint(key) != fingerprint(replace(address, attach_id=key.attach_id)):
                    raise KeySwapped
                return
        raise KeyGone

    def _open_pipe(self, address: KeyAddress) -> HidPipe:
        handle = self._backend.device()
        try:
            handle.open_path(address.path.encode(errors="surrogateescape"))
        except OSError as error:
            self._check_same(address)
            if self._linux and self._system.accessible(address.path):
                raise self._busy(address) from error
            raise NoAccess(address.path, remedy(self._system.platform)) from error
        return HidPipe(handle)


def fingerprint(address: KeyAddress) -> tuple[int, str, str, int, int]:
    """What enumeration tells of which key it is, in which socket."""
    return address.attach_id, address.bus, address.serial, address.vendor_id, address.product_id


def number(value: object) -> int:
    """A number of hidapi's, 0 for anything else."""
    return value if isinstance(value, int) else 0
