"""A message as the bytes of a mail (RFC 5322), in which nothing that comes from outside can become a header."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.policy import SMTP as SMTP_POLICY
from email.policy import SMTPUTF8 as SMTPUTF8_POLICY
from email.policy import EmailPolicy
from email.utils import format_datetime
from functools import lru_cache
from typing import Any, Final

from kiosk.service.messages.connector import Envelope, Refused

_MAIL_ADDRESS: Final = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"]{1,253}")
_PLAIN: Final = re.compile(r"(?=.{3,72}$)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_ALWAYS: Final = b"Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\nMIME-Version: 1.0\r\n"
"""No out-of-office answers (RFC 3834)."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as bytes, and its envelope. `utf8` when its addresses need SMTPUTF8 (RFC 6531)."""

    to: str
    content: bytes
    utf8: bool


def write_letter(envelope: Envelope, sender: str, sender_name: str) -> Letter:
    """The message as RFC 5322 wants it. Raises Refused for an address or a header that could smuggle another one.

    The library writes the headers that hold what comes from outside; making a whole
    message with it takes ten times as long, and the requests wait for the interpreter meanwhile.
    """
    to = ascii_domain(envelope.to)
    policy = SMTP_POLICY if to.isascii() else SMTPUTF8_POLICY
    try:
        head = (
            _from(policy, sender_name, sender),
            _to(policy, to),
            _header(policy, "Subject", envelope.subject),
            _message_id(policy, envelope.message_id, sender),
            f"Date: {format_datetime(envelope.written_at)}\r\n".encode(),
            _ALWAYS,
        )
        body = _alternatives(envelope) if envelope.html else _part("plain", envelope.text)
    except (ValueError, IndexError) as error:
        raise Refused("bad_header") from error
    return Letter(to, b"".join(head) + body, not to.isascii())


@lru_cache(maxsize=8)
def _from(policy: EmailPolicy[Any], name: str, address: str) -> bytes:
    return _header(policy, "From", Address(name, addr_spec=address))


def _to(policy: EmailPolicy[Any], to: str) -> bytes:
    if _PLAIN.fullmatch(to):  # nothing to quote, nothing to fold
        return f"To: {to}\r\n".encode()
    return _header(policy, "To", Address(addr_spec=to) if to.isascii() else to)


def _message_id(policy: EmailPolicy[Any], message_id: str, sender: str) -> bytes:
    own = f"<{message_id}@{sender.rpartition('@')[2]}>"
    return f"Message-ID: {own}\r\n".encode() if _PLAIN.fullmatch(sender) else _header(policy, "Message-ID", own)


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
