"""The way in to an agent: a door that lets in whom it knows, on each operating system by its own means.

Linux has a Unix socket, and the kernel tells both sides who the other is. Elsewhere (Windows: a named pipe) both sides
prove that they know a key that only the two of them were given. Frames are bytes; nothing is ever unpickled.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Protocol

import structlog

_log = structlog.get_logger("keywright.agent")

TELLS_PEERS = hasattr(socket, "SO_PEERCRED")
"""Whether the system tells who is at the other end of a Unix socket."""

BACKLOG = 8
PEERS_GROUPS = 59
"""SO_PEERGROUPS of Linux, which the module `socket` does not name."""


class Pipe(Protocol):
    """One connection: frames of bytes. Methods raise OSError, and EOFError when the other side is gone."""

    def send_bytes(self, buf: bytes) -> None:
        """Send one frame."""
        ...

    def recv_bytes(self, maxlength: int | None = None) -> bytes:
        """The next frame; one that is longer raises OSError."""
        ...

    def poll(self, timeout: float | None = 0.0) -> bool:
        """Wait for a frame, or the end."""
        ...

    def close(self) -> None:
        """End the connection."""
        ...


class Door(Protocol):
    """Where connections come in."""

    def wait(self, seconds: float) -> Pipe | None:
        """The next connection of somebody who may come in; None when nobody came for so long."""
        ...

    def close(self) -> None:
        """Let nobody in any more."""
        ...


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is at the other end of a Unix socket, as the kernel tells."""

    pid: int
    uid: int
    groups: frozenset[int] = frozenset()


def peer_of(connected: socket.socket) -> Peer:
    """Who is at the other end. Raises OSError."""
    size = struct.calcsize("3i")
    pid, uid, gid = struct.unpack("3i", connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    more: tuple[int, ...] = ()
    with suppress(OSError):  # Linux before 4.13 tells the first group only
        raw = connected.getsockopt(socket.SOL_SOCKET, PEERS_GROUPS, 4 * 1024)
        more = struct.unpack(f"{len(raw) // 4}I", raw)
    return Peer(pid, uid, frozenset((gid, *more)))


class SocketDoor:
    """A Unix socket at `path`, in a folder that the caller keeps to itself or to a group."""

    def __init__(self, path: Path, may_enter: Callable[[Peer], bool], group: int | None = None) -> None:
        """`group` may connect too. Raises OSError; EADDRINUSE when an agent listens there already."""
        self._may_enter = may_enter
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._bind(path)
            path.chmod(0o600 if group is None else 0o660)
            if group is not None:
                os.chown(path, -1, group)
            self._socket.listen(BACKLOG)
        except OSError:
            self._socket.close()
            raise

    def _bind(self, path: Path) -> None:
        try:
            self._socket.bind(str(path))
        except OSError as error:
            if error.errno != errno.EADDRINUSE or _answers(path):
                raise
            path.unlink()  # left behind by an agent that was killed
            self._socket.bind(str(path))

    def wait(self, seconds: float) -> Pipe | None:
        """As Door."""
        self._socket.settimeout(seconds)
        try:
            connected, _ = self._socket.accept()
        except (TimeoutError, ConnectionError):
            return None
        connected.setblocking(True)
        with connected:
            if not self._may_enter(peer_of(connected)):
                _log.warning("agent_refused_stranger")
                return None
            return Connection(connected.detach())

    def close(self) -> None:
        """As Door."""
        self._socket.close()
        with suppress(OSError):
            self._path.unlink()


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(str(path)) == 0


def knock(path: Path, trusted: Callable[[Peer], bool]) -> Pipe | None:
    """Connect to the Unix socket at `path`; None when a stranger listens there. Raises OSError."""
    connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with connected:
        connected.connect(str(path))
        return Connection(connected.detach()) if trusted(peer_of(connected)) else None


class KeyedDoor:
    """A named pipe (or a Unix socket) whose visitors must know `key`; a thread waits for them."""

    def __init__(self, address: str, key: bytes) -> None:
        """Raises OSError."""
        self._address = address
        self._key = key
        self._listener = Listener(address, authkey=key)
        self._came: SimpleQueue[Pipe] = SimpleQueue()
        self._closing = False
        self._thread = Thread(target=self._accept, name="keywright-agent-door", daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while not self._closing:
            try:
                self._came.put(self._listener.accept())
            except AuthenticationError:
                _log.warning("agent_refused_stranger")
            except (OSError, EOFError):
                continue

    def wait(self, seconds: float) -> Pipe | None:
        """As Door."""
        try:
            return self._came.get(timeout=seconds)
        except Empty:
            return None

    def close(self) -> None:
        """As Door."""
        self._closing = True
        with suppress(OSError, EOFError, AuthenticationError):
            knock_with_key(self._address, self._key).close()  # wakes the thread
        self._thread.join()
        self._listener.close()
        while not self._came.empty():
            self._came.get().close()


def knock_with_key(address: str, key: bytes) -> Pipe:
    """Connect where a `KeyedDoor` is. Raises OSError, EOFError, AuthenticationError."""
    return Client(address, authkey=key)
