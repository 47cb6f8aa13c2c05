"""A door before a server: counts who comes in, can be shut, and can let everybody in and say nothing."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Thread

_HOST = "127.0.0.1"


class Door:
    """Passes bytes between whoever connects to `port` and the server at `target`; one thread, ended by `close`."""

    def __init__(self, target: int) -> None:
        self.entered = 0
        self._target = target
        self._hanging = False
        self._lock = Lock()
        self._selector = selectors.DefaultSelector()
        self._peers: dict[socket.socket, socket.socket] = {}
        self._bell, self._ear = socket.socketpair()
        self._selector.register(self._ear, selectors.EVENT_READ)
        self._listener: socket.socket | None = None
        self.port = 0
        self.open()
        self._thread = Thread(target=self._run, name="door")
        self._thread.start()

    def open(self) -> None:
        """Listen, at the same port as ever."""
        self._listener = socket.create_server((_HOST, self.port))
        self.port = self._listener.getsockname()[1]
        with self._lock:
            self._selector.register(self._listener, selectors.EVENT_READ)
        self._bell.send(b"o")

    def shut(self) -> None:
        """Nobody gets in, and who is in is put out."""
        with self._lock:
            if self._listener is not None:
                self._selector.unregister(self._listener)
                self._listener.close()
                self._listener = None
            self._put_out()

    def put_out(self) -> None:
        """End all connections, as a server does that is started again."""
        with self._lock:
            self._put_out()

    @contextmanager
    def shut_for_now(self) -> Iterator[None]:
        """Shut until the block ends."""
        self.shut()
        try:
            yield
        finally:
            self.open()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Let everybody in, and pass nothing on, until the block ends."""
        self._hanging = True
        try:
            yield
        finally:
            self._hanging = False
            self.put_out()

    def close(self) -> None:
        """Shut for ever."""
        self.shut()
        self._bell.send(b"x")
        self._thread.join()
        self._selector.close()
        self._bell.close()
        self._ear.close()

    def _put_out(self) -> None:
        for each in list(self._peers):
            self._drop(each)

    def _run(self) -> None:
        while True:
            ready = [key.fileobj for key, _ in self._selector.select()]
            with self._lock:
                for each in ready:
                    assert isinstance(each, socket.socket)
                    if each is self._ear and self._ear.recv(1) == b"x":
                        return
                    self._serve(each)

    def _serve(self, ready: socket.socket) -> None:
        if ready is self._listener:
            self._let_in(ready)
        elif ready in self._peers:
            self._pass_on(ready)

    def _let_in(self, listener: socket.socket) -> None:
        inside, _ = listener.accept()
        outside = socket.create_connection((_HOST, self._target))
        self.entered += 1
        for one, other in ((inside, outside), (outside, inside)):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._peers[one] = other
            self._selector.register(one, selectors.EVENT_READ)

    def _pass_on(self, ready: socket.socket) -> None:
        try:
            data = ready.recv(1 << 16)
            if data and not self._hanging:
                self._peers[ready].sendall(data)
        except OSError:
            data = b""
        if not data:
            self._drop(ready)

    def _drop(self, one: socket.socket) -> None:
        for each in (one, self._peers.get(one)):
            if each is not None and self._peers.pop(each, None) is not None:
                self._selector.unregister(each)
                each.close()


@contextmanager
def door(target: int) -> Iterator[Door]:
    """A door that is closed at the end."""
    made = Door(target)
    try:
        yield made
    finally:
        made.close()
