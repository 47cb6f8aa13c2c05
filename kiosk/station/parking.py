"""The person's session and the desk over it: one of both hears the reader, the other one stands still."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeGuard, cast, get_args

from kiosk.desk import events as desk_events
from kiosk.desk.effects import Effect, EndVisit, ReadKey
from kiosk.desk.flow import advance
from kiosk.desk.states import Closed
from kiosk.desk.states import State as DeskState
from kiosk.enrollment.events import Cancelled, Event, KeyInaccessible, KeyInserted, KeyRemoved
from kiosk.enrollment.states import (
    ChangePin,
    ChoosePin,
    Connecting,
    EnrollFinger,
    EnterPin,
    InsertKey,
    Prove,
    RandomPin,
    ResetKey,
    SelectKey,
    State,
    Stopped,
    Touch,
)
from kiosk.enrollment.visit import Port
from kiosk.station.desk_work import DeskWork

_DESK = get_args(desk_events.Event)


class Visits(Protocol):
    """A person's session, as far as it is parked: `kiosk.station.session.Session`, with its watched port."""

    @property
    def state(self) -> State:
        """Where the person is."""
        ...

    def dispatch(self, event: Event) -> None:
        """Take one event."""
        ...

    def leave_key(self) -> None:
        """Close the key that the session has open."""
        ...


class Parking:
    """Sends each event to who owns it. While the desk is open, what comes for the person is kept, in order, and told
    when it closes, after what changed in the reader. All on the host's thread."""

    def __init__(self, visits: Visits, work: DeskWork) -> None:
        self._visits, self._work = visits, work
        self._desk: DeskState = Closed()
        self._port, self._found = Port(), Port()
        self._kept: list[Event] = []
        self._ends = self._left = False
        self._observers: list[Callable[[DeskState], None]] = []

    @property
    def state(self) -> DeskState:
        """Where staff are."""
        return self._desk

    @property
    def parked(self) -> bool:
        """Whether the desk owns the reader."""
        return not isinstance(self._desk, Closed)

    def observe(self, on_state: Callable[[DeskState], None]) -> None:
        """Call `on_state` with each new state of the desk."""
        self._observers.append(on_state)

    def open_desk(self) -> bool:
        """Open the desk over the person's screen; False, and nothing happens, while the key is at work for them."""
        if self.parked or not at_rest(self._visits.state):
            return False
        self._found = self._port
        self._left = self._ends = False
        self._step(desk_events.Opened(self._port))
        return True

    def dispatch(self, event: Event | desk_events.Event) -> None:
        """Take one event, of either."""
        if _of_desk(event):
            self._step(event)
            return
        self._take(cast("Event", event))

    def _take(self, event: Event) -> None:
        changes = self._watch(event)
        if not self.parked:
            self._visits.dispatch(event)
        elif changes:
            self._step(desk_events.PortChanged(self._port))
        else:
            self._kept.append(event)

    def _watch(self, event: Event) -> bool:
        match event:
            case KeyInserted(address):
                self._port = self._port.with_key(address)
            case KeyRemoved(address):
                self._port = self._port.without_key(address)
            case KeyInaccessible():
                pass
            case _:
                return False
        return True

    def _step(self, event: desk_events.Event) -> None:
        before = self._desk
        self._desk, effects = advance(before, event)
        for effect in effects:
            self._run(effect)
        if self._desk is not before:
            for observer in self._observers:
                observer(self._desk)
            if not self.parked:
                self._resume()

    def _run(self, effect: Effect) -> None:
        if isinstance(effect, EndVisit):
            self._ends = True
            return
        if isinstance(effect, ReadKey) and not self._left:
            self._left = True
            self._visits.leave_key()
        self._work.submit(effect)

    def _resume(self) -> None:
        """The person again: first what is in the reader now, then what came meanwhile."""
        before, now = self._found.keys, self._port.keys
        gone = [KeyRemoved(key) for key in before if key not in now]
        come = [KeyInserted(key) for key in now if key not in before]
        kept, self._kept = self._kept, []
        for event in (*gone, *come, *kept, *((Cancelled(),) if self._ends else ())):
            self._visits.dispatch(event)


def _of_desk(event: object) -> TypeGuard[desk_events.Event]:
    return isinstance(event, _DESK)


def at_rest(state: State) -> bool:
    """Whether nothing is under way with the key, so that the reader may be given away."""
    match state:
        case Connecting() | Prove():
            return isinstance(state, Connecting)
        case InsertKey(reading=reading):
            return not reading
        case EnterPin(busy=busy) | ChoosePin(busy=busy) | ChangePin(busy=busy):
            return not busy
        case Touch(problem=problem) | EnrollFinger(problem=problem) | SelectKey(problem=problem):
            return problem is not None
        case RandomPin(pin=pin, problem=problem):
            return (pin is not None or problem is not None) and not state.printing
        case ResetKey(problem=problem):
            return problem is not None
        case Stopped(cleaning=cleaning):
            return not cleaning
        case _:
            return True
