"""Tells a log server of events: RFC 5424 over TLS (RFC 5425), TCP (RFC 6587, octet counting) or UDP (RFC 5426).

Syslog has no receipts. Over TLS and TCP each batch therefore has a connection of its own, which ends when the server
has closed its side, too: a server that goes away with something unread resets it, and the batch is sent again. Then
some entries are there twice, with the same number and hash.
"""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

from kiosk.errors import ConfigurationError
from kiosk.service.audit.chain import Entry
from kiosk.service.audit.forms import common_events, is_severe
from kiosk.service.client_tls import client_context

PATIENCE: Final = 30.0
"""Seconds that a batch may take."""
_FACILITY: Final = 13  # log audit (RFC 5424, 6.2.1)
_WARNING, _INFORMATIONAL = 4, 6
_LONGEST_ID: Final = 32  # characters of MSGID
_LONGEST_HOST: Final = 255
_MARK: Final = b"\xef\xbb\xbf"  # what follows is UTF-8 (RFC 5424, 6.4)
_READ: Final = 4096


class NotTold(Exception):
    """The server did not take a batch, or did not say that it read all of it; `reason` is a word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def message(entry: Entry, form: str, host: str) -> bytes:
    """One entry as a syslog message; `form` is `cef` or `json`, `host` the machine that tells it."""
    severity = _WARNING if is_severe(entry.event) else _INFORMATIONAL
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    words = (_word(host, _LONGEST_HOST), "keywright", "-", _word(entry.event, _LONGEST_ID), "-")
    head = f"<{8 * _FACILITY + severity}>1 {at} {' '.join(words)} "
    told = _json(entry) if form == "json" else next(common_events((entry,)))
    return head.encode() + _MARK + told.encode()


def _word(text: str, longest: int) -> str:
    """What a field of the header may be: visible ASCII, or a dash for nothing."""
    return "".join(letter for letter in text if "!" <= letter <= "~")[:longest] or "-"


def _json(entry: Entry) -> str:
    """What people look for; salts stay here."""
    names = ("number", "event", "tenant", "site", "actor", "subject", "reason", "reference", "hash")
    told = {name: getattr(entry, name) for name in names}
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    return json.dumps({**told, "at": at, "details": dict(entry.details)}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class LogServer:
    """Where messages go. `tls` verifies who the server is, by its name."""

    transport: str
    host: str
    port: int
    tls: ssl.SSLContext | None

    @classmethod
    def of(cls, url: str, authority: Path | None) -> LogServer:
        """What the settings say; `authority` (PEM) vouches for the server, or whom this machine believes.

        Raises ConfigurationError.
        """
        try:
            parsed = urlsplit(url)
            transport, host, port = parsed.scheme, parsed.hostname, parsed.port
        except ValueError:
            transport, host, port = "", None, None
        if not host or not port:
            raise ConfigurationError("audit.syslog", "names no host and port")
        if transport != "tls":
            return cls(transport, host, port, None)
        try:
            return cls("tls", host, port, client_context(authority))
        except OSError as error:  # ssl.SSLError is one
            raise ConfigurationError("audit.syslog_authority", "cannot be read") from error

    def tell(self, messages: Sequence[bytes]) -> None:
        """Send them all, in this order. Raises NotTold."""
        try:
            if self.transport == "udp":
                self._datagrams(messages)
            else:
                self._stream(b"".join(b"%d %b" % (len(each), each) for each in messages))
        except (OSError, UnicodeError) as error:
            raise NotTold(_reason(error)) from error

    def _datagrams(self, messages: Sequence[bytes]) -> None:
        family, kind, proto, _, address = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind, proto) as sender:
            sender.settimeout(PATIENCE)
            sender.connect(address)
            for each in messages:
                sender.send(each)

    def _stream(self, content: bytes) -> None:
        ends = monotonic() + PATIENCE
        with closing(socket.create_connection((self.host, self.port), PATIENCE)) as plain:
            if self.tls is None:
                plain.sendall(content)
                _part(plain, ends)
                return
            with self.tls.wrap_socket(plain, server_hostname=self.host) as secured:
                secured.sendall(content)
                _part(_unwrapped(secured), ends)


def _unwrapped(secured: ssl.SSLSocket) -> socket.socket:
    """Say that nothing follows, and hear the same; a server may also just close."""
    try:
        return secured.unwrap()
    except ssl.SSLEOFError:
        return secured


def _part(connection: socket.socket, ends: float) -> None:
    """Wait until the server has closed its side. Raises OSError when it went with something unread."""
    connection.shutdown(socket.SHUT_WR)
    while True:
        connection.settimeout(max(ends - monotonic(), 0.001))
        if not connection.recv(_READ):
            return


def _reason(error: Exception) -> str:
    known = (
        (ssl.SSLCertVerificationError, "untrusted"),
        (ssl.SSLError, "tls"),
        (TimeoutError, "timeout"),
        (socket.gaierror, "unknown_host"),
        (UnicodeError, "unknown_host"),
        (ConnectionRefusedError, "refused"),
        (ConnectionError, "connection_lost"),
    )
    return next((word for kind, word in known if isinstance(error, kind)), "not_reached")
