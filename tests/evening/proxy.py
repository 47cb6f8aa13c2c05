"""A real HAProxy before the replicas: no session sticks to one of them, and one that is away is not asked."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Final

import pytest
import requests

from kiosk.contract.paths import READY
from kiosk.resources import resource

_PATIENCE: Final = 30.0
_EXAMPLE: Final = resource("proxy/haproxy.cfg")


@contextmanager
def proxy(folder: Path, port: int, replicas: Sequence[int], authority: Path) -> Iterator[None]:
    """Pass what comes to `port` on to these ports, TLS and all, until the block ends."""
    program = shutil.which("haproxy", path="/usr/sbin:/usr/bin")
    if program is None:
        message = "needs haproxy"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    conf = folder / "haproxy.cfg"
    conf.write_text(_here(_EXAMPLE.read_text(), port, replicas, authority))
    with (folder / "haproxy.log").open("wb") as log:
        process = subprocess.Popen([program, "-db", "-f", str(conf)], stdout=log, stderr=log)
        try:
            _wait(port, authority, process)
            yield
        finally:
            process.terminate()
            process.wait(20)


def _here(example: str, port: int, replicas: Sequence[int], authority: Path) -> str:
    """The example that administrators begin with, at addresses of this test."""
    instead = {
        "bind :443": f"bind 127.0.0.1:{port}",
        "/etc/keywright/authority.pem": str(authority),
        **{f"127.0.0.1:{old}": f"127.0.0.1:{new}" for old, new in zip((8443, 8444), replicas, strict=True)},
    }
    for old, new in instead.items():
        assert old in example
        example = example.replace(old, new)
    return example


def _wait(port: int, authority: Path, process: subprocess.Popen[bytes]) -> None:
    """Until a replica answers through it."""
    ends = monotonic() + _PATIENCE
    while process.poll() is None and monotonic() < ends:
        with suppress(requests.ConnectionError):
            if requests.get(f"https://localhost:{port}{READY}", verify=str(authority), timeout=5).ok:
                return
        Event().wait(0.05)
    raise AssertionError("no replica answers through the proxy")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
