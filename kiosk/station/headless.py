"""A session without a window: its events wait in a queue, and somebody answers each screen in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Protocol

from kiosk.enrollment.events import Event, PinChosen, PinReplaced, PinTyped, RetryDue
from kiosk.enrollment.states import Connecting, Prove, State
from kiosk.enrollment.visit import Port
from kiosk.errors import TookTooLong
from kiosk.station.session import Session


class Person(Protocol):
    """Who stands at the kiosk: a script, or somebody at a terminal."""

    def respond(self, state: State) -> Event | None:
        """What they do at this screen; None to wait. Asked once for each screen, or change of a screen."""
        ...

    @property
    def pace(self) -> float | None:
        """Seconds between two `tick`s while nothing happens; None for none."""
        ...

    def tick(self) -> None:
        """Show that we are waiting."""
        ...


class Host:
    """Runs one session on the calling thread.

    `make` makes the session around the `post` it is given; `clock` is monotonic, in seconds.
    """

    def __init__(self, make: Callable[[Callable[[Event], None]], Session], clock: Callable[[], float]) -> None:
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._clock = clock
        self.session = make(self._events.put)

    @property
    def post(self) -> Callable[[Event], None]:
        """Brings an event here, from any thread."""
        return self._events.put

    def run(self, person: Person, finished: Callable[[State], bool], seconds: float | None = None) -> State:
        """Go on until a state is `finished`; gives that state. The session was started.

        Raises TookTooLong after `seconds`.
        """
        until = None if seconds is None else self._clock() + seconds
        asked: State | None = None
        while True:
            self._drain()
            state = self.session.state
            if finished(state):
                return state
            if (question := _question(state)) != asked:
                asked = question
                if self._answered(person, state):
                    continue
            self._wait(person, state, until)

    def _answered(self, person: Person, state: State) -> bool:
        """Ask the person; what they say to a screen that is gone by then is not said to the next one."""
        event = person.respond(state)
        if event is None:
            return False
        self._drain()
        if _attempt(self.session.state) == _attempt(state) and type(self.session.state) is type(state):
            self.session.dispatch(event)
        else:
            _wipe(event)
        return True

    def _drain(self) -> None:
        while not self._events.empty():
            self.session.dispatch(self._events.get())

    def _wait(self, person: Person, state: State, until: float | None) -> None:
        """Until something happens, or an announced wait is over. Raises TookTooLong when the time is."""
        retry_in = state.retry_in if isinstance(state, Connecting | Prove) else 0
        retry_at = self._clock() + retry_in if retry_in else None
        while True:
            ends = [end for end in (until, retry_at) if end is not None]
            pauses = [max(end - self._clock(), 0.0) for end in ends]
            try:
                event = self._events.get(timeout=min([*pauses, *filter(None, [person.pace])], default=None))
            except Empty:
                if until is not None and self._clock() >= until:
                    raise TookTooLong from None
                if retry_at is None or self._clock() < retry_at:
                    person.tick()
                    continue
                event = RetryDue(_attempt(state))
            self.session.dispatch(event)
            return


def _wipe(event: Event) -> None:
    """Forget the PIN in what was not said."""
    match event:
        case PinTyped(pin) | PinChosen(pin):
            pin.wipe()
        case PinReplaced(current, new):
            current.wipe()
            new.wipe()
        case _:
            pass


def _attempt(state: State) -> int:
    return state.attempt if isinstance(state, Connecting) else state.visit.attempt


def _question(state: State) -> State:
    """The state without the keys that come and go: what matters to whom it is shown."""
    if isinstance(state, Connecting):
        return replace(state, port=Port())
    return replace(state, visit=replace(state.visit, port=Port()))
