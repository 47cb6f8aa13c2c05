"""How long the head of a request may be."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.kiosk.service.running import Running


def answer_to(url: str, authority: Path, *pieces: bytes) -> bytes:
    where, context = urlsplit(url), ssl.create_default_context(cafile=str(authority))
    with (
        socket.create_connection((where.hostname or "", where.port or 0), 5) as line,
        context.wrap_socket(line, server_hostname=where.hostname) as secure,
    ):
        for piece in pieces:
            secure.sendall(piece)
        return secure.recv(4096)


@pytest.mark.parametrize(
    "pieces",
    [
        [b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"a" * 17_000 + b"\r\n\r\n"],
        [b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Long: ", *[b"a" * 4096] * 5],
        [b"GET /health?" + b"a" * 17_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"],
        [b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 4000 + b"\r\n"],
    ],
)
def test_a_head_that_is_too_long_is_refused(
    running: Running, caplog: pytest.LogCaptureFixture, pieces: list[bytes]
) -> None:
    assert answer_to(running.url, running.authority, *pieces).startswith(b"HTTP/1.1 400")
    caplog.clear()


def test_a_head_of_a_proper_length_is_answered(running: Running) -> None:
    asked = b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"a" * 15_000 + b"\r\n\r\n"
    assert answer_to(running.url, running.authority, asked[:9000], asked[9000:]).startswith(b"HTTP/1.1 200")


def test_an_answer_comes_as_one_record_of_tls(running: Running) -> None:
    answer = answer_to(running.url, running.authority, b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert answer.endswith(b'\r\n\r\n{"status":"ok"}')


def test_a_head_without_anything_after_it_is_not_held_back(running: Running) -> None:
    asked = b"POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"
    assert answer_to(running.url, running.authority, asked).startswith(b"HTTP/1.1 415")
