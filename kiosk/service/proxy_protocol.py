"""What a proxy that passes TLS through says first on a connection: for whom it is (the PROXY protocol of HAProxy,
versions 1 and 2, https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt).

Pure: how much of a head is still to come, and what a whole one says. A head is never read further than its end, because
TLS begins there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

SIGNATURE: Final = b"\r\n\r\n\x00\r\nQUIT\n"
"""How a head of version 2 begins."""

LONGEST: Final = 2048
"""Bytes of a head; the addresses are 52 of them, and the rest is what a proxy may add."""

_LONGEST_LINE: Final = 107
_FIXED: Final = 16  # bytes of version 2 before the addresses
_PORT: Final = rb"(?:0|[1-9][0-9]{0,4})"
_LINE: Final = re.compile(
    rb"PROXY (?:UNKNOWN(?: [^\r\n]*)?|TCP(?P<family>[46]) (?P<client>[0-9A-Fa-f:.]+) [0-9A-Fa-f:.]+ "
    rb"(?P<port>" + _PORT + rb") " + _PORT + rb")\r\n"
)
_LOCAL, _PROXY = 0x20, 0x21  # version and command
_UNSPECIFIED, _TCP4, _TCP6 = 0x00, 0x11, 0x21  # family and transport
_ADDRESSES: Final = {_TCP4: (IPv4Address, 4), _TCP6: (IPv6Address, 16)}


class BadHead(Exception):
    """It is no head of the PROXY protocol, or of something that is not TCP."""


@dataclass(frozen=True, slots=True)
class Client:
    """Who is at the other end: the address as it is usually written, and the port."""

    host: str
    port: int


class Networks:
    """Addresses and networks, as settings name them."""

    def __init__(self, named: Iterable[str] = ()) -> None:
        self._networks = tuple(map(ip_network, named))

    def __contains__(self, host: object) -> bool:
        """Whether this address (as `usual` writes it) is in one of them."""
        address = ip_address(str(host))
        return any(address in each for each in self._networks)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._networks)


def usual(host: str) -> str:
    """An address as it is usually written, and one of IPv4 that came by IPv6 as what it is. Raises ValueError."""
    address = ip_address(host.partition("%")[0])
    return str(getattr(address, "ipv4_mapped", None) or address)


def wanted(head: bytes) -> int:
    """How many bytes certainly belong to it still; 0: it is whole. Raises BadHead."""
    if len(head) < len(SIGNATURE):
        return len(SIGNATURE) - len(head)
    if head.startswith(SIGNATURE):
        return _rest_of(head)
    if not head.startswith(b"PROXY ") or len(head) > _LONGEST_LINE:
        raise BadHead
    return 0 if head.endswith(b"\n") else 1


def client_of(head: bytes) -> Client | None:
    """For whom the connection is; None: for the proxy itself, or it does not know. `head` is whole. Raises BadHead."""
    return _binary(head) if head.startswith(SIGNATURE) else _line(head)


def _rest_of(head: bytes) -> int:
    if len(head) < _FIXED:
        return _FIXED - len(head)
    whole = _FIXED + int.from_bytes(head[14:16])
    if whole > LONGEST:
        raise BadHead
    return whole - len(head)


def _binary(head: bytes) -> Client | None:
    if head[12] == _LOCAL or (head[12] == _PROXY and head[13] == _UNSPECIFIED):
        return None
    if head[12] != _PROXY or head[13] not in _ADDRESSES:
        raise BadHead
    kind, size = _ADDRESSES[head[13]]
    told = head[_FIXED:]
    if len(told) < 2 * size + 4:
        raise BadHead
    return Client(usual(str(kind(told[:size]))), int.from_bytes(told[2 * size : 2 * size + 2]))


def _line(head: bytes) -> Client | None:
    found = _LINE.fullmatch(head)
    if found is None:
        raise BadHead
    if found["client"] is None:
        return None
    kind, port = (IPv4Address if found["family"] == b"4" else IPv6Address), int(found["port"])
    try:
        host = usual(str(kind(found["client"].decode())))
    except AddressValueError as error:
        raise BadHead from error
    if port > 0xFFFF:
        raise BadHead
    return Client(host, port)
