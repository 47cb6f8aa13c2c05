from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from kiosk.contract.profile import Profile
from kiosk.contract.stations import StationConfiguration
from kiosk.enrollment.events import Event, ProfileChanged, RetryDue, ServiceLost, WentBack
from kiosk.enrollment.states import Activate, Connecting, Identify, State, Welcome
from kiosk.enrollment.visit import Kiosk, Visit
from kiosk.errors import NoCredential, ServiceBroken, ServiceUnreachable
from kiosk.station.journal_row import KeyMark, OwedPin
from kiosk.station.liaison import Liaison, Reins
from kiosk.station.notes import Heard, Missed, Notes, Owing
from kiosk.station_errors import StationSwitchedOff
from tests.kiosk.enrollment.walk import PROFILE

LOBBY = Kiosk("Lobby", activates=True, chance=0.5)
VISIT = Visit(PROFILE, "en")
WELCOME, BUSY = Welcome(VISIT), Identify(VISIT, PROFILE.alternatives[0], ())
AWAY = Connecting("en", 4, 2, ServiceUnreachable(), 8, kiosk=LOBBY)
GERMAN = replace(PROFILE, languages=("de", "en"))


def configured(profile: Profile = GERMAN, version: int = 7) -> Heard:
    return Heard(configuration=StationConfiguration(version, 0, "s1", "Hall", "south", profile))


@dataclass
class Place:
    """What a liaison does to its kiosk."""

    events: list[Event] = field(default_factory=list)
    restarts: int = 0
    staff: bool = False
    notes: list[Notes] = field(default_factory=list)

    def __post_init__(self) -> None:
        reins = Reins(self.events.append, self._restart, lambda profile: profile, lambda: self.staff)
        self.liaison = Liaison(reins, LOBBY, Notes("Lobby", "north", "1.0"))
        self.liaison.observe(self.notes.append)

    def _restart(self) -> None:
        self.restarts += 1

    def shows(self, *states: State) -> None:
        for state in states:
            self.liaison.follow(state)


@pytest.fixture
def place() -> Place:
    place = Place()
    place.shows(Connecting("en"), WELCOME)
    return place


def test_one_lost_heartbeat_is_nothing_and_two_take_start_away(place: Place) -> None:
    error = ServiceUnreachable()
    place.liaison.hear(Missed(error))
    assert place.events == []
    place.liaison.hear(Missed(error))
    assert place.events == [ServiceLost(error, LOBBY)]
    assert place.liaison.notes.offline


def test_pins_that_nobody_gets_are_noted_until_their_keys_are_wiped(place: Place) -> None:
    owed: tuple[OwedPin, ...] = (OwedPin("e1", KeyMark(bytes(16), "4711"), datetime(2026, 3, 1, tzinfo=UTC)),)
    place.liaison.hear(Owing(owed))
    place.liaison.hear(Heard())
    assert place.notes[-1].owed == owed
    place.liaison.hear(Owing(()))
    assert place.notes[-1].owed == ()


def test_a_kiosk_that_was_switched_off_closes_at_once(place: Place) -> None:
    error = StationSwitchedOff("R-1")
    place.liaison.hear(Missed(error))
    assert place.events == [ServiceLost(error, LOBBY)]


def test_a_service_that_answers_nonsense_is_not_gone(place: Place) -> None:
    for _ in range(5):
        place.liaison.hear(Missed(ServiceBroken()))
    assert place.events == []


def test_a_visit_goes_on_and_the_next_one_cannot_begin(place: Place) -> None:
    place.shows(BUSY)
    for _ in range(3):
        place.liaison.hear(Missed(ServiceUnreachable()))
    assert place.events == []
    place.shows(WELCOME)
    assert [type(event) for event in place.events] == [ServiceLost]


def test_when_the_service_is_back_nobody_waits_out_the_countdown(place: Place) -> None:
    for _ in range(2):
        place.liaison.hear(Missed(ServiceUnreachable()))
    place.events.clear()
    place.shows(AWAY)
    place.liaison.hear(Heard())
    assert place.events == [RetryDue(4)]
    assert not place.liaison.notes.offline
    place.liaison.hear(Heard())
    assert place.events == [RetryDue(4)]


def test_a_first_screen_that_was_reached_again_stays(place: Place) -> None:
    for _ in range(2):
        place.liaison.hear(Missed(ServiceUnreachable()))
    place.events.clear()
    place.shows(AWAY, WELCOME)
    assert place.events == []


def test_a_kiosk_that_was_activated_elsewhere_asks_for_no_code_any_more(place: Place) -> None:
    for state in (Activate("en", 5, retry_in=8, done=True, kiosk=LOBBY), Activate("en", 4, busy=True, kiosk=LOBBY)):
        place.shows(state)
        place.liaison.hear(Missed(NoCredential("station-secret")))
        place.liaison.hear(Heard())
    assert place.events == []
    place.shows(Activate("en", 4, kiosk=LOBBY))
    place.liaison.hear(Missed(NoCredential("station-secret")))
    place.liaison.hear(Heard())
    assert place.events == [WentBack()]


def test_a_new_configuration_waits_until_nobody_is_there(place: Place) -> None:
    place.shows(BUSY)
    place.liaison.hear(configured())
    assert place.events == []
    assert place.notes[-1] == Notes("Hall", "south", "1.0", configuration=7)
    place.shows(WELCOME)
    assert place.events == [ProfileChanged(GERMAN)]
    place.shows(BUSY, WELCOME)
    assert place.events == [ProfileChanged(GERMAN)]


def test_a_configuration_that_shows_the_same_changes_nothing(place: Place) -> None:
    place.liaison.hear(configured(PROFILE))
    assert place.events == []


def test_a_restart_waits_until_nobody_is_there(place: Place) -> None:
    place.shows(BUSY)
    place.liaison.hear(Heard(commands=("restart", "dance")))
    assert place.restarts == 0
    place.staff = True
    place.shows(WELCOME)
    assert place.restarts == 0
    place.staff = False
    place.liaison.hear(Heard())
    assert place.restarts == 1
    place.liaison.hear(Heard())
    assert place.restarts == 1


def test_staff_are_told_of_the_clock_and_of_a_newer_program(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    place.liaison.hear(Heard(skew=4.0, update="2.0"))
    assert place.notes[-1] == Notes("Lobby", "north", "1.0", update="2.0")
    place.liaison.hear(Heard(skew=-42.4))
    assert place.notes[-1].skew == -42
    assert "clock_wrong" in caplog.text
    caplog.clear()
    place.liaison.hear(Heard())
    assert place.notes[-1].skew == 0
    caplog.clear()


def test_a_kiosk_that_was_just_activated_knows_its_name(place: Place) -> None:
    place.shows(Connecting("en", kiosk=replace(LOBBY, name="Hall")))
    assert place.notes[-1].name == "Hall"
