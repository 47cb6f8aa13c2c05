"""Has CUPS delete what it keeps of a job: its own `cancel` leaves the document of one that is over where it is."""

from __future__ import annotations

import socket
from http.client import HTTPConnection, HTTPException
from typing import Final

_CANCEL_JOB: Final = 0x0008
_OPERATION, _END = b"\x01", b"\x03"
_CHARSET, _LANGUAGE, _URI, _NAME, _BOOLEAN = 0x47, 0x48, 0x45, 0x42, 0x22
_SECONDS: Final = 10.0
_LONGEST: Final = 65536
_FIRST_ERROR: Final = 0x0100


class _Local(HTTPConnection):
    """HTTP over the socket of a file: nothing leaves the machine."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_SECONDS)
        self._path = path

    def connect(self) -> None:
        """Connect to the file's socket. Raises OSError."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_SECONDS)
        self.sock.connect(self._path)


def purge(server: str, job: int, user: str) -> bool:
    """Delete the job with its document, whether or not it is over; whether CUPS says that it did. `server` is its
    socket, and `user` whose job it is.

    Cancel-Job (RFC 8011 section 4.3.3) with the attribute purge-job of CUPS.
    """
    connection = _Local(server)
    try:
        connection.request("POST", f"/jobs/{job}", _cancel(job, user), {"Content-Type": "application/ipp"})
        answer = connection.getresponse()
        told = answer.read(_LONGEST)
        return answer.status == 200 and len(told) >= 8 and int.from_bytes(told[2:4], "big") < _FIRST_ERROR
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _cancel(job: int, user: str) -> bytes:
    head = bytes((2, 0)) + _CANCEL_JOB.to_bytes(2, "big") + (1).to_bytes(4, "big")
    said = (
        _attribute(_CHARSET, "attributes-charset", b"utf-8"),
        _attribute(_LANGUAGE, "attributes-natural-language", b"en"),
        _attribute(_URI, "job-uri", f"ipp://localhost/jobs/{job}".encode()),
        _attribute(_NAME, "requesting-user-name", user.encode()),
        _attribute(_BOOLEAN, "purge-job", b"\x01"),
    )
    return head + _OPERATION + b"".join(said) + _END


def _attribute(tag: int, name: str, value: bytes) -> bytes:
    """One attribute (RFC 8010 section 3.1.4)."""
    return bytes((tag,)) + len(name).to_bytes(2, "big") + name.encode() + len(value).to_bytes(2, "big") + value
