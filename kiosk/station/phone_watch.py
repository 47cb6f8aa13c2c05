"""Watches how a code on the screen stands, or what staff say, beside everything else: no lane waits for a person.

The service holds an answer back until there is news; where it does not, it is asked every second or two.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event as Flag
from threading import Lock, Thread
from typing import Protocol

import structlog

from kiosk.contract.phone import PhoneStanding
from kiosk.contract.staff import Approval, ApprovalState
from kiosk.enrollment.answers import Failed
from kiosk.enrollment.answers_of_phone import PhoneMoved, PhoneUnseen
from kiosk.enrollment.answers_of_staff import ApprovalMoved, ApprovalUnseen
from kiosk.enrollment.effects import WatchApproval, WatchPhone
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

    def approval(self, enrollment_id: str, approval_id: str, seen: str = "", hold: int = 0) -> Approval:
        """What staff said."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


Watched = WatchPhone | WatchApproval
"""What is looked at."""


class PhoneWatch:
    """One code, or one request to staff, at a time, in a thread of its own. `watch`, `leave` and `stop` are called on
    one thread.

    `client` makes a connection of its own; it is kept for the next one. `post` takes events from any thread. `clock`
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

    def watch(self, asked: Watched) -> None:
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

    def _run(self, asked: Watched, left: Flag) -> None:
        tell = self._told(left)
        error = at_the_edge("phone", lambda: self._work(asked, tell, left))
        if error is not None:
            tell(Failed(asked.attempt, error))

    def _work(self, asked: Watched, tell: Callable[[Event], None], left: Flag) -> None:
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
        self._known: PhoneStanding | Approval | None = None
        self._failures = 0

    def run(self, asked: Watched) -> None:
        """Ask again and again. Raises what does not pass by itself, and what still lasts some time after the end of the
        code: it may have been completed, so nobody says before that it ran out."""
        ends = self._clock() + asked.seconds + GRACE
        while not self._left.is_set():
            began = self._clock()
            moved = self._asked(asked, ends)
            if self._known is not None and _is_over(self._known) and not self._failures:
                return
            if not moved:
                self._left.wait(max(self._pause() - (self._clock() - began), 0.0))

    def _asked(self, asked: Watched, ends: float) -> bool:
        """Ask once, and tell what is news. Whether it is worth asking again at once."""
        try:
            standing = self._standing(asked)
        except _MAY_PASS as error:
            if self._clock() >= ends:
                raise
            self._failed(asked, error)
            return False
        moved = self._known is None or _facts(standing) != _facts(self._known)
        if moved or self._failures:
            self._tell(_news(asked.attempt, standing))
        self._known, self._failures = standing, 0
        return moved

    def _standing(self, asked: Watched) -> PhoneStanding | Approval:
        match asked:
            case WatchPhone(transaction_id=transaction_id):
                return self._client.phone_standing(transaction_id, _seen(self._known), HOLD)
            case WatchApproval(enrollment_id=enrollment_id, approval_id=approval_id):
                return self._client.approval(enrollment_id, approval_id, _seen(self._known), HOLD)

    def _failed(self, asked: Watched, error: ServiceError) -> None:
        self._failures += 1
        if self._failures == 1:
            unseen = ApprovalUnseen if isinstance(asked, WatchApproval) else PhoneUnseen
            self._tell(unseen(asked.attempt, error))
        _log.info("phone_unseen", error=type(error).__name__, reference=error.reference)

    def _pause(self) -> float:
        longer = min(PAUSE * 2.0 ** min(self._failures, 8), LONGEST_PAUSE) if self._failures else PAUSE
        return longer + SPREAD * (2.0 * self._chance() - 1.0)


def _is_over(standing: PhoneStanding | Approval) -> bool:
    return standing.status.over if isinstance(standing, PhoneStanding) else standing.state is not ApprovalState.PENDING


def _facts(standing: PhoneStanding | Approval) -> tuple[object, ...]:
    if isinstance(standing, PhoneStanding):
        return standing.status, standing.reason
    return standing.state, standing.given, standing.reason


def _seen(standing: PhoneStanding | Approval | None) -> str:
    """What is known, in the service's words."""
    if isinstance(standing, Approval):
        return f"{standing.state.value}:{standing.given}"
    return "" if standing is None else standing.status.value


def _news(attempt: int, standing: PhoneStanding | Approval) -> PhoneMoved | ApprovalMoved:
    if isinstance(standing, PhoneStanding):
        return PhoneMoved(attempt, standing)
    return ApprovalMoved(attempt, standing)
