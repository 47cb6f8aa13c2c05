"""Mail by SMTP submission (RFC 6409, 8314, 3207): TLS first, always verified; then who we are; then the message."""

from __future__ import annotations

import binascii
import re
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from email.headerregistry import Address
from email.policy import SMTP as SMTP_POLICY
from email.policy import SMTPUTF8 as SMTPUTF8_POLICY
from email.policy import EmailPolicy
from email.utils import format_datetime
from functools import partial
from typing import Any, Final

from kiosk.secret import Secret
from kiosk.service.messages.connector import (
    Channel,
    DeliveryReceipt,
    Envelope,
    GatewayError,
    Misconfigured,
    OutcomeUnknown,
    Refused,
    Unavailable,
)
from kiosk.service.messages.settings import MailSettings
from kiosk.service.store.engine import assert_no_transaction

_MAIL_ADDRESS: Final = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"]{1,253}")
_LINE_DOT: Final = re.compile(rb"(?m)^\.")
_ALWAYS: Final = b"Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\nMIME-Version: 1.0\r\n"
"""No out-of-office answers (RFC 3834)."""

_SHARE_OF_KEPT: Final = 0.25
"""How much of the patience a kept connection may use up before a fresh one is tried."""
_FAREWELL: Final = 1.0
"""Seconds that QUIT may take."""


@dataclass(frozen=True, slots=True)
class _Letter:
    """A message as bytes, and its envelope. `utf8` when its addresses need SMTPUTF8 (RFC 6531)."""

    to: str
    content: bytes
    utf8: bool


