"""A real HAProxy before the replicas: no session sticks to one of them, and one that is away is not asked."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Final

import pytest
import requests

from kiosk.contract.paths import HEALTH

_PATIENCE: Final = 30.0
_CONF: Final = """\
global
    maxconn 500
defaults
    mode tcp
    timeout connect 2s
    timeout check 3s
    timeout client 60s
    timeout server 60s
    retries 3
    option redispatch
frontend keys
    bind 127.0.0.1:{port}
    default_backend replicas
backend replicas
    balance leastconn
    option httpchk
    http-check send meth GET uri {health} ver HTTP/1.1 hdr Host localhost
    http-check expect status 200
    default-server check check-ssl verify required ca-file {authority} inter 500ms fall 2 rise 1
    default-server on-marked-down shutdown-sessions
{servers}
"""


@contextmanager
def proxy(folder: Path, port: int, replicas: Sequence[int], authority: Path) -> Iterator[None]:
    """Pass what comes to `port` on to these ports, TLS and all, until the block ends."""
    program = shutil.which("haproxy", path="/usr/sbin:/usr/bin")
    if program is None:
        message = "needs haproxy"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    servers = "".join(f"    server replica{n} 127.0.0.1:{each}\n" for n, each in enumerate(replicas, 1))
    conf = folder / "haproxy.cfg"
    conf.write_text(_CONF.format(port=port, health=HEALTH, authority=authority, servers=servers))
    with (folder / "haproxy.log").open("wb") as log:
        process = subprocess.Popen([program, "-db", "-f", str(conf)], stdout=log, stderr=log)
        try:
            _wait(port, authority, process)
            yield
        finally:
            process.terminate()
            process.wait(20)


def _wait(port: int, authority: Path, process: subprocess.Popen[bytes]) -> None:
    """Until a replica answers through it."""
    ends = monotonic() + _PATIENCE
    while process.poll() is None and monotonic() < ends:
        with suppress(requests.ConnectionError):
            if requests.get(f"https://localhost:{port}{HEALTH}", verify=str(authority), timeout=5).ok:
                return
        Event().wait(0.05)
    raise AssertionError("no replica answers through the proxy")
