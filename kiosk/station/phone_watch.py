"""Watches how the code on the screen stands, beside everything else: no lane waits for a person.

The service holds an answer back until there is news; where it does not, it is asked every second or two.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event as Flag
from threading import Lock, Thread
from typing import Protocol

import structlog

from kiosk.contract.phone import PhoneStanding
from kiosk.enrollment.answers import Failed
from kiosk.enrollment.answers_of_phone import PhoneMoved, PhoneUnseen
from kiosk.enrollment.effects import WatchPhone
from kiosk.enrollment.events import Event
from kiosk.errors import ServiceBroken, ServiceError, ServiceUnreachable, ServiceUntrusted
from kiosk.station.lanes import at_the_edge

_log = structlog.get_logger("keywright.station")

HOLD = 10
"""Seconds that an answer may be held back: less than a proxy on the way would cut off."""
PAUSE, SPREAD = 1.5, 0.2
"""Seconds between two questions that were answered at once, and how much more or less, so that kiosks which were
switched on together do not ask together."""
LONGEST_PAUSE = 5.0
"""Seconds between two questions while there is no answer."""
GRACE = 60.0
"""Seconds after its end for which it is still asked what became of a code, where nobody could tell meanwhile."""
_MAY_PASS = (ServiceUnreachable, ServiceUntrusted, ServiceBroken)


class Standings(Protocol):
    """What a watch calls at the service: `client.Client`."""

    def phone_standing(self, transaction_id: str, seen: str = "", hold: int = 0) -> PhoneStanding:
        """How a code stands."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class PhoneWatch:
    """One code at a time, in a thread of its own. `watch`, `leave` and `stop` are called on one thread.

    `client` makes a connection of its own; it is kept for the next code. `post` takes events from any thread. `clock`
    is monotonic, in seconds; `chance` gives numbers from 0 up to 1.
    """

    def __init__(
        self,
        client: Callable[[], Standings],
        post: Callable[[Event], None],
        clock: Callable[[], float],
        chance: Callable[[], float],
    ) -> None:
        self._client = client
        self._post = post
        self._clock = clock
        self._chance = chance
        self._lock = Lock()
        self._spare: Standings | None = None
        self._left = Flag()
        self._stopped = False
        self._threads: list[Thread] = []

    def watch(self, asked: WatchPhone) -> None:
        """Watch this code, and the one before no more."""
        self.leave()
        self._left = Flag()
        thread = Thread(target=self._run, args=(asked, self._left), name="keywright-phone", daemon=True)
        self._threads = [*(each for each in self._threads if each.is_alive()), thread]
        thread.start()

    def leave(self) -> None:
        """Nothing more is told of the code that is watched. A question on its way may still be answered, unheard."""
        self._left.set()

    def stop(self, patience: float = 2.0) -> bool:
        """End. False while a question to a service that does not answer is still on its way: it ends by its time-out,
        and holds nothing up."""
        self.leave()
        with self._lock:
            self._stopped = True
            spare, self._spare = self._spare, None
        if spare is not None:
            spare.close()
        until = self._clock() + patience
        for thread in self._threads:
            thread.join(max(until - self._clock(), 0.0))
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self, asked: WatchPhone, left: Flag) -> None:
        tell = self._told(left)
        error = at_the_edge("phone", lambda: self._work(asked, tell, left))
        if error is not None:
            tell(Failed(asked.attempt, error))

    def _work(self, asked: WatchPhone, tell: Callable[[Event], None], left: Flag) -> None:
        client = self._borrowed()
        try:
            _Watching(client, tell, self._clock, self._chance, left).run(asked)
        finally:
            self._given_back(client)

    def _told(self, left: Flag) -> Callable[[Event], None]:
        return lambda event: None if left.is_set() else self._post(event)

    def _borrowed(self) -> Standings:
        with self._lock:
            spare, self._spare = self._spare, None
        return self._client() if spare is None else spare

    def _given_back(self, client: Standings) -> None:
        with self._lock:
            if not self._stopped and self._spare is None:
                self._spare = client
                return
        client.close()


class _Watching:
    """One code, until it is over, given up, or left."""

    def __init__(
        self,
        client: Standings,
        tell: Callable[[Event], None],
        clock: Callable[[], float],
        chance: Callable[[], float],
        left: Flag,
    ) -> None:
        self._client = client
        self._tell = tell
        self._clock = clock
        self._chance = chance
        self._left = left
        self._known: PhoneStanding | None = None
        self._failures = 0

    def run(self, asked: WatchPhone) -> None:
        """Ask again and again. Raises what does not pass by itself, and what still lasts some time after the end of the
        code: it may have been completed, so nobody says before that it ran out."""
        ends = self._clock() + asked.seconds + GRACE
        while not self._left.is_set():
            began = self._clock()
            moved = self._asked(asked, ends)
            if self._known is not None and self._known.status.over and not self._failures:
                return
            if not moved:
                self._left.wait(max(self._pause() - (self._clock() - began), 0.0))

    def _asked(self, asked: WatchPhone, ends: float) -> bool:
        """Ask once, and tell what is news. Whether it is worth asking again at once."""
        seen = "" if self._known is None else self._known.status.value
        try:
            standing = self._client.phone_standing(asked.transaction_id, seen, HOLD)
        except _MAY_PASS as error:
            if self._clock() >= ends:
                raise
            self._failed(asked, error)
            return False
        moved = self._known is None or (standing.status, standing.reason) != (self._known.status, self._known.reason)
        if moved or self._failures:
            self._tell(PhoneMoved(asked.attempt, standing))
        self._known, self._failures = standing, 0
        return moved

    def _failed(self, asked: WatchPhone, error: ServiceError) -> None:
        self._failures += 1
        if self._failures == 1:
            self._tell(PhoneUnseen(asked.attempt, error))
        _log.info("phone_unseen", error=type(error).__name__, reference=error.reference)

    def _pause(self) -> float:
        longer = min(PAUSE * 2.0 ** min(self._failures, 8), LONGEST_PAUSE) if self._failures else PAUSE
        return longer + SPREAD * (2.0 * self._chance() - 1.0)
