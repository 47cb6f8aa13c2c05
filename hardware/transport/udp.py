"""A key simulator on this machine: CTAPHID over UDP, one report a datagram, as firmware simulators have it."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic

from fido2.ctap import CtapDevice
from fido2.hid import CTAPHID, TYPE_INIT

from hardware.authenticator import Authenticator, KeyAddress, Transport
from hardware.errors import KeyBusy, KeyGone, KeySwapped
from hardware.fido import open_device
from hardware.transport.around import Around
from hardware.transport.hotplug import Looking
from hardware.transport.reports import BROADCAST, REPORT_BYTES, open_channel

PROBE_SECONDS = 0.2
"""How long a simulator may take to answer a probe."""

MISSES = 3
"""Probes in a row without an answer after which a simulator is gone: a busy machine may eat one."""

NONCE_BYTES = 8
Endpoint = tuple[str, int]


class UdpPipe:
    """Reports to one simulator, and those that it sends back."""

    def __init__(self, peer: Endpoint, listen_port: int) -> None:
        self._peer = peer
        self.answers_from: Endpoint | None = None
        self.last_sender: Endpoint | None = None
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind((peer[0], listen_port))
        except OSError as error:
            self._socket.close()
            raise KeyBusy from error

    def write(self, report: bytes) -> None:
        """Send one report as a datagram."""
        self._socket.sendto(report, self._peer)

    def read(self, seconds: float) -> bytes | None:
        """The next report; None when there was none for so long, or it came from somebody else."""
        self._socket.settimeout(seconds)
        try:
            report, self.last_sender = self._socket.recvfrom(REPORT_BYTES + 1)
        except (TimeoutError, BlockingIOError):  # the latter: there is nothing, and no time to wait for it
            return None
        stranger = self.answers_from not in (None, self.last_sender)
        return None if stranger or len(report) != REPORT_BYTES else report

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()


class Presence:
    """Whether the simulator is there, and whether it is still the one that was: it forgets channels when it restarts.

    Whoever answers with the nonce of INIT is the simulator; datagrams of others are not read any more.
    """

    def __init__(self, random: Callable[[int], bytes], clock: Callable[[], float]) -> None:
        self._random = random
        self._clock = clock
        self._channel: bytes | None = None
        self._misses = MISSES
        self._sender: Endpoint | None = None
        self.attach_id = 0

    @property
    def attached(self) -> bool:
        """What the last probes found."""
        return self._misses < MISSES

    def probe(self, pipe: UdpPipe) -> None:
        """PING on our channel, or INIT for a new one."""
        alive = self._ping(pipe) if self._channel else None
        if alive is None:
            alive = self._init(pipe)
        self._misses = 0 if alive else self._misses + 1
        if not self.attached:
            self._channel = None

    def _ping(self, pipe: UdpPipe) -> bool | None:
        """Whether it answers; None when it does not know the channel."""
        assert self._channel is not None
        pipe.answers_from = self._sender
        nonce = self._random(NONCE_BYTES)
        answer = self._exchange(pipe, self._channel, CTAPHID.PING, nonce)
        return None if answer and answer[4] == TYPE_INIT | CTAPHID.ERROR else answer is not None

    def _init(self, pipe: UdpPipe) -> bool:
        pipe.answers_from = None
        answer = self._exchange(pipe, BROADCAST, CTAPHID.INIT, self._random(NONCE_BYTES))
        if answer is None:
            return False
        self._channel = answer[15:19]
        self._sender = pipe.answers_from = pipe.last_sender
        self.attach_id += 1
        return True

    def _exchange(self, pipe: UdpPipe, channel: bytes, command: int, nonce: bytes) -> bytes | None:
        """The answer that repeats the nonce, or an error on a channel of ours; None when there is none in time."""
        head = channel + struct.pack(">BH", TYPE_INIT | command, len(nonce))
        ends = self._clock() + PROBE_SECONDS
        try:
            pipe.write((head + nonce).ljust(REPORT_BYTES, b"\0"))
            while (left := ends - self._clock()) > 0:
                answer = pipe.read(left)
                if answer and answer[:5] == head[:5] and answer[7:15] == nonce:
                    return answer
                if answer and channel != BROADCAST and answer[:5] == channel + bytes([TYPE_INIT | CTAPHID.ERROR]):
                    return answer
        except OSError:
            return None
        return None


class UdpSource:
    """One simulator as a `KeySource`: we send to `send_port`, it answers to `listen_port`.

    The port is held only while it is used: during a probe, and from `open` to the key's `close`.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        send_port: int = 8111,
        listen_port: int = 7112,
        *,
        random: Callable[[int], bytes] = os.urandom,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._peer = (host, send_port)
        self._listen_port = listen_port
        self._clock = clock
        self._presence = Presence(random, clock)
        self._pipe: UdpPipe | None = None
        self._turn = Lock()
        self._news = Looking()

    def changed(self, seconds: float) -> bool:
        """Let a moment pass, and say that it must be looked: nobody tells of a datagram's other end."""
        return self._news.wait(seconds)

    def attached(self) -> tuple[KeyAddress, ...]:
        """The simulator, if it answers. Raises KeyBusy when another program holds the port."""
        if self._turn.acquire(blocking=False):  # else a command is going on, which finds out by itself
            try:
                self._probe()
            finally:
                self._turn.release()
        return (self._address(),) if self._presence.attached else ()

    def _address(self) -> KeyAddress:
        host, port = self._peer
        return KeyAddress(Transport.UDP, f"{host}:{port}", self._presence.attach_id, product="Simulator")

    def _probe(self) -> None:
        with self._borrowed() as pipe:
            self._presence.probe(pipe)

    @contextmanager
    def _borrowed(self) -> Iterator[UdpPipe]:
        if self._pipe is not None:
            yield self._pipe
            return
        pipe = UdpPipe(self._peer, self._listen_port)
        try:
            yield pipe
        finally:
            pipe.close()

    def open(self, address: KeyAddress) -> Authenticator:
        """Open the simulator. Raises KeyGone, KeySwapped (it restarted), KeyBusy, KeySilent, KeyFault."""
        with self._turn:
            if self._pipe is not None:
                raise KeyBusy
            pipe = UdpPipe(self._peer, self._listen_port)
            try:
                self._check_same(address, pipe)
            except (KeyGone, KeySwapped):
                pipe.close()
                raise
            channel = open_channel(address, pipe, self._clock)
            self._pipe = pipe
        return open_device(channel.address, TakingTurns(channel, self._turn, self._released), self._clock)

    def _check_same(self, address: KeyAddress, pipe: UdpPipe) -> None:
        self._presence.probe(pipe)
        if not self._presence.attached:
            raise KeyGone
        if address != self._address():
            raise KeySwapped

    def _released(self) -> None:
        self._pipe = None


class TakingTurns(Around):
    """A device whose commands do not meet a probe on the same port."""

    def __init__(self, device: CtapDevice, turn: Lock, on_close: Callable[[], None]) -> None:
        super().__init__(device)
        self._turn = turn
        self._on_close = on_close

    def exchange(self, command: int, data: bytes, send: Callable[[], bytes]) -> bytes:
        """As Around, in our turn."""
        del command, data
        with self._turn:
            return send()

    def close(self) -> None:
        """Close the channel."""
        with self._turn:
            super().close()
            self._on_close()
