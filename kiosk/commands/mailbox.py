"""The demonstration's mailbox: a real SMTP server on loopback, with STARTTLS, that keeps what it gets in memory."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from threading import Condition
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

_CODE = re.compile(r"(?<![0-9])([0-9]{6,10})(?![0-9])")


def code_in(text: str) -> str:
    """The verification code in a message, or empty."""
    found = _CODE.search(text)
    return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as its reader sees it. `code` is the verification code in it, or empty."""

    to: str
    subject: str
    text: str
    code: str


class _AnyPort(Controller):
    """A controller on a port that the system chose: it greets itself there before it says that it has started."""

    def _trigger_server(self) -> None:
        listening: Any = self.server
        self.port = listening.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd has no types


class Mailbox:
    """Everybody's mail. Its methods may be called from any thread; observers are called on the server's."""

    def __init__(self, certificate: ssl.SSLContext) -> None:
        self._mails: list[Mail] = []
        self._arrived = Condition()
        self._observers: list[Callable[[], None]] = []
        self._controller = _AnyPort(
            self,
            hostname="127.0.0.1",
            port=0,
            tls_context=certificate,
            require_starttls=True,
            server_hostname="localhost",
        )

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._controller.port)

    def __enter__(self) -> Mailbox:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    def messages(self) -> tuple[Mail, ...]:
        """All mails, oldest first."""
        with self._arrived:
            return tuple(self._mails)

    def observe(self, on_change: Callable[[], None]) -> None:
        """Call `on_change` whenever a mail arrived, on the server's thread."""
        self._observers.append(on_change)

    def wait_for(self, count: int, seconds: float) -> tuple[Mail, ...]:
        """All mails once there are `count`, or those there are after `seconds`."""
        with self._arrived:
            self._arrived.wait_for(lambda: len(self._mails) >= count, seconds)
            return tuple(self._mails)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Take a mail."""
        content = envelope.content or b""
        parsed = message_from_bytes(content if isinstance(content, bytes) else content.encode(), policy=policy.default)
        body = parsed.get_body(("plain",))
        text = body.get_content() if body is not None else ""
        mail = Mail(", ".join(envelope.rcpt_tos), str(parsed["subject"] or ""), text, code_in(text))
        with self._arrived:
            self._mails.append(mail)
            self._arrived.notify_all()
        for observer in self._observers:
            observer()
        return "250 2.0.0 queued"
