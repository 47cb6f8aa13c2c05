"""CTAPHID (CTAP 2.1 section 11.2) as a client speaks it: an end to every wait, and no answer but to what was asked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from threading import Event
from time import monotonic
from typing import Protocol

from fido2.ctap import STATUS, CtapDevice, CtapError
from fido2.hid import CTAPHID

from hardware.authenticator import KeyAddress
from hardware.errors import HardwareError, KeyBusy, KeyFault, KeyGone, KeySilent
from hardware.translate import ERR, hardware_error, translated
from hardware.transport.messages import BROADCAST, LARGEST, REPORT_BYTES, Reply, first_report, head, reports

__all__ = ["BROADCAST", "REPORT_BYTES", "HidChannel", "ReportPipe", "close_quietly", "open_channel"]

SILENCE = 3.0
"""Seconds without any report that make a key silent: at work it sends keep-alives every 0.1 s (CTAP 2.1 11.2.9.2.1)."""

CANCEL_GRACE = 1.0
"""Seconds that a key has to answer what it was working on after CTAPHID_CANCEL."""

OPENING = 3.0
"""Seconds for CTAPHID_INIT, whatever the key answers."""

INIT_AGAIN = 1.0
"""Seconds after which CTAPHID_INIT is sent once more."""

BUSY_PATIENCE = 2.0
"""Seconds during which a busy channel is tried again."""

BUSY_PAUSE = 0.1
"""Seconds between two tries."""

SLICE = 0.1
"""Seconds of one wait for a report, and so the longest that a cancel goes unnoticed."""

FLOOD = 512
"""Reports that nobody asked for, after which a key has lost its mind: four of the largest messages."""

INIT_ANSWER_BYTES = 17
NONCE_BYTES = 8

NOT_TAKEN = (ERR.INVALID_SEQ, ERR.TIMEOUT)
"""What a key says to a request of which reports were lost: it has done nothing of it (section 11.2.9.1.6)."""

CANCELLED = bytes([ERR.KEEPALIVE_CANCEL])


class ReportPipe(Protocol):
    """Where reports go and come from. Each method raises OSError when the key has left."""

    def write(self, report: bytes) -> None:
        """Send one report of 64 bytes."""
        ...

    def read(self, seconds: float) -> bytes | None:
        """The next report; None when there was none for so long. With 0, what is there already."""
        ...

    def close(self) -> None:
        """Let go of it. Safe to call twice."""
        ...


class HidChannel(CtapDevice):
    """One channel to a key: a command at a time, each of which ends.

    Each program that has opened a key reads all of its answers, so those to others are passed over. What comes on our
    channel unasked is the late answer to something older; then, and after each command that did not end in its own
    answer, CTAPHID_INIT brings the channel back in step before the next one, and a key that has lost step for good is
    told from that: it answers INIT with an older answer. `call` raises CtapError(INVALID_COMMAND), KeySilent, KeyBusy,
    KeyGone, KeyFault, Cancelled, and OSError when the key has left.
    """

    def __init__(
        self,
        address: KeyAddress,
        pipe: ReportPipe,
        clock: Callable[[], float] = monotonic,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._address = address
        self._pipe = pipe
        self._clock = clock
        self._random = random
        self._channel = BROADCAST
        self._cancelled = False
        if address.channel:
            self._pipe.write(first_report(address.channel.to_bytes(4, "big"), CTAPHID.CANCEL))
        about = self._initialize(Event())
        self._channel, self._capabilities = about[8:12], about[16]
        self._in_step = True

    def __repr__(self) -> str:
        return f"HidChannel({self._address.path!r}, {self._channel.hex()})"

    @property
    def address(self) -> KeyAddress:
        """Where the key is attached, with this channel."""
        return replace(self._address, channel=int.from_bytes(self._channel, "big"))

    @property
    def capabilities(self) -> int:
        """The CTAPHID capability flags of the key."""
        return self._capabilities

    def call(
        self,
        cmd: int,
        data: bytes = b"",
        event: Event | None = None,
        on_keepalive: Callable[[STATUS], None] | None = None,
    ) -> bytes:
        """Send one command and wait for its answer; once `event` is set the key is told to cancel it."""
        if len(data) > LARGEST:
            raise CtapError(ERR.INVALID_LENGTH)
        stop = event or Event()
        busy_until = self._clock() + BUSY_PATIENCE
        again = False
        while True:
            self._get_in_step(stop)
            try:
                return self._exchange(cmd, data, stop, on_keepalive)
            except CtapError as refused:
                if refused.code in NOT_TAKEN and not again:
                    again = True
                elif refused.code == ERR.CHANNEL_BUSY and self._clock() < busy_until and not stop.is_set():
                    self._in_step = True  # nothing was begun
                    self._pass_over(BUSY_PAUSE)
                elif refused.code == ERR.INVALID_COMMAND:
                    raise
                else:  # of the line, not of the command: nobody above shall take it for an answer
                    raise hardware_error(refused) from refused

    def _exchange(self, command: int, data: bytes, stop: Event, on_keepalive: Callable[[STATUS], None] | None) -> bytes:
        """One request and its answer. Until that is there, the channel is in doubt."""
        self._in_step = self._cancelled = False
        for report in reports(self._channel, command, data):
            self._pipe.write(report)
        answer = self._answer(Reply(command, on_keepalive), stop, SILENCE)
        if answer == CANCELLED and not self._cancelled:
            # It may be late and of an older command, whose cancel was in time, and the answer to this one to come.
            try:
                answer = self._answer(Reply(command, on_keepalive), stop, CANCEL_GRACE)
            except KeySilent:
                return answer
        self._in_step = not self._cancelled
        return answer

    def _answer(self, reply: Reply, stop: Event, patience: float) -> bytes:
        silent_at = self._clock() + patience
        while self._clock() < silent_at:
            if not self._cancelled and stop.is_set():
                # Once: a key that is told twice may answer twice.
                self._pipe.write(first_report(self._channel, CTAPHID.CANCEL))
                self._cancelled, patience = True, CANCEL_GRACE
                silent_at = self._clock() + patience
            report = self._next(silent_at)
            if report and reply.take(report):
                if reply.complete:
                    return reply.data
                if not self._cancelled:
                    silent_at = self._clock() + patience
        raise KeySilent(patience)

    def _next(self, until: float) -> bytes | None:
        """The next report of our channel, None when a slice of the time is over without."""
        report = self._pipe.read(min(SLICE, max(0.0, until - self._clock())))
        return report if report and len(report) == REPORT_BYTES and report[:4] == self._channel else None

    def _get_in_step(self, stop: Event) -> None:
        if self._pass_over(0.0) or not self._in_step:
            self._in_step = False
            if self._initialize(stop)[8:12] != self._channel:
                raise KeyFault
            self._in_step = True

    def _pass_over(self, seconds: float) -> bool:
        """Drop what comes in that time, and say whether any of it was for us."""
        ends, for_us = self._clock() + seconds, False
        for _ in range(FLOOD):
            report = self._pipe.read(max(0.0, ends - self._clock()))
            if report is None and self._clock() >= ends:
                return for_us
            for_us |= report is not None and report[:4] == self._channel
        raise KeyFault

    def _initialize(self, stop: Event) -> bytes:
        """CTAPHID_INIT on our channel, or on the broadcast channel for a new one; its answer (section 11.2.9.1.3)."""
        nonces: list[bytes] = []
        failure: HardwareError = KeySilent(OPENING)
        ends = self._clock() + OPENING
        while self._clock() < ends and not (isinstance(failure, KeyFault) and nonces[1:]):
            nonces.append(self._random(NONCE_BYTES))
            self._pipe.write(first_report(self._channel, CTAPHID.INIT, nonces[-1]))
            for answer in self._heard(min(ends, self._clock() + INIT_AGAIN), stop):
                if isinstance(answer, HardwareError):
                    failure = answer
                elif answer[:NONCE_BYTES] == nonces[-1]:
                    return answer
                elif answer[:NONCE_BYTES] in nonces:
                    failure = KeyFault()  # one answer behind, unless ours follows
        raise failure

    def _heard(self, until: float, stop: Event) -> Iterator[bytes | HardwareError]:
        """Answers to CTAPHID_INIT until then, and what errors on the channel mean."""
        while self._clock() < until:
            if stop.is_set():
                raise CtapError(ERR.KEEPALIVE_CANCEL)
            report = self._next(until)
            if report is None:
                continue
            command, data = head(report)
            if command == CTAPHID.INIT and len(data) >= INIT_ANSWER_BYTES:
                yield data
            elif command == CTAPHID.ERROR and data[:1] == bytes([ERR.CHANNEL_BUSY]):
                yield KeyBusy()
                self._pass_over(BUSY_PAUSE)
                return
            elif command == CTAPHID.ERROR and self._channel != BROADCAST and data[:1] == bytes([ERR.INVALID_CHANNEL]):
                raise KeyGone
            elif command == CTAPHID.ERROR:
                yield KeyFault()  # or late, and of an older command: then the answer follows

    def close(self) -> None:
        """Let go of the pipe."""
        self._pipe.close()

    @classmethod
    def list_devices(cls) -> Iterator[CtapDevice]:
        """No devices: a `KeySource` found the one behind the pipe."""
        return iter(())


def open_channel(address: KeyAddress, pipe: ReportPipe, clock: Callable[[], float] = monotonic) -> HidChannel:
    """CTAPHID_INIT on the pipe, which the channel then owns; a failure closes it.

    Raises: KeyGone, KeyBusy, KeySilent, KeyFault.
    """
    try:
        with translated():
            return HidChannel(address, pipe, clock)
    except HardwareError:
        close_quietly(pipe)
        raise


def close_quietly(pipe: ReportPipe) -> None:
    """Close a pipe that may be broken already."""
    with suppress(OSError):
        pipe.close()
