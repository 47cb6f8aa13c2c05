"""Tells a reader of badges or codes that types (a keyboard wedge) from a person, by speed and ending alone."""

from __future__ import annotations

from collections.abc import Callable

READER_GAP = 0.05
"""Seconds. Readers send a character every 1 to 30 ms; two keys of a fast typist are 60 ms or more apart."""
SHORTEST = 4
"""Characters. Shorter bursts may be two hands falling on the keyboard."""
LONGEST = 256
"""Characters. A burst that goes on after that is no badge, and no link in a code either."""


class Wedge:
    """Watches characters as they arrive and says, at Enter, whether a reader sent them.

    A scan is at least `SHORTEST` characters, each within `READER_GAP` of the one before, closed by Enter within the
    same gap. `clock` gives seconds and never goes back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = float("-inf")
        self._burst = ""

    def typed(self, text: str) -> bool:
        """A key brought `text`. True when this begins a new burst, so that the caller can remember the field."""
        now = self._clock()
        begins = not self._burst or now - self._last > READER_GAP
        self._burst = text if begins else (self._burst + text)[: LONGEST + 1]
        self._last = now
        return begins

    def ended(self) -> str:
        """Enter was pressed: the number that a reader sent, or nothing when a person typed. Starts afresh."""
        burst, in_time = self._burst, self._clock() - self._last <= READER_GAP
        self.forget()
        number = burst.strip()
        return number if in_time and len(number) >= SHORTEST and len(burst) <= LONGEST else ""

    def forget(self) -> None:
        """Forget what was typed so far."""
        self._burst, self._last = "", float("-inf")
