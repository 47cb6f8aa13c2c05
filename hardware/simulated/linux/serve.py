"""The thread that drives a simulated key behind the kernel: its reports, its clock, its coming and going."""

from __future__ import annotations

import errno
import os
import select
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from hardware.simulated.key import SimulatedKey
from hardware.simulated.linux.cable import Cable

_MOST_WAITING: Final = 256
"""Reports kept for a host that does not ask for them: more than one message (CTAP 2.1 section 11.2.4)."""


class Server:
    """One key on one cable. `run` owns the cable; everything else may be called from every thread and from a signal.

    The key is plugged and unplugged by its own methods, whoever calls them: the cable follows. `on_plugged` is called
    on the thread of `run` each time the kernel has seen it come.
    """

    def __init__(self, key: SimulatedKey, cable: Cable, on_plugged: Callable[[], None] = lambda: None) -> None:
        self._key = key
        self._cable = cable
        self._on_plugged = on_plugged
        self._outgoing: deque[bytes] = deque(maxlen=_MOST_WAITING)
        self._plugged_as = 0
        self._stopping = False
        self._bell, self._ringer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        key.on_change = self._wake

    def run(self) -> None:
        """Serve until `stop`. Raises Missing, OSError; nothing of the cable is left behind either way."""
        try:
            while not self._stopping:
                self._follow()
                self._wait()
                self._key.tick()
        finally:
            self._key.unplug()
            self._cable.close()

    def stop(self) -> None:
        """Let `run` return."""
        self._stopping = True
        self._wake()

    def close(self) -> None:
        """After `run`: give back what wakes it."""
        self._key.on_change = lambda: None
        os.close(self._bell)
        os.close(self._ringer)

    def _follow(self) -> None:
        """Plug or unplug the cable as the key is."""
        wanted = self._key.attach_id if self._key.plugged else 0
        if wanted == self._plugged_as:
            return
        if self._plugged_as:
            self._cable.unplug()
        self._outgoing.clear()
        self._plugged_as = wanted
        if wanted:
            self._cable.plug()
            self._on_plugged()

    def _wait(self) -> None:
        """Until a report comes or can go, the bell rings, or the key has something to do; then let reports through."""
        due = self._key.due
        patience = None if due is None else max(due - self._key.now(), 0.0)
        listens: list[int | Cable] = [self._bell, self._cable] if self._plugged_as else [self._bell]
        speaks = [self._cable] if self._plugged_as and self._outgoing else []
        readable, writable, _ = select.select(listens, speaks, [], patience)
        if self._bell in readable:
            with suppress(BlockingIOError):
                os.read(self._bell, _MOST_WAITING)
        if self._cable in writable:
            self._send()
        if self._cable in readable:
            self._receive()

    def _receive(self) -> None:
        report = self._cable.receive()
        if report is None:
            return
        try:
            self._key.receive(report, self._queue, self._plugged_as)
        except OSError as error:
            if error.errno != errno.ENODEV:  # pulled a moment ago: nobody hears it
                raise
        self._send()

    def _send(self) -> None:
        try:
            while self._outgoing:
                self._cable.send(self._outgoing[0])
                self._outgoing.popleft()
        except BlockingIOError:
            pass  # the host has not asked for the one before
        except OSError:
            self._outgoing.clear()  # the host does not listen any more

    def _queue(self, report: bytes) -> None:
        self._outgoing.append(report)
        self._wake()

    def _wake(self) -> None:
        with suppress(BlockingIOError):  # it rings already
            os.write(self._ringer, b"!")
