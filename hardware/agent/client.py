"""Keys behind an agent: a `KeySource` and its `Authenticator`s, which outlive the agent.

When an agent is lost its key is opened again in the next one and the session goes on where it was. What is harmless to
repeat is repeated once, and nobody notices; what is not (`protocol.NEVER_REPEATED`) ends with AgentLost.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any

from hardware.agent.key import TRIES, AgentKey
from hardware.agent.link import Asked, Link, LinkLost, OtherVersion
from hardware.agent.protocol import DESK
from hardware.agent.spawn import Connector
from hardware.authenticator import Authenticator, KeyAddress, Watch
from hardware.errors import AgentLost, NoAccess

UPDATE = "the key agent is of another release than this station: update both, and start both again"


class Reconnecting:
    """One connection to an agent, made when it is needed and made again when it was lost. Thread-safe."""

    def __init__(self, connector: Connector, clock: Callable[[], float]) -> None:
        self._connector = connector
        self._clock = clock
        self._lock = Lock()
        self._link: Link | None = None

    def ask(self, verb: str, **given: Any) -> Any:
        """Call a verb that is harmless to repeat. Raises HardwareErrors, AgentLost after a second loss."""
        asked = Asked(DESK[verb], given, Watch(deadline=0))
        with self._lock:
            try:
                return self._call(asked)
            except LinkLost:
                self._link = None
            try:
                return self._call(asked)
            except LinkLost as lost:
                self._link = None
                raise AgentLost from lost

    def _call(self, asked: Asked) -> Any:
        if self._link is None:
            self._link = connected(self._connector, self._clock)
        return self._link.call(asked, 0)

    def close(self) -> None:
        """End the connection."""
        with self._lock:
            if self._link is not None:
                self._link.close()
            self._link = None


def connected(connector: Connector, clock: Callable[[], float]) -> Link:
    """A new connection that has said hello. Raises NoAccess, and LinkLost after several agents were lost."""
    tries = 0
    while True:
        tries += 1
        try:
            return Link(connector.connect(), clock)
        except OtherVersion as error:
            raise NoAccess(connector.place, UPDATE) from error
        except LinkLost:
            if tries >= TRIES:
                raise


class AgentSource:
    """The keys of an agent, as a `KeySource`. Looks, waits and open keys have connections of their own."""

    def __init__(self, connector: Connector, clock: Callable[[], float] = monotonic) -> None:
        self._connector = connector
        self._clock = clock
        self._looks = Reconnecting(connector, clock)
        self._waits = Reconnecting(connector, clock)

    def attached(self) -> tuple[KeyAddress, ...]:
        """As KeySource. Raises NoAccess also where no agent can be reached."""
        found: tuple[KeyAddress, ...] = self._looks.ask("attached")
        return found

    def changed(self, seconds: float) -> bool:
        """As KeySource."""
        return bool(self._waits.ask("changed", seconds=seconds))

    def open(self, address: KeyAddress) -> Authenticator:
        """As KeySource."""
        return AgentKey.open(address, lambda: connected(self._connector, self._clock), self._clock)

    def close(self) -> None:
        """End the connections of the source; keys that are open stay so."""
        self._looks.close()
        self._waits.close()
