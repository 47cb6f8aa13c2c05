"""A session with the thread that watches its port: what stands behind a window."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from kiosk.desk.events import Event as DeskEvent
from kiosk.enrollment.events import Event
from kiosk.enrollment.states import State
from kiosk.station.desk_work import DeskWork
from kiosk.station.lanes import Ticker
from kiosk.station.parking import Parking
from kiosk.station.session import Session


class Standing:
    """A `ui.application.Station`: started and stopped as one. With `work`, staff can open a desk over the session."""

    def __init__(self, session: Session, port: Ticker, work: DeskWork | None = None) -> None:
        self._session, self._port, self._work = session, port, work
        self.desk = Parking(session, work) if work is not None else None

    def dispatch(self, event: Event | DeskEvent) -> None:
        """As Session; and for the desk."""
        if self.desk is not None:
            self.desk.dispatch(event)
        else:
            self._session.dispatch(cast("Event", event))

    def observe(self, on_state: Callable[[State], None]) -> None:
        """As Session."""
        self._session.observe(on_state)

    def start(self) -> None:
        """Start the session, then watch the port."""
        self._session.start()
        self._port.start()

    def stop(self) -> bool:
        """Stop both. False when one of them hangs."""
        stopped = self._port.stop()
        if self._work is not None:
            self._work.stop()
        return self._session.stop() and stopped
