"""The demonstration's telephone: an SMS gateway on loopback that keeps what it gets in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any

from kiosk.commands.mailbox import Mail, code_in

_LARGEST = 16 * 1024  # bytes of one request


class TextBox:
    """Everybody's telephone. Its methods may be called from any thread; observers are called on the server's.

    A text is a Mail without a subject.
    """

    def __init__(self) -> None:
        self._texts: list[Mail] = []
        self._arrived = Condition()
        self._observers: list[Callable[[], None]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = Thread(target=self._server.serve_forever, name="demo-telephone", kwargs={"poll_interval": 0.05})

    @property
    def settings(self) -> dict[str, Any]:
        """The `sms` settings of a service that sends its texts here."""
        url = f"http://127.0.0.1:{self._server.server_address[1]}/text"
        return {"kind": "http", "url": url, "body": {"to": "{to}", "text": "{text}"}}

    def __enter__(self) -> TextBox:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def messages(self) -> tuple[Mail, ...]:
        """All texts, oldest first."""
        with self._arrived:
            return tuple(self._texts)

    def observe(self, on_change: Callable[[], None]) -> None:
        """Call `on_change` whenever a text arrived, on the server's thread."""
        self._observers.append(on_change)

    def wait_for(self, count: int, seconds: float) -> tuple[Mail, ...]:
        """All texts once there are `count`, or those there are after `seconds`."""
        with self._arrived:
            self._arrived.wait_for(lambda: len(self._texts) >= count, seconds)
            return tuple(self._texts)

    def _take(self, to: str, text: str) -> None:
        with self._arrived:
            self._texts.append(Mail(to, "", text, code_in(text)))
            self._arrived.notify_all()
        for observer in self._observers:
            observer()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        take = self._take

        class Handler(BaseHTTPRequestHandler):
            """One request of the service."""

            def do_POST(self) -> None:
                """Take a text."""
                length = min(int(self.headers.get("content-length", "0")), _LARGEST)
                message = json.loads(self.rfile.read(length))
                take(str(message["to"]), str(message["text"]))
                self.send_response(202)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: codes are in what it would say."""

        return Handler