class SmtpGateway:
    """Delivers mail to one submission server, by one thread at a time. Satisfies Gateway.

    The connection is kept for the next message: most of a delivery is the way to `MAIL FROM`. Where it no longer
    serves, a fresh one does, as long as nothing was handed over.
    """

    def __init__(
        self,
        settings: MailSettings,
        password: Secret | None,
        sender_name: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises OSError or ssl.SSLError for an authority file that cannot be read."""
        authority = settings.certificate_authority
        self._settings, self._password, self._sender_name = settings, password, sender_name
        self._monotonic = monotonic
        self._tls = ssl.create_default_context(cafile=None if authority is None else str(authority))
        self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
        self._kept: smtplib.SMTP | None = None
        self._used = 0.0

    @property
    def channel(self) -> Channel:
        """Mail."""
        return Channel.MAIL

    @property
    def patience(self) -> float:
        """The whole conversation."""
        return self._settings.timeout

    def deliver(self, envelope: Envelope, handing_over: Callable[[], None]) -> DeliveryReceipt:
        """Connect, agree on TLS, sign in, name sender and recipient; only then hand the message over."""
        assert_no_transaction()
        letter = write_letter(envelope, self._settings.sender, self._sender_name)
        ends = self._monotonic() + self._settings.timeout
        server = self._addressed(letter, ends)
        with _closed_on_error(server):
            handing_over()
            receipt = self._hand_over(server, letter, ends)
        self._kept, self._used = server, self._monotonic()
        return receipt

    def let_go(self, unused_for: float = 0.0) -> None:
        """Part from the server when no message went there for so many seconds."""
        if self._kept is not None and self._monotonic() - self._used >= unused_for:
            server, self._kept = self._kept, None
            _say_goodbye(server)

    def greet(self) -> None:
        """Connect, agree on TLS, sign in, and part without a message. Raises Misconfigured, Unavailable."""
        _say_goodbye(self._introduced(self._monotonic() + self._settings.timeout))

    def _addressed(self, letter: _Letter, ends: float) -> smtplib.SMTP:
        """A server that waits for the message.

        Whatever the one that was kept says against it (it may have had enough of us), a fresh one has the last word.
        """
        server, self._kept = self._kept, None
        if server is not None:
            soon = self._monotonic() + self._settings.timeout * _SHARE_OF_KEPT
            with suppress(GatewayError):
                return self._address(server, letter, min(soon, ends))
        return self._address(self._introduced(ends), letter, ends)

    def _introduced(self, ends: float) -> smtplib.SMTP:
        """A fresh connection, over TLS and signed in."""
        with _certainly_not_sent():
            server = self._connect(ends)
            with _closed_on_error(server):
                self._introduce(server, ends)
        return server

    def _connect(self, ends: float) -> smtplib.SMTP:
        settings = self._settings
        connect: Callable[..., smtplib.SMTP] = smtplib.SMTP
        if settings.security == "tls":
            connect = partial(smtplib.SMTP_SSL, context=self._tls)
        own_name = settings.sender.rpartition("@")[2]  # else the library asks the resolver, and waits for it
        return connect(settings.host, settings.port, local_hostname=own_name, timeout=self._left(ends))

    def _introduce(self, server: smtplib.SMTP, ends: float) -> None:
        self._hurry(server, ends)
        server.ehlo_or_helo_if_needed()
        if self._settings.security == "starttls":
            if not server.has_extn("starttls"):
                raise Misconfigured("no_starttls")
            server.starttls(context=self._tls)
            server.ehlo_or_helo_if_needed()
        if self._settings.user and self._password is not None:
            self._hurry(server, ends)
            server.login(self._settings.user, self._password.reveal())

    def _address(self, server: smtplib.SMTP, letter: _Letter, ends: float) -> smtplib.SMTP:
        """Go as far as can be taken back: closing the connection is enough for that, and done on every error."""
        options = ["BODY=8BITMIME", "SMTPUTF8"] if letter.utf8 else []
        with _certainly_not_sent(), _closed_on_error(server):
            self._hurry(server, ends)
            if letter.utf8 and not server.has_extn("smtputf8"):
                raise Refused("needs_smtputf8")
            server.command_encoding = "utf-8" if letter.utf8 else "ascii"
            for reply in (server.mail(self._settings.sender, options), server.rcpt(letter.to), server.docmd("DATA")):
                _check(*reply, good=(250, 251, 354))
        return server

    def _hand_over(self, server: smtplib.SMTP, letter: _Letter, ends: float) -> DeliveryReceipt:
        """From the first byte on, no answer means that the server perhaps has the message."""
        self._hurry(server, ends)
        try:
            server.send(_LINE_DOT.sub(b"..", letter.content) + b".\r\n")
            code, answer = server.getreply()
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise OutcomeUnknown("no_answer_after_data") from error
        _check(code, answer, good=(250,))
        return DeliveryReceipt(answer.decode("ascii", errors="replace")[:128])

    def _hurry(self, server: smtplib.SMTP, ends: float) -> None:
        """Give the rest of the conversation only the time that is left."""
        left = self._left(ends)
        if server.sock is not None:
            server.sock.settimeout(left)

    def _left(self, ends: float) -> float:
        left = ends - self._monotonic()
        if left <= 0:
            raise Unavailable("too_slow")
        return left


def _say_goodbye(server: smtplib.SMTP) -> None:
    """How they take it does not matter."""
    if server.sock is not None:
        server.sock.settimeout(_FAREWELL)
    with closing(server), suppress(smtplib.SMTPException, OSError, ValueError):
        server.quit()


def write_letter(envelope: Envelope, sender: str, sender_name: str) -> _Letter:
    """The message as RFC 5322 wants it. Raises Refused for an address or a header that could smuggle another one.

    The library writes the headers that hold what comes from outside; making a whole
    message with it takes ten times as long, and the requests wait for the interpreter meanwhile.
    """
    to = ascii_domain(envelope.to)
    policy = SMTP_POLICY if to.isascii() else SMTPUTF8_POLICY
    try:
        head = (
            _header(policy, "From", Address(sender_name, addr_spec=sender)),
            _header(policy, "To", Address(addr_spec=to) if to.isascii() else to),
            _header(policy, "Subject", envelope.subject),
            _header(policy, "Message-ID", f"<{envelope.message_id}@{sender.rpartition('@')[2]}>"),
            f"Date: {format_datetime(envelope.written_at)}\r\n".encode(),
            _ALWAYS,
        )
        body = _alternatives(envelope) if envelope.html else _part("plain", envelope.text)
    except (ValueError, IndexError) as error:
        raise Refused("bad_header") from error
    return _Letter(to, b"".join(head) + body, not to.isascii())


def _header(policy: EmailPolicy[Any], name: str, value: str | Address) -> bytes:
    return policy.fold_binary(*policy.header_store_parse(name, value))


def _alternatives(envelope: Envelope) -> bytes:
    """Text and HTML (RFC 2046, 5.1.4); their quoted-printable form never contains the boundary's `=_`."""
    boundary = f"=_{envelope.message_id}"
    parts = (_part("plain", envelope.text), _part("html", envelope.html))
    between = f"\r\n--{boundary}\r\n".encode()
    opening = f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n'.encode()
    return opening + between + between.join(parts) + f"\r\n--{boundary}--\r\n".encode()


def _part(subtype: str, text: str) -> bytes:
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    lines = b"".join(line + b"\r\n" for line in text.encode().splitlines())
    return head.encode() + binascii.b2a_qp(lines)


def ascii_domain(address: str) -> str:
    """The address with its domain in ASCII (IDNA). Raises Refused for what is not a plain address."""
    local, _, domain = address.rpartition("@")
    if not _MAIL_ADDRESS.fullmatch(address) or not address.isprintable():
        raise Refused("bad_address")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError as error:
        raise Refused("bad_address") from error


def _check(code: int, _answer: bytes, good: tuple[int, ...]) -> None:
    """Take the server's answer for what it says; its text stays here, for it may quote the address."""
    if code in good:
        return
    if 400 <= code < 500:
        raise Unavailable(f"smtp_{code}")
    if code in (530, 534, 535, 538):
        raise Misconfigured(f"smtp_{code}")
    raise Refused(f"smtp_{code}")


@contextmanager
def _closed_on_error(server: smtplib.SMTP) -> Iterator[None]:
    """Close the connection unless all went well."""
    with ExitStack() as stack:
        stack.callback(server.close)
        yield
        stack.pop_all()


@contextmanager
def _certainly_not_sent() -> Iterator[None]:
    """The one table from the mail library's errors to ours, for everything before the message itself."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise Misconfigured("untrusted") from error
    except ssl.SSLError as error:
        raise Misconfigured("tls") from error
    except smtplib.SMTPNotSupportedError as error:
        raise Misconfigured("no_authentication") from error
    except smtplib.SMTPResponseException as error:
        permanent = isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code >= 500
        raise (Misconfigured if permanent else Unavailable)(f"smtp_{error.smtp_code}") from error
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise Unavailable("no_connection") from error
