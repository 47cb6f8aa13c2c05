"""A key on /dev/uhid: a HID device without a USB device under it (Documentation/hid/uhid.rst of Linux)."""

from __future__ import annotations

import errno
import os
import struct
from pathlib import Path
from typing import Final

from hardware.simulated.ctaphid import REPORT
from hardware.simulated.linux.cable import REPORT_DESCRIPTOR, Missing, Need
from hardware.simulated.traits import KeyTraits

DEVICE: Final = Path("/dev/uhid")
BUS_USB: Final = 3

# enum uhid_event_type of linux/uhid.h
DESTROY, OUTPUT, GET_REPORT, GET_REPORT_REPLY, CREATE2, INPUT2, SET_REPORT, SET_REPORT_REPLY = (
    1,
    6,
    9,
    10,
    11,
    12,
    13,
    14,
)
DATA_MAX: Final = 4096
EVENT_MAX: Final = 4380  # bytes of struct uhid_event
_LARGEST_NAME, _LARGEST_SERIAL = 127, 63  # bytes before the final zero


class UhidCable:
    """A `Cable` over the user-space HID driver; a key is in for as long as the file is open."""

    def __init__(self, traits: KeyTraits, device: Path = DEVICE) -> None:
        self._traits = traits
        self._device = device
        self._file: int | None = None

    def plug(self) -> None:
        """Create the HID device. Raises Missing, OSError."""
        if not self._device.exists():
            raise Missing(Need.UHID)
        try:
            self._file = os.open(self._device, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        except PermissionError as error:
            raise Missing(Need.RIGHTS) from error
        os.write(self._file, create_event(self._traits))

    def unplug(self) -> None:
        """Close the file, with which the device goes."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def close(self) -> None:
        """The same: nothing else is left."""
        self.unplug()

    def fileno(self) -> int:
        """The open file."""
        return _opened(self._file)

    def receive(self) -> bytes | None:
        """One event of the kernel: a report, or something that is answered here and now."""
        event = os.read(self.fileno(), EVENT_MAX)
        reply = refusal(event)
        if reply:
            os.write(self.fileno(), reply)
        return report_of(event)

    def send(self, report: bytes) -> None:
        """Hand over an input report; the kernel keeps those that nobody has read yet."""
        os.write(self.fileno(), struct.pack("<IH", INPUT2, len(report)) + report)


def create_event(traits: KeyTraits) -> bytes:
    """UHID_CREATE2 for a key of these traits."""
    name = f"{traits.manufacturer} {traits.product}".encode()[:_LARGEST_NAME]
    return struct.pack(
        "<I128s64s64sHHIIII4096s",
        CREATE2,
        name,
        b"",
        traits.serial.encode()[:_LARGEST_SERIAL],
        len(REPORT_DESCRIPTOR),
        BUS_USB,
        traits.vendor_id,
        traits.product_id,
        traits.firmware >> 8 & 0xFFFF,
        0,
        REPORT_DESCRIPTOR,
    )


def report_of(event: bytes) -> bytes | None:
    """The output report in an event, without the number zero that a writer puts before it; None for other events."""
    if struct.unpack_from("<I", event)[0] != OUTPUT:
        return None
    (size,) = struct.unpack_from("<H", event, 4 + DATA_MAX)
    data = event[4 : 4 + size]
    return data[1:] if size == REPORT + 1 else data


def refusal(event: bytes) -> bytes:
    """The answer to a request for a feature report, which a FIDO key has not; the asking program would wait for it."""
    kind = struct.unpack_from("<I", event)[0]
    if kind not in (GET_REPORT, SET_REPORT):
        return b""
    (request,) = struct.unpack_from("<I", event, 4)
    if kind == GET_REPORT:
        return struct.pack("<IIHH", GET_REPORT_REPLY, request, errno.EIO, 0)
    return struct.pack("<IIH", SET_REPORT_REPLY, request, errno.EIO)


def _opened(file: int | None) -> int:
    if file is None:
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
    return file
