"""Our simulated key as a UDP simulator: one 64-byte report a datagram, as firmware simulators of the field have it.

It listens on one loopback port and answers to another, whoever asked. To pull the key and plug it in again from afar
there is the vendor command `hardware.simulated.ctaphid.POWER_CYCLE` (CTAPHID 0x40).
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

from hardware.simulated.ctaphid import REPORT, Sink
from hardware.simulated.key import SimulatedKey
from hardware.simulated.traits import CTAP21, KeyTraits

HOST = "127.0.0.1"
LISTEN_PORT, ANSWER_PORT = 8111, 7112

_LOOK_UP_EVERY = 0.25  # seconds between two looks at `stop`


def serve_udp(
    key: SimulatedKey,
    stop: Event,
    listen: tuple[str, int] = (HOST, LISTEN_PORT),
    answer_to: tuple[str, int] = (HOST, ANSWER_PORT),
    on_ready: Callable[[int], None] = lambda _port: None,
) -> None:
    """Serve a plugged key until `stop` is set; `on_ready` gets the port it listens on.

    Raises ValueError for addresses beyond this machine, and OSError when the port is taken.
    """
    for host, _ in (listen, answer_to):
        if not ipaddress.ip_address(host).is_loopback:
            raise ValueError("a simulated key is served to this machine only")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind(listen)
        on_ready(wire.getsockname()[1])
        while not stop.is_set():
            due = key.due
            wait = _LOOK_UP_EVERY if due is None else min(_LOOK_UP_EVERY, due - key.now())
            datagram = _receive(wire, wait)
            if len(datagram) == REPORT:
                _hand_over(key, datagram, lambda report: _send(wire, report, answer_to))
            key.tick()


def run(
    listen_port: int = LISTEN_PORT,
    answer_port: int = ANSWER_PORT,
    *,
    state: Path | None = None,
    traits: KeyTraits = CTAP21,
    touches: Iterable[object] | None = None,
    stop: Event | None = None,
    on_ready: Callable[[int], None] = lambda _port: None,
) -> None:
    """`simulate --udp`: serve one key, plugged in from the start, until interrupted or `stop` is set.

    With `state` the key lives in that file and comes back with its PIN and credentials. Without `touches` it touches
    itself; else each item that comes from it (a line of the terminal, say) is one touch.
    Raises ValueError (not a state file), OSError (port taken, file not writable).
    """
    key = SimulatedKey(traits) if state is None else SimulatedKey.load(state, traits)
    key.touch_automatically = touches is None
    key.plug()
    if touches is not None:
        Thread(target=_touch, args=(key, touches), name="touches", daemon=True).start()
    serve_udp(key, stop or Event(), (HOST, listen_port), (HOST, answer_port), on_ready)


def _receive(wire: socket.socket, seconds: float) -> bytes:
    wire.settimeout(max(seconds, 0.001))
    try:
        return wire.recv(REPORT + 1)
    except (TimeoutError, ConnectionError):  # the latter: Windows tells of an answer that nobody took
        return b""


def _hand_over(key: SimulatedKey, report: bytes, sink: Sink) -> None:
    try:
        key.receive(report, sink, key.attach_id)
    except OSError as problem:
        if problem.errno != errno.ENODEV:  # not plugged in: nobody hears it
            raise


def _send(wire: socket.socket, report: bytes, address: tuple[str, int]) -> None:
    with suppress(OSError):  # like a report into an unplugged cable
        wire.sendto(report, address)


def _touch(key: SimulatedKey, touches: Iterable[object]) -> None:
    for _ in touches:
        key.touch()
