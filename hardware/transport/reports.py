"""CTAPHID reports with a deadline, over anything that can send a report and wait a while for one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Protocol

from fido2.ctap import CtapDevice
from fido2.hid import CTAPHID, TYPE_INIT, CtapHidDevice
from fido2.hid.base import CtapHidConnection, HidDescriptor

from hardware.authenticator import KeyAddress
from hardware.errors import HardwareError, KeyBusy, KeySilent
from hardware.translate import translated

REPORT_BYTES = 64
"""The size of a report of full-speed keys; `CtapHidDevice` pads to it."""

SILENCE = 3.0
"""Seconds without any report that make a key silent: at work it sends keep-alives every 0.1 s (CTAP 2.1 11.2.9.2.1)."""

CANCEL_GRACE = 1.0
"""Seconds without any report after CTAPHID_CANCEL."""

OPENING = 3.0
"""Seconds for CTAPHID_INIT, whatever the key answers."""

SLICE = 0.25
"""Seconds of one wait for a report."""

BROADCAST = b"\xff\xff\xff\xff"
INIT = TYPE_INIT | CTAPHID.INIT
CANCEL = TYPE_INIT | CTAPHID.CANCEL


class ReportPipe(Protocol):
    """Where reports go and come from. Each method raises OSError when the key has left."""

    def write(self, report: bytes) -> None:
        """Send one report of 64 bytes."""
        ...

    def read(self, seconds: float) -> bytes | None:
        """The next report; None when there was none for so long."""
        ...

    def close(self) -> None:
        """Let go of it. Safe to call twice."""
        ...


class PatientConnection(CtapHidConnection):
    """Reports of our channel only, and an end to every wait.

    Each program that has opened a key reads all of its answers, so those to others are passed over.
    """

    def __init__(self, pipe: ReportPipe, clock: Callable[[], float] = monotonic) -> None:
        self._pipe = pipe
        self._clock = clock
        self._patience = SILENCE
        self._sent = b""
        self._heard = False
        self._opening_until: float | None = clock() + OPENING

    def opened(self) -> None:
        """CTAPHID_INIT is done: from now on only silence ends a wait."""
        self._opening_until = None

    def write_packet(self, data: bytes) -> None:
        """Send a report. Raises KeySilent or KeyBusy when opening takes too long, OSError when the key has left."""
        self._check_opening()
        cancels = data[4] == CANCEL
        self._patience = CANCEL_GRACE if cancels else SILENCE
        if not cancels and data[4] & TYPE_INIT:
            self._sent = data
        self._pipe.write(data)

    def read_packet(self) -> bytes:
        """The next report of our channel. Raises KeySilent when it does not come, OSError when the key has left."""
        silent_at = self._clock() + self._patience
        while True:
            self._check_opening()
            report = self._pipe.read(SLICE)
            if report and self._ours(report):
                self._heard = True
                return report
            if self._clock() >= silent_at:
                raise KeySilent(self._patience)

    def _check_opening(self) -> None:
        if self._opening_until is not None and self._clock() >= self._opening_until:
            raise KeyBusy if self._heard else KeySilent(OPENING)

    def _ours(self, report: bytes) -> bool:
        if report[:4] != self._sent[:4]:
            return False
        # On the broadcast channel the nonce tells whom an answer to INIT is for (CTAP 2.1 section 11.2.9.1.3).
        shared = self._sent[:5] == BROADCAST + bytes([INIT]) == report[:5]
        return not shared or report[7:15] == self._sent[7:15]

    def close(self) -> None:
        """Let go of the pipe."""
        self._pipe.close()


def open_channel(address: KeyAddress, pipe: ReportPipe, clock: Callable[[], float] = monotonic) -> CtapDevice:
    """CTAPHID_INIT on the pipe, which the device then owns; a failure closes it.

    Raises: KeyGone, KeyBusy, KeySilent, KeyFault.
    """
    descriptor = HidDescriptor(
        address.path,
        address.vendor_id,
        address.product_id,
        REPORT_BYTES,
        REPORT_BYTES,
        address.product,
        address.serial,
    )
    connection = PatientConnection(pipe, clock)
    try:
        with translated():
            device = CtapHidDevice(descriptor, connection)
    except HardwareError:
        close_quietly(pipe)
        raise
    connection.opened()
    return device


def close_quietly(pipe: ReportPipe) -> None:
    """Close a pipe that may be broken already."""
    with suppress(OSError):
        pipe.close()
