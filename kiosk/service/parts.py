"""What the service is made of: one frozen value, given to every action; nothing of it is global."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Protocol

from kiosk.contract.profile import VerificationMethod
from kiosk.service.directories.connector import Directory
from kiosk.service.relying_parties.connector import RelyingParty
from kiosk.service.settings import ServiceSettings
from kiosk.service.store.engine import Store
from kiosk.service.verification.connector import Verifier


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> datetime:
        """The time in UTC, aware."""
        ...


class Random(Protocol):
    """Where randomness comes from."""

    def token(self, n: int) -> bytes:
        """`n` bytes, unpredictable."""
        ...

    def digits(self, n: int) -> str:
        """`n` decimal digits, each equally likely."""
        ...


class SystemClock:
    """The computer's clock, which never goes back while the program runs: set back, it walks on from where it was."""

    def __init__(
        self,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._lock = Lock()
        self._last, self._read_at = wall(), monotonic()

    def now(self) -> datetime:
        """The later of the wall clock and of what the last answer has become since."""
        with self._lock:
            elapsed = self._monotonic() - self._read_at
            self._last = max(self._wall(), self._last + timedelta(seconds=elapsed))
            self._read_at += elapsed
            return self._last


class SystemRandom:
    """The operating system's generator."""

    def token(self, n: int) -> bytes:
        """From `secrets`."""
        return secrets.token_bytes(n)

    def digits(self, n: int) -> str:
        """From `secrets`, without bias."""
        return f"{secrets.randbelow(10**n):0{n}d}"


def new_id(random: Random) -> str:
    """128 random bits in hexadecimal."""
    return random.token(16).hex()


def _nobody() -> None:
    """No worker listens."""


@dataclass(frozen=True)
class Parts:
    """Everything an action may use.

    `hmac_key` (32 bytes) keys the hashes of codes and the stable user handles of the embedded relying party. `secret`
    resolves the name of a secret (settings never hold one); it raises kiosk.errors.NoCredential. `embedded` allows
    simulated keys. `nudge` wakes the worker after a commit that gave it work.
    """

    store: Store
    clock: Clock
    random: Random
    settings: ServiceSettings
    directory: Directory
    verifiers: Mapping[VerificationMethod, Verifier]
    relying_parties: Mapping[str, RelyingParty]
    hmac_key: bytes = field(repr=False)
    secret: Callable[[str], str] = field(repr=False)
    embedded: bool = False
    nudge: Callable[[], None] = _nobody
