"""The wire between the host and the HID side of a simulated key: where single reports go wrong, as its faults say."""

from __future__ import annotations

import errno
import os
import struct
from typing import Final, Protocol

from fido2.ctap import CtapError
from fido2.hid import CTAPHID

from hardware.simulated.ctaphid import REPORT, CtapHid, Sink
from hardware.simulated.faults import Faults, Trouble, Way
from hardware.simulated.interface import Meters

ERR = CtapError.ERR
_STRANGER: Final = 0x5EED  # the channel of a program that is not there
_INITIAL: Final = 0x80


class Port(Protocol):
    """Where the key is plugged in."""

    @property
    def faults(self) -> Faults:
        """What is wrong with the key."""
        ...

    def die(self) -> None:
        """Leave the port."""
        ...


class Wire:
    """Both ways of the reports of one power-up."""

    def __init__(self, hid: CtapHid, meters: Meters, port: Port) -> None:
        self._hid = hid
        self._meters = meters
        self._port = port
        self._held: list[bytes] | None = None
        self.hung = False

    def to_key(self, report: bytes, sink: Sink) -> None:
        """A report of the host, whose answers go to `sink`. Raises OSError: ENODEV, EIO."""
        self._meters.reports_out += 1
        trouble = self._port.faults.trouble(Way.OUT, self._meters.reports_out)
        if trouble is Trouble.UNPLUG:
            self._port.die()
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        if trouble is Trouble.WRITE_FAILS:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        if trouble is Trouble.STALE:
            self._to_host(_stale(report), sink)
        if trouble is Trouble.BUSY:
            self._to_host(_busy(report), sink)
            return
        for arrived in self._arriving(report, trouble):
            self._hid.receive(arrived, lambda answer: self._to_host(answer, sink))

    def _to_host(self, report: bytes, sink: Sink) -> None:
        if self.hung:
            return
        self._meters.reports_in += 1
        trouble = self._port.faults.trouble(Way.IN, self._meters.reports_in)
        if trouble is Trouble.UNPLUG:
            self._port.die()
            return
        if trouble is Trouble.STALE:
            self._in_step(_stale(report), sink)
        for arrived in self._arriving(_busy(report) if trouble is Trouble.BUSY else report, trouble):
            self._in_step(arrived, sink)

    def _arriving(self, report: bytes, trouble: Trouble | None) -> tuple[bytes, ...]:
        """What is there of a report at the other end, whichever that is."""
        if trouble is Trouble.HANG:
            self.hung = True
        if self.hung or trouble is Trouble.LOSE:
            return ()
        if trouble is Trouble.DUPLICATE:
            return report, report
        return (_of_a_stranger(report) if trouble is Trouble.WRONG_CHANNEL else report,)

    def _in_step(self, report: bytes, sink: Sink) -> None:
        """Pass the report on, or, once a cancel has confused the key, keep its message until the next one is there."""
        confused = self._held is not None or (self._port.faults.out_of_step_after_cancel and _says_cancelled(report))
        if not confused or report[4] == _INITIAL | CTAPHID.KEEPALIVE:
            sink(report)
        elif report[4] & _INITIAL:
            held, self._held = self._held or [], [report]
            for late in held:
                sink(late)
        elif self._held is not None:
            self._held.append(report)


def _message(channel: bytes, command: int, data: bytes) -> bytes:
    return (channel + struct.pack(">BH", _INITIAL | command, len(data)) + data).ljust(REPORT, b"\0")


def _busy(report: bytes) -> bytes:
    return _message(report[:4], CTAPHID.ERROR, bytes([ERR.CHANNEL_BUSY]))


def _stale(report: bytes) -> bytes:
    return _message(report[:4], CTAPHID.CBOR, bytes([ERR.KEEPALIVE_CANCEL]))


def _of_a_stranger(report: bytes) -> bytes:
    return _STRANGER.to_bytes(4, "big") + report[4:]


def _says_cancelled(report: bytes) -> bool:
    return report[4:8] == _stale(report)[4:8]
