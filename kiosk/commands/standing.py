"""A session with the thread that watches its port: what stands behind a window."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from kiosk.desk.events import Event as DeskEvent
from kiosk.enrollment.events import Event
from kiosk.enrollment.states import State
from kiosk.station.desk_work import DeskWork
from kiosk.station.heart import Heart
from kiosk.station.lanes import Ticker
from kiosk.station.liaison import Liaison
from kiosk.station.notes import Heard, Missed, News, Notes, Owing
from kiosk.station.parking import Parking
from kiosk.station.session import Session


class Standing:
    """A `ui.application.Station`: started and stopped as one. With `work`, staff can open a desk over the session; with
    a `heart`, it tells the service how it stands, and the `liaison` hears what comes of that."""

    def __init__(
        self,
        session: Session,
        port: Ticker,
        work: DeskWork | None = None,
        heart: Heart | None = None,
        liaison: Callable[[Standing], Liaison] | None = None,
    ) -> None:
        self._session, self._port, self._work, self._heart = session, port, work, heart
        self.desk = Parking(session, work) if work is not None else None
        self._liaison = liaison(self) if liaison is not None else None
        if self._heart is not None:
            session.observe(self._heart.follow)
        if self._liaison is not None:
            session.observe(self._liaison.follow)

    @property
    def occupied(self) -> bool:
        """Whether staff have the screen."""
        return self.desk is not None and self.desk.parked

    def observe_notes(self, on_notes: Callable[[Notes], None]) -> None:
        """Call `on_notes` with what staff may know of this kiosk, now and whenever it changes."""
        if self._liaison is not None:
            self._liaison.observe(on_notes)

    def dispatch(self, event: Event | DeskEvent | News) -> None:
        """As Session; and for the desk, and for what the heart brings."""
        if isinstance(event, Heard | Missed | Owing):
            if self._liaison is not None:
                self._liaison.hear(event)
        elif self.desk is not None:
            self.desk.dispatch(event)
        else:
            self._session.dispatch(cast("Event", event))

    def observe(self, on_state: Callable[[State], None]) -> None:
        """As Session."""
        self._session.observe(on_state)

    def start(self) -> None:
        """Start the session, then watch the port, then tell how it stands."""
        self._session.start()
        self._port.start()
        if self._heart is not None:
            self._heart.start()

    def stop(self) -> bool:
        """Stop all. False when one of them hangs."""
        stopped = self._port.stop()
        if self._heart is not None:
            stopped = self._heart.stop() and stopped
        if self._work is not None:
            self._work.stop()
        return self._session.stop() and stopped
