"""The loops: due, rung, failing, stopping."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event

import pytest

from kiosk.service.store.engine import StoreGone
from kiosk.service.worker import Bell, Chore, Lane, Outage, Worker


@dataclass
class Hand:
    """Work that counts itself; `left` pieces wait."""

    left: int = 0
    done: int = 0
    fails: bool = False
    seen: Event = field(default_factory=Event)

    def work(self) -> bool:
        self.done += 1
        self.seen.set()
        if self.fails:
            raise KeyError("broken")
        self.left = max(0, self.left - 1)
        return self.left > 0


def test_a_chore_is_done_when_due_and_until_nothing_is_left() -> None:
    time, hand = [0.0], Hand(left=3)
    lane = Lane("test", [Chore("hand", hand.work, 10.0, "hand")], Bell(), lambda: time[0])
    lane.run_due()
    assert hand.done == 3
    lane.run_due()
    assert hand.done == 3
    lane.run_due(rung=True)
    assert hand.done == 4
    time[0] = 11.0
    lane.run_due()
    assert hand.done == 5


def test_a_chore_that_hears_nothing_waits_for_its_time() -> None:
    time, hand = [0.0], Hand()
    lane = Lane("test", [Chore("hand", hand.work, 10.0)], Bell(), lambda: time[0])
    lane.run_due()
    lane.run_due(rung=True)
    assert hand.done == 1
    time[0] = 10.0
    lane.run_due(rung=True)
    assert hand.done == 2


def test_a_chore_that_fails_does_not_end_the_others(caplog: pytest.LogCaptureFixture) -> None:
    broken, sound = Hand(fails=True), Hand()
    worker = Worker(
        {"test": [Chore("broken", broken.work, hears="it"), Chore("sound", sound.work, hears="it")]}, Bell()
    )
    worker.run_due()
    worker.run_due()
    assert (broken.done, sound.done) == (2, 2)
    worker.stop()
    caplog.clear()


def test_the_bell_wakes_whoever_does_such_work_and_stop_ends_all() -> None:
    bell, hands = Bell(), {"mail": Hand(), "sms": Hand(), "removals": Hand()}
    bell.ring({"mail"})
    worker = Worker({name: [Chore(name, hand.work, 3600, name)] for name, hand in hands.items()}, bell)
    worker.start()
    for hand in hands.values():
        assert hand.seen.wait(10)
        hand.seen.clear()
    bell.ring({"mail", "sms", "nobody's"})
    assert hands["mail"].seen.wait(10)
    assert hands["sms"].seen.wait(10)
    worker.stop()
    worker.stop()
    assert [hand.done for hand in hands.values()] == [2, 2, 1]


def test_what_a_chore_keeps_is_let_go_of_after_its_last_piece_of_work() -> None:
    told: list[str] = []

    def work() -> bool:
        told.append("work")
        return False

    chore = Chore("hand", work, 3600, end=lambda: told.append("end"))
    worker = Worker({"test": [chore]}, Bell())
    worker.start()
    worker.stop()
    assert told[-1] == "end"
    assert "work" not in told[told.index("end") :]


@dataclass
class Database:
    """Work that needs a database, which may be away; when it was asked."""

    time: list[float]
    away: bool = True
    asked: list[float] = field(default_factory=list)

    def work(self) -> bool:
        self.asked.append(self.time[0])
        if self.away:
            raise StoreGone("it is away")
        return False


def events(caplog: pytest.LogCaptureFixture) -> list[str]:
    found = [str(record.__dict__["keywright_fields"]["event"]) for record in caplog.records]
    caplog.clear()
    return found


def test_a_database_that_is_away_is_said_once_and_asked_ever_less_until_it_is_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    time = [0.0]
    mail, texts = Database(time), Database(time)
    lanes = {"mail": [Chore("mail", mail.work)], "texts": [Chore("texts", texts.work)]}
    outage, bell = Outage(lambda: time[0]), Bell()
    running = [Lane(name, chores, bell, lambda: time[0], outage) for name, chores in lanes.items()]

    def tick_until(end: float) -> None:
        while time[0] < end:
            for lane in running:
                lane.run_due()
            time[0] += 0.5

    tick_until(20.0)
    assert mail.asked == texts.asked == [0.0, 1.0, 3.0, 7.0, 12.0, 17.0]
    assert events(caplog) == ["database_away"]
    mail.away = texts.away = False
    tick_until(24.0)
    assert mail.asked[6:] == [22.0, 23.0]
    assert events(caplog) == ["database_back"]


def test_the_bell_ends_the_rest_because_whoever_rings_has_written(caplog: pytest.LogCaptureFixture) -> None:
    time = [0.0]
    mail = Database(time)
    lane = Lane("mail", [Chore("mail", mail.work, hears="mail")], Bell(), lambda: time[0])
    lane.run_due()
    assert events(caplog) == ["database_away"]
    mail.away = False
    time[0] = 0.1
    lane.run_due()
    lane.run_due(rung=True)
    assert mail.asked == [0.0, 0.1]


def test_what_is_due_later_stays_due_later_after_the_database_was_away(caplog: pytest.LogCaptureFixture) -> None:
    time = [0.0]
    hourly, mail = Hand(), Database(time, away=False)
    lane = Lane("mail", [Chore("hourly", hourly.work, 3600), Chore("mail", mail.work)], Bell(), lambda: time[0])
    lane.run_due()
    mail.away, time[0] = True, 1.0
    lane.run_due()
    assert events(caplog) == ["database_away"]
    mail.away, time[0] = False, 2.0
    lane.run_due()
    assert (hourly.done, mail.asked) == (1, [0.0, 1.0, 2.0])
