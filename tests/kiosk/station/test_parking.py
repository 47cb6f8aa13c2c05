"""Tries who hears the reader: the person, or staff at the desk over their screen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hardware.authenticator import KeyAddress, KeySource, Transport
from hardware.errors import KeyGone
from kiosk.desk import events as desk_events
from kiosk.desk.states import InsertStaffKey, TakeOut
from kiosk.desk.states import State as DeskState
from kiosk.enrollment.events import Event, KeyInserted, KeyRemoved, RetryDue
from kiosk.enrollment.states import Connecting, RandomPin, State
from kiosk.enrollment.visit import Visit
from kiosk.errors import LetterNotPrinted
from kiosk.secret import Secret
from kiosk.station.desk_client import DeskClient
from kiosk.station.desk_work import DeskWork
from kiosk.station.parking import Parking, at_rest
from tests.kiosk.enrollment.walk import PROFILE

KEY = KeyAddress(Transport.USB, "/dev/hidraw1", attach_id=1)
AGAIN = KeyAddress(Transport.USB, "/dev/hidraw1", attach_id=2)


@dataclass
class Heard:
    """A session that writes down what it hears."""

    state: State = field(default_factory=lambda: Connecting("en"))
    events: list[Event] = field(default_factory=list)
    left: int = 0

    def dispatch(self, event: Event) -> None:
        self.events.append(event)

    def leave_key(self) -> None:
        self.left += 1


def _none() -> KeySource:
    raise KeyGone


def _nobody() -> DeskClient:
    raise AssertionError("the service is not asked here")


def parked(heard: Heard, *before: Event) -> tuple[Parking, DeskWork]:
    work = DeskWork(_none, _nobody, lambda _: None)
    parking = Parking(heard, work)
    for event in before:
        parking.dispatch(event)
    return parking, work


def test_a_parked_session_hears_nothing_until_the_desk_closes_and_then_what_is_in_the_reader() -> None:
    heard = Heard()
    parking, work = parked(heard, KeyInserted(KEY))
    shown: list[DeskState] = []
    parking.observe(shown.append)
    assert parking.open_desk()
    assert isinstance(parking.state, TakeOut)
    for event in (KeyRemoved(KEY), RetryDue(1), KeyInserted(AGAIN), KeyRemoved(AGAIN)):
        parking.dispatch(event)
    assert heard.events == [KeyInserted(KEY)]
    work.stop()
    assert len(shown) > 1


def test_what_came_meanwhile_is_told_after_what_changed_in_the_reader() -> None:
    heard = Heard()
    parking, work = parked(heard, KeyInserted(KEY))
    parking.open_desk()
    parking.dispatch(RetryDue(1))
    parking.dispatch(KeyRemoved(KEY))
    assert isinstance(parking.state, InsertStaffKey)
    parking.dispatch(desk_events.ClosedByStaff())
    assert not parking.parked
    assert heard.events == [KeyInserted(KEY), KeyRemoved(KEY), RetryDue(1)]
    assert heard.left == 0
    work.stop()


def test_a_desk_that_nobody_used_changes_nothing_for_the_person() -> None:
    heard = Heard()
    parking, work = parked(heard, KeyInserted(KEY))
    assert parking.open_desk()
    assert not parking.open_desk()
    parking.dispatch(desk_events.IdleExpired())
    assert not parking.parked
    assert heard.events == [KeyInserted(KEY)]
    work.stop()


def test_the_reader_is_not_given_away_while_the_lane_of_the_key_prints() -> None:
    printing = RandomPin(Visit(PROFILE, "en"), Secret("58203917"), letter=True)
    assert not at_rest(printing)
    assert at_rest(replace(printing, printed=True))
    assert at_rest(replace(printing, problem=LetterNotPrinted("not_finished")))
