"""CTAPHID (CTAP 2.1 section 11.2): 64-byte reports, channels and transactions, as a machine without a thread.

Reports go in by `receive`, time by `tick`, the person by `touch`; answers leave through the sink that came with the
request. `due` says when `tick` has something to do. So one thread can drive it, or several under one lock.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

from fido2.ctap import STATUS, CtapError
from fido2.hid import CTAPHID

from hardware.simulated.applet import Clock
from hardware.simulated.commands import Answering

REPORT: Final = 64
BROADCAST: Final = 0xFFFFFFFF
POWER_CYCLE: Final = 0x40
"""Vendor command of ours: as if the key were pulled out and put back, so that a served key can be re-plugged from afar.
It answers with no data, and every channel is gone after it."""

LARGEST: Final = REPORT - 7 + 128 * (REPORT - 5)  # bytes of one message, section 11.2.4
_VERSION: Final = 2  # CTAPHID protocol version
_KEEPALIVE_EVERY: Final = 0.1
_NEXT_REPORT_WITHIN: Final = 0.5

ERR = CtapError.ERR
Sink = Callable[[bytes], None]
"""Takes one report to the host."""


class Application(Protocol):
    """What lives behind the HID interface."""

    @property
    def capabilities(self) -> int:
        """The capability byte of CTAPHID_INIT."""
        ...

    @property
    def device_version(self) -> tuple[int, int, int]:
        """Major, minor, build."""
        ...

    @property
    def touch_seconds(self) -> float:
        """How long it waits for a touch."""
        ...

    @property
    def touches_itself(self) -> bool:
        """Whether no person is needed for a touch."""
        ...

    @property
    def keepalives(self) -> bool:
        """Whether keep-alives are sent."""
        ...

    def begin(self, request: bytes) -> tuple[Answering, float]:
        """Start on a CTAP2 request: the work, and the seconds it takes before it can be done."""
        ...

    def step(self, work: Answering) -> bytes | None:
        """Work on until a touch is needed (None) or the answer is there."""
        ...

    def expire(self, work: Answering) -> bytes:
        """The answer when nobody came in time."""
        ...

    def simple(self, command: int, data: bytes) -> bytes:
        """Answer MSG, WINK and vendor commands. Raises CtapError for what is not there."""
        ...


@dataclass(slots=True)
class _Assembly:
    """A request of which reports are still missing."""

    channel: int
    sink: Sink
    command: int
    length: int
    expires: float
    data: bytearray = field(default_factory=bytearray)
    sequence: int = 0


@dataclass(slots=True)
class _Operation:
    """A CTAP2 request that the key works on; `ready_at` is when the work is done, `gives_up_at` ends the wait."""

    channel: int
    sink: Sink
    work: Answering
    ready_at: float
    keepalive_at: float
    gives_up_at: float | None = None

    @property
    def status(self) -> STATUS:
        return STATUS.PROCESSING if self.gives_up_at is None else STATUS.UPNEEDED


class CtapHid:
    """The HID side of a key since its last power-up."""

    def __init__(self, application: Application, clock: Clock) -> None:
        self._application = application
        self._clock = clock
        self._channels = 0
        self._assembly: _Assembly | None = None
        self._operation: _Operation | None = None

    @property
    def wants_touch(self) -> bool:
        """Whether a touch would be taken now."""
        return self._operation is not None and self._operation.gives_up_at is not None

    @property
    def due(self) -> float | None:
        """The time at which `tick` has something to do."""
        if self._assembly is not None:
            return self._assembly.expires
        if (operation := self._operation) is None:
            return None
        ends = operation.ready_at if operation.gives_up_at is None else operation.gives_up_at
        return min(ends, operation.keepalive_at)

    def receive(self, report: bytes, sink: Sink) -> None:
        """Take one report from the host; anything that is not 64 bytes long is no report and is ignored."""
        if len(report) != REPORT:
            return
        channel, first = struct.unpack_from(">IB", report)
        if first & 0x80:
            (length,) = struct.unpack_from(">H", report, 5)
            self._initial(channel, first & 0x7F, length, report[7:], sink)
        else:
            self._continuation(channel, first, report[5:])

    def tick(self) -> None:
        """Do what time has made due."""
        now = self._clock()
        if (assembly := self._assembly) is not None and now >= assembly.expires:
            self._assembly = None
            self._error(assembly.channel, ERR.TIMEOUT, assembly.sink)
        if (operation := self._operation) is None:
            return
        if operation.gives_up_at is None and now >= operation.ready_at:
            self._work(operation)
        elif operation.gives_up_at is not None and now >= operation.gives_up_at:
            self._end(operation, self._application.expire(operation.work))
        elif operation.gives_up_at is not None and self._application.touches_itself:
            self.touch()
        elif now >= operation.keepalive_at:
            self._keepalive(operation)

    def touch(self) -> None:
        """The person touches the key; without a request for it that means nothing."""
        if self._operation is not None and self._operation.gives_up_at is not None:
            self._operation.gives_up_at = None
            self._operation.ready_at = self._clock()
            self._work(self._operation)

    def _initial(self, channel: int, command: int, length: int, data: bytes, sink: Sink) -> None:
        if command == CTAPHID.INIT and self._channel_given(channel, or_broadcast=True):
            self._init(channel, length, data, sink)
        elif not self._channel_given(channel):
            self._error(channel, ERR.INVALID_CHANNEL, sink)
        elif command == CTAPHID.CANCEL:
            self._cancel(channel)
        elif self._operation is not None or (self._assembly is not None and self._assembly.channel != channel):
            self._error(channel, ERR.CHANNEL_BUSY, sink)
        elif self._assembly is not None:  # a new message where the rest of the old one was expected
            self._assembly = None
            self._error(channel, ERR.INVALID_SEQ, sink)
        elif length > LARGEST:
            self._error(channel, ERR.INVALID_LENGTH, sink)
        else:
            self._assembly = _Assembly(channel, sink, command, length, self._clock() + _NEXT_REPORT_WITHIN)
            self._add(self._assembly, data)

    def _continuation(self, channel: int, sequence: int, data: bytes) -> None:
        assembly = self._assembly
        if assembly is None or assembly.channel != channel:  # spurious: ignored, section 11.2.5.4
            return
        if sequence != assembly.sequence:
            self._assembly = None
            self._error(channel, ERR.INVALID_SEQ, assembly.sink)
            return
        assembly.sequence += 1
        assembly.expires = self._clock() + _NEXT_REPORT_WITHIN
        self._add(assembly, data)

    def _add(self, assembly: _Assembly, data: bytes) -> None:
        assembly.data += data[: assembly.length - len(assembly.data)]
        if len(assembly.data) == assembly.length:
            self._assembly = None
            self._message(assembly)

    def _channel_given(self, channel: int, *, or_broadcast: bool = False) -> bool:
        return 0 < channel <= self._channels or (or_broadcast and channel == BROADCAST)

    def _init(self, channel: int, length: int, data: bytes, sink: Sink) -> None:
        """Give a new channel, or bring an old one back to a known state (sections 11.2.9.1.3 and 11.2.5.3)."""
        if length != 8:
            self._error(channel, ERR.INVALID_LENGTH, sink)
            return
        given = channel
        if channel == BROADCAST:
            self._channels += 1
            given = self._channels
        else:
            self._abort(channel)
        version = self._application.device_version
        about = struct.pack(">IBBBBB", given, _VERSION, *version, self._application.capabilities)
        self._send(channel, CTAPHID.INIT, data[:8] + about, sink)

    def _abort(self, channel: int) -> None:
        if self._assembly is not None and self._assembly.channel == channel:
            self._assembly = None
        if self._operation is not None and self._operation.channel == channel:
            self._operation.work.close()
            self._operation = None

    def _cancel(self, channel: int) -> None:
        """CTAPHID_CANCEL is never answered itself; the cancelled request is."""
        if self._operation is not None and self._operation.channel == channel:
            self._end(self._operation, bytes([ERR.KEEPALIVE_CANCEL]))

    def _message(self, message: _Assembly) -> None:
        channel, sink, data = message.channel, message.sink, bytes(message.data)
        try:
            if message.command == CTAPHID.PING:
                self._send(channel, CTAPHID.PING, data, sink)
            elif message.command == CTAPHID.CBOR:
                work, seconds = self._application.begin(data)
                now = self._clock()
                self._operation = _Operation(channel, sink, work, now + seconds, now + _KEEPALIVE_EVERY)
                self.tick()
            else:
                self._send(channel, message.command, self._application.simple(message.command, data), sink)
        except CtapError as refused:
            self._error(channel, refused.code, sink)

    def _work(self, operation: _Operation) -> None:
        answer = self._application.step(operation.work)
        if answer is not None:
            self._operation = None
            self._send(operation.channel, CTAPHID.CBOR, answer, operation.sink)
            return
        operation.gives_up_at = self._clock() + self._application.touch_seconds
        self._keepalive(operation)
        if self._application.touches_itself:
            self.touch()

    def _end(self, operation: _Operation, answer: bytes) -> None:
        self._operation = None
        operation.work.close()
        self._send(operation.channel, CTAPHID.CBOR, answer, operation.sink)

    def _keepalive(self, operation: _Operation) -> None:
        operation.keepalive_at = self._clock() + _KEEPALIVE_EVERY
        if self._application.keepalives:
            self._send(operation.channel, CTAPHID.KEEPALIVE, bytes([operation.status]), operation.sink)

    def _error(self, channel: int, code: int, sink: Sink) -> None:
        self._send(channel, CTAPHID.ERROR, bytes([code]), sink)

    @staticmethod
    def _send(channel: int, command: int, data: bytes, sink: Sink) -> None:
        for report in _reports(channel, command, data):
            sink(report)


def _reports(channel: int, command: int, data: bytes) -> Iterator[bytes]:
    """One message, cut into reports (section 11.2.4)."""
    head = struct.pack(">IBH", channel, 0x80 | command, len(data))
    room = REPORT - len(head)
    yield (head + data[:room]).ljust(REPORT, b"\0")
    for sequence, start in enumerate(range(room, len(data), REPORT - 5)):
        yield (struct.pack(">IB", channel, sequence) + data[start : start + REPORT - 5]).ljust(REPORT, b"\0")
