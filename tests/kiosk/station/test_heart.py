"""Tries the heart against a real service over TLS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from queue import SimpleQueue

import pytest

from kiosk.contract.paths import Scope
from kiosk.enrollment.states import Connecting, Identify, Welcome
from kiosk.enrollment.visit import Visit
from kiosk.errors import JournalCorrupt, NoCredential, ServiceUnreachable
from kiosk.service.stations import actions
from kiosk.service.store import fleet_standings
from kiosk.service.store.fleet import StandingRow
from kiosk.service.tokens.actions import Rights, create_client
from kiosk.station.heart import Heart, Sources
from kiosk.station.journal_row import KeyMark, OwedPin
from kiosk.station.notes import Heard, Missed, News, Owing
from kiosk.station_errors import StationSwitchedOff
from tests.kiosk.enrollment.walk import PROFILE
from tests.kiosk.service.running import Running
from tests.kiosk.station.own_service import ACTOR, Kiosk, code_for, made

WELCOME = Welcome(Visit(PROFILE, "en"))
IDENTIFY = Identify(WELCOME.visit, PROFILE.alternatives[0], ())


class Beating:
    """A heart, and the news that it brought."""

    def __init__(self, kiosk: Kiosk, queue: Callable[[], int], owed: Callable[[], tuple[OwedPin, ...]]) -> None:
        self._news: SimpleQueue[News] = SimpleQueue()
        sources = Sources(kiosk.settings, kiosk.client, queue, "1.0", kiosk.now, owed=owed)
        self.heart = Heart(sources, self._news.put, gap=0.01)

    @property
    def brought(self) -> int:
        """How much of it nobody has looked at."""
        return self._news.qsize()

    def next(self) -> News:
        return self._news.get(timeout=20)

    def heard(self) -> Heard:
        news = self.next()
        assert isinstance(news, Heard), news
        return news

    def missed(self) -> Missed:
        news = self.next()
        assert isinstance(news, Missed), news
        return news


@contextmanager
def beating(
    kiosk: Kiosk, queue: Callable[[], int] = lambda: 0, owed: Callable[[], tuple[OwedPin, ...]] = tuple
) -> Iterator[Beating]:
    beating = Beating(kiosk, queue, owed)
    beating.heart.follow(Connecting("en"))
    beating.heart.start()
    try:
        yield beating
    finally:
        assert beating.heart.stop()


def standing(running: Running, station_id: str) -> StandingRow:
    with running.parts.store.read() as tx:
        found = fleet_standings.standing(tx, station_id)
    assert found is not None
    return found


def test_the_service_knows_the_screen_as_soon_as_it_changes(running: Running, kiosk: Kiosk) -> None:
    station = made(running)
    kiosk.activate(code_for(running, station)[0])
    with beating(kiosk, lambda: 3) as beats:
        assert beats.heard() == Heard()
        first = standing(running, station.id)
        assert (first.step, first.queue, first.version, first.configuration) == ("Connecting", 3, "1.0", 1)
        beats.heart.follow(WELCOME)
        beats.heard()
        beats.heart.follow(IDENTIFY)
        beats.heard()
        assert standing(running, station.id).step == "Identify"


def test_a_pin_that_nobody_gets_is_told_to_staff_and_to_the_service(running: Running, kiosk: Kiosk) -> None:
    station = made(running)
    kiosk.activate(code_for(running, station)[0])
    pin = OwedPin("e1", KeyMark(bytes(16), "4711"), datetime(2026, 3, 1, tzinfo=UTC))
    owed: tuple[OwedPin, ...] = (pin,)
    with beating(kiosk, owed=lambda: owed) as beats:
        assert beats.next() == Owing(owed)
        beats.heard()
        assert standing(running, station.id).problem == "PinNobodyKnows"
        beats.heart.follow(IDENTIFY)  # somebody is here: what is owed now may be theirs
        owed = ()
        beats.heard()
        beats.heart.follow(WELCOME)
        assert beats.next() == Owing(())
        beats.heard()
        assert standing(running, station.id).problem == ""


def test_what_is_new_is_fetched_and_what_is_to_be_done_is_heard(running: Running, kiosk: Kiosk) -> None:
    station = made(running)
    kiosk.activate(code_for(running, station)[0])
    with beating(kiosk) as beats:
        beats.heard()
        actions.rename(running.parts, ACTOR, station.id, "Hall")
        actions.command(running.parts, ACTOR, station.id, "restart")
        beats.heart.follow(WELCOME)
        heard = beats.heard()
        assert heard.commands == ("restart",)
        assert heard.configuration is not None
        assert (heard.configuration.name, heard.configuration.version) == ("Hall", 2)


def test_a_clock_that_is_wrong_is_told_and_mended_for_the_token(
    running: Running, kiosk: Kiosk, caplog: pytest.LogCaptureFixture
) -> None:
    kiosk.ahead = -400.0
    kiosk.activate(code_for(running, made(running))[0])
    with beating(kiosk) as beats:
        assert round(beats.heard().skew) == -400
    assert "clock_wrong" in caplog.text
    caplog.clear()


def test_a_revoked_station_hears_it(running: Running, kiosk: Kiosk) -> None:
    station = made(running)
    kiosk.activate(code_for(running, station)[0])
    with beating(kiosk) as beats:
        beats.heard()
        actions.revoke(running.parts, ACTOR, station.id)
        beats.heart.follow(WELCOME)
        assert isinstance(beats.missed().error, StationSwitchedOff)


def test_a_new_kiosk_beats_in_vain_and_then_at_once(running: Running, kiosk: Kiosk) -> None:
    with beating(kiosk) as beats:
        assert isinstance(beats.missed().error, NoCredential)
        kiosk.activate(code_for(running, made(running))[0])
        beats.heart.follow(WELCOME)
        beats.heard()


def test_without_a_service_it_is_told_so(running: Running, kiosk: Kiosk) -> None:
    kiosk.activate(code_for(running, made(running))[0])
    kiosk.port = 1
    with beating(kiosk) as beats:
        assert isinstance(beats.missed().error, ServiceUnreachable)


def test_a_station_with_a_secret_tells_how_it_stands_too(running: Running, kiosk: Kiosk) -> None:
    kiosk.secret = create_client(running.parts.store, running.clock, running.random, "Old lobby")
    with beating(kiosk) as beats:
        assert beats.heard() == Heard()


def test_one_that_was_set_up_before_there_was_that_is_silent(running: Running, kiosk: Kiosk) -> None:
    rights = Rights(frozenset({Scope.ENROLL}))
    kiosk.secret = create_client(running.parts.store, running.clock, running.random, "Old lobby", rights)
    with beating(kiosk) as beats:
        for state in (WELCOME, IDENTIFY, WELCOME):
            beats.heart.follow(state)
    assert beats.brought == 0


def test_a_journal_that_cannot_be_read_stops_no_heartbeat(running: Running, kiosk: Kiosk) -> None:
    def broken() -> int:
        raise JournalCorrupt("journal.db")

    station = made(running)
    kiosk.activate(code_for(running, station)[0])
    with beating(kiosk, broken) as beats:
        beats.heard()
    assert standing(running, station.id).queue == 0
