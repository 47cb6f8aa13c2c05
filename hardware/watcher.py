"""Keys that come and go, seen as the difference between two looks at a `KeySource`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from time import monotonic

from hardware.authenticator import KeyAddress, KeySource
from hardware.errors import HardwareError, NoAccess

TROUBLE_AFTER = 2
"""Looks in a row that must fail before it is said: udev grants access a moment after a key appears."""

LOOK_AGAIN = 0.3
"""Seconds after which is looked again where the last look failed and that was not said yet."""

LOOK_ANYWAY = 5.0
"""Seconds after which is looked though nothing was told: a system may swallow its own news."""

TURN = 0.3
"""Seconds of one turn, after which a watcher that shall end can end. Nothing is looked at in between."""


@dataclass(frozen=True, slots=True)
class Inserted:
    """A key was put in; `address.attach_id` belongs to this insertion alone."""

    address: KeyAddress


@dataclass(frozen=True, slots=True)
class Removed:
    """A key was taken out."""

    address: KeyAddress


@dataclass(frozen=True, slots=True)
class Obstructed:
    """Keys cannot be looked for, or the one that is there cannot be opened (NoAccess)."""

    error: HardwareError


@dataclass(frozen=True, slots=True)
class Cleared:
    """What was reported as `Obstructed` is over."""


Change = Inserted | Removed | Obstructed | Cleared


def difference(
    before: Sequence[KeyAddress], after: Sequence[KeyAddress]
) -> tuple[tuple[KeyAddress, ...], tuple[KeyAddress, ...]]:
    """The keys that left and the keys that came; one that was exchanged or put back in between is in both."""
    left = tuple(address for address in before if address not in after)
    came = tuple(address for address in after if address not in before)
    return left, came


class Watcher:
    """Tells `on_change` what looking finds. Has no thread: a lane calls `turn` again and again, or `poll`."""

    def __init__(
        self, source: KeySource, on_change: Callable[[Change], None], *, clock: Callable[[], float] = monotonic
    ) -> None:
        self._source = source
        self._on_change = on_change
        self._clock = clock
        self._due = clock()
        self._seen: dict[KeyAddress, KeyAddress] = {}
        self._insertions = count(1)
        self._failures = 0
        self._obstruction: tuple[type[HardwareError], str] | None = None

    @property
    def attached(self) -> tuple[KeyAddress, ...]:
        """The keys that the last look found, as they were reported."""
        return tuple(self._seen.values())

    def run(self, ended: Callable[[], bool]) -> None:
        """Take turns until `ended`."""
        while not ended():
            self.turn()

    def turn(self) -> None:
        """Look, if it is time to; else wait a moment for news, and look if there are any."""
        left = self._due - self._clock()
        if left <= 0 or self._source.changed(min(left, TURN)):
            self.poll()

    def poll(self) -> None:
        """Look once."""
        self._due = self._clock() + LOOK_ANYWAY
        try:
            found = self._source.attached()
        except HardwareError as error:
            self._failures += 1
            if self._failures >= TROUBLE_AFTER:
                self._compare(())
                self._report_failure(error)
            else:
                self._due = self._clock() + LOOK_AGAIN
        else:
            self._report_success()
            self._compare(found)

    def _compare(self, found: tuple[KeyAddress, ...]) -> None:
        left, came = difference(tuple(self._seen), found)
        for address in left:
            self._on_change(Removed(self._seen.pop(address)))
        for address in came:
            # A source that cannot tell insertions apart has them numbered here.
            known = address if address.attach_id else replace(address, attach_id=next(self._insertions))
            self._seen[address] = known
            self._on_change(Inserted(known))

    def _report_failure(self, error: HardwareError) -> None:
        kind = type(error), error.path if isinstance(error, NoAccess) else ""
        if kind != self._obstruction:
            self._obstruction = kind
            self._on_change(Obstructed(error))

    def _report_success(self) -> None:
        self._failures = 0
        if self._obstruction is not None:
            self._obstruction = None
            self._on_change(Cleared())
