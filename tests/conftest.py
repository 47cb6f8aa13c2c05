"""What every test must hold: no stray log, no leaked thread, no connection that leaves this machine."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator

import pytest

from kiosk.logs import route_to_stdlib

pytest_plugins = [
    "tests.hardware.matrix.summary",
    "tests.kiosk.service.api.summary",
    "tests.kiosk.service.several.summary",
    "tests.system.summary",
]
"""They tell at the end how many cases of the fault matrices were run, and what the guest had to show."""

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

_LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")
_PATIENCE = 5.0


def _only_loopback(event: str, args: tuple[object, ...]) -> None:
    """Audit hook: refuse a connection to anywhere but this machine."""
    if event not in ("socket.connect", "socket.sendto", "socket.getaddrinfo"):
        return
    address = args[0] if event == "socket.getaddrinfo" else args[1]
    host = address[0] if isinstance(address, tuple) else address
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if isinstance(host, str) and host and not host.startswith((*_LOOPBACK, "/", "\0")):
        raise RuntimeError(f"a test tried to reach {host!r}")


sys.addaudithook(_only_loopback)


@pytest.fixture(autouse=True)
def no_leaked_thread() -> Iterator[None]:
    """Fail a test that leaves a thread of its own running."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        if not thread.name.startswith(("asyncio_", "AnyIO", "ThreadPoolExecutor")):
            thread.join(_PATIENCE)
        if thread.is_alive() and not thread.name.startswith(("AnyIO", "asyncio_", "Dummy")):
            pytest.fail(f"thread {thread.name!r} outlived the test")


@pytest.fixture(autouse=True)
def our_log() -> None:
    """Our events go to `logging` as in production, where `caplog` sees them; the library would draw tracebacks."""
    route_to_stdlib()


@pytest.fixture(autouse=True)
def no_stray_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test on any log at WARNING or above that it did not look at (and then `caplog.clear()`ed)."""
    yield
    stray = [r for r in caplog.get_records("call") if r.levelno >= logging.WARNING]
    if stray:
        pytest.fail("stray log: " + "; ".join(f"{r.name}: {r.getMessage()}" for r in stray[:5]))
