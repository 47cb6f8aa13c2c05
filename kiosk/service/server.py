"""The HTTPS server: uvicorn with TLS, as the main thing of a process or in a thread of another program."""

from __future__ import annotations

import asyncio
import errno
import gc
import signal
import socket
import ssl
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Thread
from types import FrameType
from typing import Final

import uvicorn
from fastapi import FastAPI

from kiosk.errors import ConfigurationError, PortTaken
from kiosk.service.doorway import Doorway
from kiosk.service.fast_http import BoundedHttp
from kiosk.service.proxy_protocol import Networks
from kiosk.service.replica import Replica

if sys.platform != "win32":
    import resource

START_TIMEOUT: Final = 20.0
"""Seconds until a server that does not answer is given up."""

GRACE: Final = 10
"""Seconds that requests in hand may take when the server stops."""

_KEEP_ALIVE = 75  # seconds; a station keeps its connection from one screen to the next
_MAX_CONNECTIONS = 8192
_MOMENT = 1.0  # seconds that somebody who came while a drain ended has to ask
_SPARE_FILES = 256  # what a process has open besides its connections


def _nobody() -> None:
    """Nobody waits for news."""


@dataclass(frozen=True, slots=True)
class Leave:
    """How a server takes its leave when it is told to by a signal: first the `replica` says that it is not ready any
    more, then requests go on for `drain` seconds, so that a load balancer sends them elsewhere, then it stops.

    `dismiss` answers whoever waits for news: they wait elsewhere. It is called at the beginning and at the end. A
    second signal ends the process at once. From the end of the drain it takes GRACE seconds at most.
    """

    replica: Replica = field(default_factory=Replica)
    drain: float = 0.0
    dismiss: Callable[[], None] = _nobody


class Server:
    """One listening server. The address is taken at once, so that its port is known and PortTaken is raised early.

    At most `connections` are held at once. `proxies` say for whom each of theirs is (see `proxy_protocol`).
    """

    def __init__(
        self,
        app: FastAPI,
        context: ssl.SSLContext,
        host: str,
        port: int,
        *,
        connections: int = _MAX_CONNECTIONS,
        leave: Leave = Leave(),
        proxies: Sequence[str] = (),
    ) -> None:
        """Raises PortTaken, ConfigurationError (an address that this machine does not have)."""
        allow_files(connections + _SPARE_FILES)
        self._socket = _listen(host, port)
        self._host = host
        config = uvicorn.Config(
            app,
            loop="auto",  # uvloop, where there is one
            http=BoundedHttp,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=connections,
            timeout_keep_alive=_KEEP_ALIVE,
            timeout_graceful_shutdown=GRACE,
            ssl_context_factory=lambda _config, _default: context,
        )
        self._server = _Uvicorn(config, leave, Networks(proxies))
        self._thread = Thread(target=self.run, name="keywright-https", daemon=True)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._socket.getsockname()[1])

    @property
    def url(self) -> str:
        """Where it is reached from this machine, without a slash at the end."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"https://{host}:{self.port}"

    def run(self) -> None:
        """Serve until `stop`, or in the main thread until SIGINT or SIGTERM."""
        self._server.run(sockets=[self._socket])

    def start(self) -> None:
        """Serve in a thread; returns when requests are answered. Raises TimeoutError."""
        self._thread.start()
        deadline = time.monotonic() + START_TIMEOUT
        while not self._server.started:
            self._thread.join(0.005)
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise TimeoutError("the service did not start")

    def stop(self) -> None:
        """End the thread after the requests in hand. Safe to call twice."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(GRACE + 5)
        self._socket.close()


class _Uvicorn(uvicorn.Server):
    """A server that takes its leave, and does not wait for idle clients to say goodbye when it stops."""

    def __init__(self, config: uvicorn.Config, leave: Leave, proxies: Networks) -> None:
        super().__init__(config)
        self._leave, self._proxies = leave, proxies
        self._doorways: list[Doorway] = []
        self._until: float | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Take connections, each through a doorway where there are proxies."""
        proxied = (sockets or []) if self._proxies else []
        self._doorways = [Doorway(each, self.config, self.server_state, self._proxies) for each in proxied]
        await super().startup([] if proxied else sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal. A second one finds what the system does by itself: it ends the process."""
        del frame
        self._captured_signals.append(sig)
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_DFL)
        self._leave.replica.leave()

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second; whether to stop."""
        if self._leave.replica.leaving and self._until is None:
            self._until = time.monotonic() + self._leave.drain
            self._leave.dismiss()
        if self._until is not None and time.monotonic() >= self._until:
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let nobody in any more, give a moment to whoever came just now, then end idle connections at once; asyncio
        would wait for each one's TLS close."""
        self._leave.replica.leave()
        self._leave.dismiss()
        for server in self.servers:
            server.close()
        for doorway in self._doorways:
            await doorway.close()
        ends = time.monotonic() + (_MOMENT if self._leave.drain else 0.0)
        while self._newcomers() and time.monotonic() < ends:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.02)
        for connection in list(self.server_state.connections):
            cycle = getattr(connection, "cycle", None)
            if cycle is None or cycle.response_complete:
                connection.transport.abort()
        for doorway in self._doorways:
            await doorway.dismiss()
        await super().shutdown(sockets)

    def _newcomers(self) -> bool:
        """Whether somebody has connected and not asked yet."""
        return any(getattr(connection, "cycle", None) is None for connection in self.server_state.connections)


def leave_alone_what_is_there() -> None:
    """Keep the collector of garbage from what the program is made of: to look at all of it takes a third of a second,
    in which nobody is answered. For a process that only serves from now on."""
    gc.collect()
    gc.freeze()


def allow_files(wanted: int) -> None:
    """Let this process have so many files open, as far as the system allows without an administrator."""
    if sys.platform == "win32":
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < enough:
        resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # else asyncio leaves Nagle's delay on
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise PortTaken(host, port) from error
        raise ConfigurationError("server.host", error.strerror or "is no address of this machine") from error
    return listener
