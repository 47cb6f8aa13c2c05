"""What one connection may have: a look at the keys that are attached, and one of them open."""

from __future__ import annotations

from contextlib import suppress
from threading import Lock
from typing import Any, Protocol, runtime_checkable

from hardware.agent.protocol import DESK, Resumption, Verb
from hardware.authenticator import Authenticator, KeyAddress, KeySource
from hardware.errors import HardwareError, KeyBusy, KeyGone, KeySwapped


@runtime_checkable
class Resumable(Protocol):
    """A key whose session can be unlocked with what a right PIN left behind."""

    def resume(self, pin_hash: bytearray) -> None:
        """Unlock with LEFT(SHA-256(PIN), 16), and wipe it; nothing is sent to the key."""
        ...


class Held:
    """The keys that some connection has open: each physical key is for one. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._paths: set[str] = set()

    def take(self, path: str) -> None:
        """Raises KeyBusy when another connection has it."""
        with self._lock:
            if path in self._paths:
                raise KeyBusy
            self._paths.add(path)

    def give_back(self, path: str) -> None:
        """Let others have it."""
        with self._lock:
            self._paths.discard(path)


class Desk:
    """Does what one connection asks. Lives on that connection's worker thread."""

    def __init__(self, source: KeySource, held: Held) -> None:
        self._source = source
        self._held = held
        self._key: Authenticator | None = None
        self._path = ""

    @property
    def commands(self) -> int:
        """How many CTAP commands the open key was sent."""
        return int(getattr(self._key, "commands", 0))

    def perform(self, verb: Verb, given: dict[str, Any]) -> Any:
        """Call the verb. Raises HardwareErrors."""
        if verb.name == "close":
            return self.close()
        if verb.name in DESK:
            return getattr(self, verb.name)(**given)
        if self._key is None:
            raise KeyGone
        return getattr(self._key, verb.name)(**given)

    def attached(self) -> tuple[KeyAddress, ...]:
        """As KeySource."""
        return self._source.attached()

    def changed(self, seconds: float) -> bool:
        """As KeySource."""
        return self._source.changed(seconds)

    def open(self, address: KeyAddress) -> KeyAddress:
        """As `KeySource.open`; a key that this connection had open is closed."""
        self.close()
        self._held.take(address.path)
        self._path = address.path
        try:
            self._key = self._source.open(address)
        except HardwareError:
            self.close()
            raise
        return self._key.address

    def resume(self, address: KeyAddress, was: Resumption) -> KeyAddress:
        """As `protocol.Opening`."""
        found = self.open(address)
        assert self._key is not None
        try:
            self._unlock(self._key, was)
            if was.aaguid is not None and self._key.inspect().aaguid != was.aaguid:
                raise KeySwapped
        except HardwareError:
            self.close()
            raise
        return found

    def _unlock(self, key: Authenticator, was: Resumption) -> None:
        if was.pin_hash is not None and isinstance(key, Resumable):
            key.resume(bytearray(was.pin_hash))
        if was.built_in_uv:
            key.use_built_in_uv()

    def close(self) -> None:
        """Close the key and let others have it."""
        key, self._key = self._key, None
        try:
            if key is not None:
                with suppress(HardwareError):
                    key.close()
        finally:
            if self._path:
                self._held.give_back(self._path)
            self._path = ""
