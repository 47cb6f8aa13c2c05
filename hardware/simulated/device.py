"""The USB cable that is not there: reports to and from a simulated key."""

from __future__ import annotations

import errno
import os
from collections import deque

from fido2.hid import CtapHidDevice
from fido2.hid.base import CtapHidConnection, HidDescriptor

from hardware.simulated.ctaphid import REPORT
from hardware.simulated.key import SimulatedKey


class SimulatedPipe:
    """One open handle on a key that is in since `attach_id`: a `ReportPipe` of hardware.transport.

    Each method raises OSError: ENODEV once the key was pulled, also when it is in again, and EBADF once closed.
    """

    def __init__(self, key: SimulatedKey, attach_id: int) -> None:
        self._key = key
        self._attach_id = attach_id
        self._reports: deque[bytes] = deque()
        self._closed = False
        key.check_attached(attach_id)

    def write(self, report: bytes) -> None:
        """Send one report."""
        self._check_open()
        self._key.receive(bytes(report), self._reports.append, self._attach_id)

    def read(self, seconds: float) -> bytes | None:
        """The next report; None when there was none for so long. Waits without polling: whatever happens wakes it."""
        key = self._key
        deadline = key.now() + seconds
        while True:
            with key.condition:
                if self._reports:
                    return self._reports.popleft()
                self._check_open()
                key.check_attached(self._attach_id)
                now, due = key.now(), key.due
                if now >= deadline:
                    return None
                if due is None or due > now:
                    key.condition.wait(min(deadline, deadline if due is None else due) - now)
            key.tick()  # not under the lock: it may call the key's observer

    def close(self) -> None:
        """Let go of it, and wake who reads. Safe to call twice."""
        with self._key.condition:
            self._closed = True
            self._key.condition.notify_all()

    def _check_open(self) -> None:
        if self._closed:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))


class SimulatedHidConnection(CtapHidConnection):
    """The same handle as python-fido2 wants it. Raises TimeoutError, an OSError too, after `read_seconds` silent."""

    def __init__(self, key: SimulatedKey, read_seconds: float = 60.0) -> None:
        self._pipe = SimulatedPipe(key, key.attach_id)
        self._read_seconds = read_seconds

    def write_packet(self, data: bytes) -> None:
        """Send one report."""
        self._pipe.write(data)

    def read_packet(self) -> bytes:
        """The next report."""
        report = self._pipe.read(self._read_seconds)
        if report is None:
            raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        return report

    def close(self) -> None:
        """Let go of the key."""
        self._pipe.close()


def connect(key: SimulatedKey, read_seconds: float = 60.0) -> CtapHidDevice:
    """The key as a bare python-fido2 device. Raises OSError when it is not plugged in or stays silent."""
    traits = key.traits
    path = f"simulated:{traits.serial}"
    descriptor = HidDescriptor(path, traits.vendor_id, traits.product_id, REPORT, REPORT, traits.product, traits.serial)
    return CtapHidDevice(descriptor, SimulatedHidConnection(key, read_seconds))
