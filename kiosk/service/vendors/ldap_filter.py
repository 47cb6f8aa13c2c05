"""Filters of LDAP (RFC 4515): values that mean nothing but themselves, and whether a text is a filter at all."""

from __future__ import annotations

from typing import Final

from ldap3.core.exceptions import LDAPException
from ldap3.operation.search import parse_filter

_PLAIN: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_@")


def escaped(value: str | bytes) -> str:
    """A value in a filter (RFC 4515, 3): every octet that is not plainly harmless in hexadecimal."""
    octets = value.encode() if isinstance(value, str) else value
    return "".join(chr(each) if each in _PLAIN else f"\\{each:02x}" for each in octets)


def is_filter(text: str) -> bool:
    """Whether this is a filter at all."""
    try:
        parse_filter(text, None, False, False, None, False)  # type: ignore[no-untyped-call]  # half typed
    except LDAPException:
        return False
    return True
