"""What a proxy says first on a connection: read to its end and no further, and not believed where it makes no sense."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.proxy_protocol import LONGEST, SIGNATURE, BadHead, Client, Networks, client_of, usual, wanted

Address = IPv4Address | IPv6Address

ADDRESSES = st.one_of(st.tuples(st.ip_addresses(v=4)), st.tuples(st.ip_addresses(v=6))).map(lambda each: each[0])
PORTS = st.integers(0, 65535)
SHORT = st.binary(max_size=200)


def binary(command: int, family: int, told: bytes) -> bytes:
    return SIGNATURE + bytes((command, family)) + len(told).to_bytes(2) + told


def of(address: Address, port: int, more: bytes = b"") -> bytes:
    family = 0x11 if address.version == 4 else 0x21
    told = address.packed + bytes(len(address.packed)) + port.to_bytes(2) + b"\x01\xbb" + more
    return binary(0x21, family, told)


def line_of(address: Address, port: int) -> bytes:
    other = "127.0.0.1" if address.version == 4 else "::1"
    return f"PROXY TCP{address.version} {address} {other} {port} 443\r\n".encode()


def read(stream: bytes) -> tuple[Client | None, bytes]:
    """As a connection is read, and what stays of the stream. Raises BadHead, EOFError."""
    head = b""
    while missing := wanted(head):
        if len(stream) < missing:
            raise EOFError
        head, stream = head + stream[:missing], stream[missing:]
    return client_of(head), stream


@given(ADDRESSES, PORTS, SHORT, st.binary(max_size=64))
def test_a_head_tells_the_client_and_what_follows_stays(address: Address, port: int, more: bytes, tls: bytes) -> None:
    client = Client(usual(str(address)), port)
    assert read(of(address, port, more) + tls) == (client, tls)
    if "%" not in str(address):
        assert read(line_of(address, port) + tls) == (client, tls)


@given(SHORT, SHORT)
def test_a_proxy_may_speak_for_itself(told: bytes, tls: bytes) -> None:
    assert read(binary(0x20, 0x00, told) + tls) == (None, tls)
    assert read(binary(0x21, 0x00, told) + tls) == (None, tls)
    assert read(b"PROXY UNKNOWN\r\n" + tls) == (None, tls)


@given(st.one_of(st.binary(max_size=300), SHORT.map(lambda more: SIGNATURE + more), SHORT.map(lambda b: b"PROXY " + b)))
def test_anything_else_is_refused_or_an_address_and_never_read_for_long(stream: bytes) -> None:
    with suppress(BadHead, EOFError):
        client, _ = read(stream)
        assert client is None or (usual(client.host) == client.host and 0 <= client.port <= 65535)
    assert len(stream) <= LONGEST


@given(ADDRESSES, PORTS, st.data())
def test_a_cut_head_is_waited_for(address: Address, port: int, data: st.DataObject) -> None:
    for head in (of(address, port), line_of(address, port)):
        cut = data.draw(st.integers(0, len(head) - 1))
        with pytest.raises(EOFError):
            read(head[:cut])


@pytest.mark.parametrize(
    "head",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x00",  # TLS, with nothing before it
        b"GET / HTTP/1.1\r\n\r\n",
        b"PROXY TCP4 ::1 ::1 1 2\r\n",
        b"PROXY TCP6 127.0.0.1 127.0.0.1 1 2\r\n",
        b"PROXY TCP4 127.0.0.256 127.0.0.1 1 2\r\n",
        b"PROXY TCP4 127.0.0.1 127.0.0.1 65536 2\r\n",
        b"PROXY TCP4 127.0.0.1 127.0.0.1 01 2\r\n",
        b"PROXY TCP4 127.0.0.1 127.0.0.1 1\r\n",
        b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\n",
        b"PROXY UNIX a b\r\n",
        b"PROXY UNKNOWN " + b"a" * 100 + b"\r\n",
        binary(0x21, 0x11, bytes(11)),
        binary(0x21, 0x21, bytes(12)),
        binary(0x21, 0x12, bytes(12)),
        binary(0x21, 0x31, bytes(216)),
        binary(0x11, 0x11, bytes(12)),
        binary(0x22, 0x11, bytes(12)),
        binary(0x21, 0x11, bytes(LONGEST)),
    ],
)
def test_what_makes_no_sense_is_refused(head: bytes) -> None:
    with pytest.raises(BadHead):
        read(head)


def test_networks_know_their_addresses_however_they_are_written() -> None:
    networks = Networks(("10.0.0.0/8", "2001:db8::/32", "127.0.0.1/32"))
    inside = ("10.1.2.3", "2001:db8::1", "127.0.0.1", usual("::ffff:10.1.2.3"))
    assert all(each in networks for each in inside)
    assert not any(each in networks for each in ("11.0.0.1", "127.0.0.2", "2001:db9::1", "::1"))
    assert usual("2001:DB8:0::1") == str(ip_address("2001:db8::1"))
    assert not Networks()
