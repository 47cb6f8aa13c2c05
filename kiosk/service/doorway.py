"""Lets in whoever comes through a proxy that passes TLS through, under the address that the proxy tells.

A proxy of `server.proxies` must say for whom a connection is, before anything else; nobody else is asked, and what
anybody else says of it is no TLS. Without proxies there is no doorway: uvicorn takes connections itself.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any, Final

import structlog
import uvicorn
from uvicorn.server import ServerState

from kiosk.service.fast_http import BoundedHttp
from kiosk.service.proxy_protocol import BadHead, Client, Networks, client_of, usual, wanted

_log = structlog.get_logger("keywright.service")

HEAD_TIMEOUT: Final = 5.0
"""Seconds that a proxy has to say for whom a connection is."""

_TOLD_AGAIN: Final = 60.0  # seconds until a proxy that does not say it is logged again
_NO_FILES: Final = 1.0  # seconds to wait when this process may open nothing more


class ForwardedHttp(BoundedHttp):
    """HTTP/1.1 for somebody whose address a proxy told."""

    def __init__(self, *given: Any, client: Client, **named: Any) -> None:
        super().__init__(*given, **named)
        self._from = client

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as for its parent
        """Somebody is there, and it is not the proxy."""
        super().connection_made(transport)
        self.client = self._from.host, self._from.port


class Doorway:
    """Takes connections from one listening socket, in the event loop that it is opened in."""

    def __init__(
        self,
        listener: socket.socket,
        config: uvicorn.Config,
        state: ServerState,
        proxies: Networks,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._listener, self._config, self._state, self._proxies = listener, config, state, proxies
        self._monotonic = monotonic
        self._silent_until = 0.0
        self._coming: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        listener.setblocking(False)
        self._taking = self._loop.create_task(self._take())

    async def close(self) -> None:
        """Take nobody in any more."""
        self._taking.cancel()
        await asyncio.gather(self._taking, return_exceptions=True)

    async def dismiss(self) -> None:
        """Turn away who is not in yet."""
        for each in self._coming:
            each.cancel()
        await asyncio.gather(*self._coming, return_exceptions=True)

    async def _take(self) -> None:
        while True:
            try:
                line, peer = await self._loop.sock_accept(self._listener)
            except ConnectionError:
                continue
            except OSError:  # too many open files: asyncio waits as long
                await asyncio.sleep(_NO_FILES)
                continue
            task = self._loop.create_task(self._let_in(line, Client(usual(peer[0]), peer[1])))
            self._coming.add(task)
            task.add_done_callback(self._coming.discard)

    async def _let_in(self, line: socket.socket, peer: Client) -> None:
        client = await self._client(line, peer)
        if client is not None:
            with suppress(OSError):  # gone, too slow, or not TLS
                await self._loop.connect_accepted_socket(lambda: self._protocol(client), line, ssl=self._config.ssl)

    async def _client(self, line: socket.socket, peer: Client) -> Client | None:
        """Who it is; None: the line is closed, for nobody is there, or a proxy does not say for whom it is."""
        with ExitStack() as unless_known:
            unless_known.callback(line.close)
            try:
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                client = await self._told(line, peer) if peer.host in self._proxies else peer
            except BadHead:
                self._complain()
                return None
            except OSError:
                return None
            unless_known.pop_all()
        return client

    async def _told(self, line: socket.socket, proxy: Client) -> Client:
        """Raises BadHead, OSError (TimeoutError is one)."""
        head = b""
        async with asyncio.timeout(HEAD_TIMEOUT):
            while missing := wanted(head):
                told = await self._loop.sock_recv(line, missing)
                if not told:
                    raise ConnectionResetError
                head += told
        return client_of(head) or proxy

    def _protocol(self, client: Client) -> ForwardedHttp:
        return ForwardedHttp(config=self._config, server_state=self._state, app_state={}, client=client)

    def _complain(self) -> None:
        """Seldom: a proxy that is set up wrongly is so for every connection."""
        if self._monotonic() >= self._silent_until:
            self._silent_until = self._monotonic() + _TOLD_AGAIN
            _log.warning("proxy_tells_no_client")
