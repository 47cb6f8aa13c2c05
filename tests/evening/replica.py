"""One of several services over one database, in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from hardware.simulated.attestation import simulated_root_der
from kiosk import logs
from kiosk.service.assembly import Service, Surroundings, assemble
from kiosk.service.attestation.anchors import TrustAnchors
from kiosk.service.settings import ServiceSettings
from kiosk.service.sources import SystemClock
from kiosk.service.tls import Identity

KEY = bytes(range(32))


@dataclass(frozen=True)
class Replica:
    """Where one listens, and how it is set up."""

    name: str
    port: int
    settings: dict[str, Any]
    identity: Identity
    log: Path


def secret(name: str) -> str:
    """What every secret is in tests."""
    return f"the secret {name}"


def assembled(settings: dict[str, Any], now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Service:
    """A service that takes simulated keys; not running."""
    anchors = TrustAnchors.from_der([simulated_root_der()])
    around = Surroundings(KEY, secret=secret, embedded=True, anchors=anchors, clock=SystemClock(now))
    return assemble(ServiceSettings.model_validate(settings), around)


def serve(replica: Replica, ready: Connection) -> None:
    """Serve until it is killed, or the test ends."""
    logs.install(logs.LogSettings(file=replica.log))
    service = assembled(replica.settings)
    service.worker.start()
    server = service.serve(replica.identity, "127.0.0.1", replica.port)
    server.start()
    ready.send("ready")
    with suppress(EOFError):
        ready.recv()
    server.stop()
    service.close()
