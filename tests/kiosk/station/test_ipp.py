"""CUPS is asked to delete a job, and whatever else may be behind its socket."""

from __future__ import annotations

import socket
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import pytest

from kiosk.station.ipp import purge

OK = b"\x02\x00\x00\x00\x00\x00\x00\x01\x03"


def asked(answer: bytes) -> tuple[bool, bytes]:
    """What purge makes of an answer, and what it had sent."""
    sent = b""
    with TemporaryDirectory(prefix="keywright-ipp-") as folder:
        path = str(Path(folder, "cups.sock"))
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen(1)

            def serve() -> None:
                nonlocal sent
                connection, _ = listener.accept()
                with connection:
                    while not sent.endswith(b"\x22\x00\x09purge-job\x00\x01\x01\x03"):
                        sent += connection.recv(65536)
                    connection.sendall(answer)

            thread = Thread(target=serve)
            thread.start()
            done = purge(path, 17, "keywright")
            thread.join(10)
    return done, sent


def http(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def test_a_job_is_named_with_its_owner_and_what_shall_become_of_it() -> None:
    done, sent = asked(http(OK))
    assert done
    assert sent.startswith(b"POST /jobs/17 HTTP/1.1\r\n")
    assert b"\x02\x00\x00\x08\x00\x00\x00\x01\x01\x47\x00\x12attributes-charset\x00\x05utf-8" in sent
    assert b"\x45\x00\x07job-uri\x00\x17ipp://localhost/jobs/17" in sent
    assert b"\x42\x00\x14requesting-user-name\x00\x09keywright" in sent


@pytest.mark.parametrize(
    "answer",
    [
        http(b"\x02\x00\x04\x04\x00\x00\x00\x01\x03"),
        http(OK, "401 Unauthorized"),
        http(b""),
        b"no HTTP at all\r\n\r\n",
        b"",
    ],
)
def test_whatever_is_no_yes_is_a_no(answer: bytes) -> None:
    assert not asked(answer)[0]


def test_nobody_behind_the_socket_is_a_no() -> None:
    assert not purge("/nowhere/cups.sock", 17, "keywright")
