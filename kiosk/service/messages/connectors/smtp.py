"""Mail by SMTP submission (RFC 6409, 8314, 3207): TLS first, always verified; then who we are; then the message."""

from __future__ import annotations

import re
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from kiosk.errors import ConfigurationError
from kiosk.secret import Secret
from kiosk.service.catalog import Connector
from kiosk.service.client_tls import client_context
from kiosk.service.messages.connector import (
    Channel,
    Delivery,
    DeliveryReceipt,
    Envelope,
    GatewayError,
    Misconfigured,
    OutcomeUnknown,
    Refused,
    Unavailable,
)
from kiosk.service.messages.letter import Letter, write_letter
from kiosk.service.messages.settings import MailSettings
from kiosk.service.outbound import is_loopback
from kiosk.service.probe import ProbeFailed
from kiosk.service.settings_model import SecretName
from kiosk.service.store.engine import assert_no_transaction
from kiosk.service.wiring import Wiring

_LINE_DOT: Final = re.compile(rb"(?m)^\.")
_SHARE_OF_KEPT: Final = 0.25
"""How much of the patience a kept connection may use up before a fresh one is tried."""
_FAREWELL: Final = 1.0
"""Seconds that QUIT may take."""

_REMEDIES: Final = {
    "untrusted": "correct mail.host, or name its authority in mail.certificate_authority",
    "tls": "take the port that fits mail.security: 587 for starttls, 465 for tls",
    "no_starttls": 'set mail.security = "tls" (port 465), or let the server offer STARTTLS',
    "no_authentication": "leave out mail.user and mail.password: the server lets nobody sign in",
    "no_connection": "correct mail.host and mail.port, or let the firewall pass",
}
_SIGN_IN: Final = "correct mail.user, and the secret that mail.password names"


class SmtpSettings(MailSettings):
    """A mail server (SMTP submission: RFC 6409, 8314, 3207)."""

    kind: Literal["smtp"] = "smtp"
    """Which connector."""
    host: str = Field(min_length=1, max_length=253, pattern=r"^[^\s/@]+$")
    """Its name, as in its certificate."""
    port: int = Field(default=587, ge=1, le=65535)
    """587 for `starttls`, 465 for `tls`."""
    security: Literal["starttls", "tls", "plain"] = "starttls"
    """`plain` is refused except for a loopback host."""
    user: str = Field(default="", max_length=254)
    """The user name; empty sends without signing in."""
    password: SecretName | None = None
    """The name of the password."""
    timeout: float = Field(default=20.0, gt=0, le=60)
    """Seconds for the whole conversation."""

    @model_validator(mode="after")
    def _encrypted(self) -> Self:
        if self.security == "plain" and not is_loopback(self.host):
            raise ValueError("security: plain is for a loopback host only")
        if bool(self.user) != (self.password is not None):
            raise ValueError("user and password belong together")
        if self.user and self.security == "plain":
            raise ValueError("user: a password is never sent in the clear")
        return self


class SmtpMessenger:
    """Delivers mail to one submission server, by one thread at a time. Satisfies Messenger.

    The connection is kept for the next message: most of a delivery is the way to `MAIL FROM`. Where it no longer
    serves, a fresh one does, as long as nothing was handed over.
    """

    def __init__(
        self,
        settings: SmtpSettings,
        password: Secret | None,
        sender_name: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises OSError or ssl.SSLError for an authority file that cannot be read."""
        self._settings, self._password, self._sender_name = settings, password, sender_name
        self._monotonic = monotonic
        self._tls = client_context(settings.certificate_authority)
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

    def receipt(self, reference: str) -> Delivery:  # noqa: ARG002 - the server has the message, and tells no more
        """A mail server never tells whether anybody has read it, or where it went."""
        return Delivery.ACCEPTED

    def probe(self) -> str:
        """Connect, agree on TLS, sign in, and part without a message."""
        settings = self._settings
        where = f"{settings.host}, port {settings.port}"
        try:
            _say_goodbye(self._introduced(self._monotonic() + settings.timeout))
        except GatewayError as error:
            remedy = _REMEDIES.get(error.reason, _SIGN_IN if settings.user else _REMEDIES["no_connection"])
            raise ProbeFailed(f"{where}: {error.reason}", remedy) from error
        return f"{where}, {settings.security}" + (", sign-in accepted" if settings.user else "")

    def _addressed(self, letter: Letter, ends: float) -> smtplib.SMTP:
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

    def _address(self, server: smtplib.SMTP, letter: Letter, ends: float) -> smtplib.SMTP:
        """Go as far as can be taken back: closing the connection is enough for that, and done on every error."""
        options = " BODY=8BITMIME SMTPUTF8" if letter.utf8 else ""
        says = f"MAIL FROM:<{self._settings.sender}>{options}", f"RCPT TO:<{letter.to}>", "DATA"
        with _certainly_not_sent(), _closed_on_error(server):
            self._hurry(server, ends)
            if letter.utf8 and not server.has_extn("smtputf8"):
                raise Refused("needs_smtputf8")
            server.command_encoding = "utf-8" if letter.utf8 else "ascii"
            for each in says:
                _check(*server.docmd(each), good=(250, 251, 354))
        return server

    def _hand_over(self, server: smtplib.SMTP, letter: Letter, ends: float) -> DeliveryReceipt:
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
        if server.sock is not None and not 0.9 * left < (server.sock.gettimeout() or 0.0) < 1.1 * left:
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


def _make(settings: SmtpSettings, wiring: Wiring) -> SmtpMessenger:
    password = None if settings.password is None else Secret(wiring.secret(settings.password))
    try:
        return SmtpMessenger(settings, password, wiring.organization)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigurationError("mail.certificate_authority", "is no readable PEM file") from error


CONNECTOR = Connector("smtp", SmtpSettings, _make)
