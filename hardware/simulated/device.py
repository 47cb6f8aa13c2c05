"""The USB cable that is not there: python-fido2's HID connection over a simulated key."""

from __future__ import annotations

import errno
import os
from collections import deque

from fido2.hid import CtapHidDevice
from fido2.hid.base import CtapHidConnection, HidDescriptor

from hardware.simulated.ctaphid import REPORT
from hardware.simulated.key import SimulatedKey


class SimulatedHidConnection(CtapHidConnection):
    """One open handle on a plugged key. Reading blocks until a report, the deadline, or the key's leaving.

    Raises OSError(ENODEV) once the key was pulled, and TimeoutError, an OSError too, when `read_seconds` passed.
    """

    def __init__(self, key: SimulatedKey, read_seconds: float = 60.0) -> None:
        self._key = key
        self._read_seconds = read_seconds
        self._attach_id = key.attach_id
        self._reports: deque[bytes] = deque()
        self._closed = False
        key.check_attached(self._attach_id)

    def write_packet(self, data: bytes) -> None:
        """Send one report."""
        self._check_open()
        self._key.receive(bytes(data), self._reports.append, self._attach_id)

    def read_packet(self) -> bytes:
        """The next report."""
        key = self._key
        deadline = key.now() + self._read_seconds
        while True:
            with key.condition:
                if self._reports:
                    return self._reports.popleft()
                self._check_open()
                key.check_attached(self._attach_id)
                now, due = key.now(), key.due
                if now >= deadline:
                    raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
                if due is None or due > now:
                    key.condition.wait(min(deadline, deadline if due is None else due) - now)
            key.tick()  # not under the lock: it may call the key's observer

    def close(self) -> None:
        """Let go; who reads is woken with an OSError(EBADF)."""
        with self._key.condition:
            self._closed = True
            self._key.condition.notify_all()

    def _check_open(self) -> None:
        if self._closed:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def descriptor(key: SimulatedKey) -> HidDescriptor:
    """The key as HID enumeration shows it."""
    traits = key.traits
    path = f"simulated:{traits.serial}"
    return HidDescriptor(path, traits.vendor_id, traits.product_id, REPORT, REPORT, traits.product, traits.serial)


def connect(key: SimulatedKey, read_seconds: float = 60.0) -> CtapHidDevice:
    """The key as a python-fido2 device. Raises OSError when it is not plugged in."""
    return CtapHidDevice(descriptor(key), SimulatedHidConnection(key, read_seconds))
