"""The only way out: verified, bounded, in time, never inside a transaction, and silent about what it carried."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from threading import Thread

import pytest

from kiosk.service.outbound import (
    AnswerLost,
    AnswerTooLarge,
    Call,
    NotJson,
    NotSent,
    Outbound,
    OutboundError,
    Reply,
    Untrusted,
    acceptable_address,
)
from kiosk.service.tls import Identity, server_context
from tests.kiosk.service.faces import Web, serving


@pytest.fixture
def web(tls: tuple[Identity, Identity]) -> Iterator[Web]:
    with serving(server_context(tls[1])) as running:
        yield running


@pytest.fixture
def outbound() -> Iterator[Outbound]:
    made = Outbound()
    yield made
    made.close()


@pytest.fixture
def authority(tls: tuple[Identity, Identity]) -> Path:
    return tls[0].certificate


def test_an_answer_is_an_answer_whatever_its_status(web: Web, outbound: Outbound, authority: Path) -> None:
    web.answer = lambda _: (302, {"Location": "https://elsewhere.example/", "Set-Cookie": "a=b"}, b"moved")
    for _ in range(2):
        reply = outbound.call(Call("GET", web.url, authority=authority))
        assert (reply.status, reply.body) == (302, b"moved")
    assert len(web.requests) == 2
    assert "cookie" not in web.requests[1].headers


def test_a_stranger_is_told_nothing(web: Web, outbound: Outbound) -> None:
    with pytest.raises(Untrusted):
        outbound.call(Call("GET", web.url, repeatable=True))
    assert web.requests == []


def test_nobody_there_means_not_sent(outbound: Outbound) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(NotSent):
            outbound.call(Call("GET", f"https://127.0.0.1:{taken.getsockname()[1]}/"))


def test_half_an_answer_is_lost(web: Web, outbound: Outbound, authority: Path) -> None:
    web.answer = lambda _: (200, {"Content-Length": "100"}, b"half")
    with pytest.raises(AnswerLost):
        outbound.call(Call("GET", web.url, authority=authority))


def test_only_what_may_be_repeated_is_repeated(web: Web, outbound: Outbound, authority: Path) -> None:
    web.answer = lambda _: None
    with pytest.raises(AnswerLost):
        outbound.call(Call("POST", web.url, authority=authority))
    assert len(web.requests) == 1
    numbers = count()
    web.answer = lambda _: None if next(numbers) == 0 else (200, {}, b"second")
    assert outbound.call(Call("GET", web.url, authority=authority, repeatable=True)).body == b"second"


def test_a_long_answer_is_not_read(web: Web, outbound: Outbound, authority: Path) -> None:
    web.answer = lambda _: (200, {}, b"x" * 1001)
    with pytest.raises(AnswerTooLarge):
        outbound.call(Call("GET", web.url, authority=authority, limit=1000, repeatable=True))
    assert len(web.requests) == 1


def test_a_silent_server_ends_in_time(outbound: Outbound) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(OutboundError):
        outbound.call(Call("GET", f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout=0.2))


def test_a_trickle_ends_in_time() -> None:
    now = count(0.0, 0.3)
    trickled = Outbound(monotonic=lambda: next(now))
    with socket.create_server(("127.0.0.1", 0)) as server:

        def trickle() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n" + b"x" * 50_000)
                connection.recv(1)

        thread = Thread(target=trickle)
        thread.start()
        with pytest.raises(AnswerLost):
            trickled.call(Call("GET", f"http://127.0.0.1:{server.getsockname()[1]}/", timeout=1.0))
        trickled.close()
        thread.join()


@pytest.mark.parametrize("nonsense", [b"nonsense\r\n\r\n", b"\x16\x03\x01", b""])
def test_nonsense_is_no_answer(outbound: Outbound, nonsense: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def babble() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(nonsense)

        thread = Thread(target=babble)
        thread.start()
        with pytest.raises(AnswerLost):
            outbound.call(Call("GET", f"http://127.0.0.1:{server.getsockname()[1]}/", timeout=1.0))
        thread.join()


@pytest.mark.parametrize(
    ("url", "accepted"),
    [
        ("https://pacs.example/a", True),
        ("https://pacs.example:8443/a", True),
        ("http://127.0.0.1:8080/a", True),
        ("http://[::1]/a", True),
        ("http://localhost/a", True),
        ("http://pacs.example/a", False),
        ("http://localhost.evil.example/a", False),
        ("http://127.0.0.1@evil.example/a", False),
        ("https://user:secret@pacs.example/a", False),
        ("https://pacs.example:99999/a", False),
        ("https://[::1/a", False),
        ("ftp://pacs.example/a", False),
        ("https:///a", False),
        ("", False),
    ],
)
def test_only_encrypted_or_loopback_addresses_are_acceptable(outbound: Outbound, url: str, accepted: bool) -> None:
    assert acceptable_address(url) is accepted
    if not accepted:
        with pytest.raises(NotSent):
            outbound.call(Call("GET", url))


def test_neither_a_call_nor_its_failure_repeats_what_it_carries(outbound: Outbound) -> None:
    call = Call(
        "POST",
        "https://localhost:1/?password=hunter2",
        headers={"X-Key": "hunter2"},
        body=b"hunter2",
        basic=("me", "hunter2"),
    )
    assert "hunter2" not in repr(call)
    with pytest.raises(NotSent) as caught:
        outbound.call(call)
    assert "hunter2" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("header", ["X-Key: a\r\nEvil: b", "é\u4e00"])
def test_a_header_that_cannot_be_sent_is_not_sent(web: Web, outbound: Outbound, authority: Path, header: str) -> None:
    with pytest.raises(NotSent):
        outbound.call(Call("GET", web.url, headers={"X-Key": header}, authority=authority))
    assert web.requests == []


def test_an_authority_that_is_no_file_is_not_asked(web: Web, outbound: Outbound, tmp_path: Path) -> None:
    with pytest.raises(NotSent):
        outbound.call(Call("GET", web.url, authority=tmp_path / "missing.pem"))


@pytest.mark.parametrize(
    ("told", "seconds"), [("17", 17), ("99999", 3600), ("", 30), ("soon", 30), ("-1", 30), ("٣", 30), ("9" * 20, 30)]
)
def test_how_long_to_wait_is_read_with_care(told: str, seconds: int) -> None:
    assert Reply(429, {"retry-after": told}, b"").retry_after(30) == seconds


@pytest.mark.parametrize(
    "media_type", ["application/json", "application/problem+json; charset=utf-8", "Application/JSON"]
)
def test_json_is_known_by_its_media_type(media_type: str) -> None:
    assert Reply(200, {"content-type": media_type}, b"[1]").json() == [1]


def test_what_is_not_called_json_is_none() -> None:
    with pytest.raises(NotJson):
        Reply(200, {}, b"[1]").json()


def test_tls_that_fails_half_way_is_not_called_unsent(tls: tuple[Identity, Identity], outbound: Outbound) -> None:
    """In doubt the request may have arrived."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(tls[1].certificate, tls[1].key)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def break_off() -> None:
            connection, _ = server.accept()
            with connection, context.wrap_socket(connection, server_side=True) as encrypted:
                encrypted.recv(4096)
                encrypted.detach()

        thread = Thread(target=break_off)
        thread.start()
        with pytest.raises(AnswerLost):
            outbound.call(
                Call("GET", f"https://127.0.0.1:{server.getsockname()[1]}/", timeout=1, authority=tls[0].certificate)
            )
        thread.join()
