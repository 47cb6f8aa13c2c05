"""Behind a proxy that passes TLS through, clients are told apart by the addresses that the proxy tells."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kiosk.service import doorway
from kiosk.service.settings import ServiceSettings
from kiosk.service.tls import Identity
from tests.evening.proxy import free_port, proxy
from tests.kiosk.service.running import Running, served, settings_for
from tests.kiosk.service.test_proxy_protocol import binary, line_of, of

ONE, OTHER = "192.0.2.1", "2001:db8::2"
HUNG_UP = (ssl.SSLError, ConnectionError)
NOT_FOUND, TOO_OFTEN = "404", "429"


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory, tls: tuple[Identity, Identity]) -> Iterator[Running]:
    """A service that a proxy at 127.0.0.1 stands before, where each address may ask for one page a minute."""
    folder = tmp_path_factory.mktemp("behind")
    with served(folder, _settings(folder), tls) as running:
        yield running


def _settings(folder: Path) -> ServiceSettings:
    limits = {"requests_per_minute": 1}
    return settings_for(folder, server={"proxies": ["127.0.0.1"], "data_directory": str(folder)}, phone=limits)


@pytest.fixture(autouse=True)
def later(behind: Running) -> None:
    """Each test begins with full buckets."""
    behind.clock.advance(hours=1)


def asked(port: int, authority: Path, head: bytes = b"", source: str = "127.0.0.1") -> str:
    """The status of a page, over a connection from `source` that begins with `head`. Raises OSError."""
    context = ssl.create_default_context(cafile=str(authority))
    with socket.create_connection(("127.0.0.1", port), 10, (source, 0)) as line:
        line.sendall(head)
        with context.wrap_socket(line, server_hostname="localhost") as secure:
            secure.sendall(b"GET /m/nobody HTTP/1.1\r\nHost: localhost\r\nForwarded: for=192.0.2.99\r\n\r\n")
            return secure.recv(4096).split()[1].decode()


def through(behind: Running, head: bytes, source: str = "127.0.0.1") -> str:
    return asked(urlsplit(behind.url).port or 0, behind.authority, head, source)


def test_each_client_of_a_proxy_has_limits_of_its_own(behind: Running) -> None:
    for address in (ONE, OTHER):
        for head in (of(ip_address(address), 4711), line_of(ip_address(address), 4712)):
            expected = TOO_OFTEN if head.startswith(b"PROXY") else NOT_FOUND
            assert through(behind, head) == expected, "both versions name the same client"


def test_a_proxy_that_asks_for_itself_has_its_own(behind: Running) -> None:
    assert [through(behind, binary(0x20, 0, b"")) for _ in range(2)] == [NOT_FOUND, TOO_OFTEN]


def test_a_proxy_that_does_not_say_for_whom_is_told_nothing_and_logged_once(
    behind: Running, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        with pytest.raises(HUNG_UP):
            through(behind, b"")
    (line,) = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert line.getMessage() == "proxy_tells_no_client"
    caplog.clear()


def test_nobody_else_is_believed_or_asked(behind: Running) -> None:
    with pytest.raises(HUNG_UP):
        through(behind, of(ip_address(ONE), 4711), source="127.0.0.2")
    assert [through(behind, b"", source="127.0.0.2") for _ in range(2)] == [NOT_FOUND, TOO_OFTEN]
    assert through(behind, of(ip_address(ONE), 4711)) == NOT_FOUND


def test_who_says_nothing_at_all_is_hung_up_on_and_holds_nobody_up(
    behind: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorway, "HEAD_TIMEOUT", 0.05)
    with socket.create_connection(("127.0.0.1", urlsplit(behind.url).port or 0), 10) as silent:
        silent.sendall(of(ip_address(ONE), 1)[:20])
        assert silent.recv(1) == b""
    assert through(behind, of(ip_address(ONE), 4711)) == NOT_FOUND


def test_a_server_stops_while_somebody_stands_in_the_doorway(tmp_path: Path, tls: tuple[Identity, Identity]) -> None:
    with served(tmp_path, _settings(tmp_path), tls) as running:
        port = urlsplit(running.url).port or 0
        silent = socket.create_connection(("127.0.0.1", port), 10)
        assert through(running, of(ip_address(ONE), 1)) == NOT_FOUND
    with silent:
        assert silent.recv(1) == b""


def test_a_real_haproxy_tells_who_asks(behind: Running, tmp_path: Path) -> None:
    port, service = free_port(), urlsplit(behind.url).port or 0
    with proxy(tmp_path, port, (service, service), behind.authority):
        told = [asked(port, behind.authority, source=each) for each in ("127.0.0.2", "127.0.0.3", "127.0.0.2")]
    assert told == [NOT_FOUND, NOT_FOUND, TOO_OFTEN]
