"""The loops: due, rung, failing, stopping."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event

import pytest

from kiosk.service.worker import Bell, Chore, Lane, Worker


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
    lane = Lane("test", [Chore("hand", hand.work, 10.0)], Bell(), lambda: time[0])
    lane.run_due()
    assert hand.done == 3
    lane.run_due()
    assert hand.done == 3
    lane.run_due(rung=True)
    assert hand.done == 4
    time[0] = 11.0
    lane.run_due()
    assert hand.done == 5


def test_a_chore_that_does_not_listen_waits_for_its_time() -> None:
    time, hand = [0.0], Hand()
    lane = Lane("test", [Chore("hand", hand.work, 10.0, listens=False)], Bell(), lambda: time[0])
    lane.run_due()
    lane.run_due(rung=True)
    assert hand.done == 1
    time[0] = 10.0
    lane.run_due(rung=True)
    assert hand.done == 2


def test_a_chore_that_fails_does_not_end_the_others(caplog: pytest.LogCaptureFixture) -> None:
    broken, sound = Hand(fails=True), Hand()
    worker = Worker({"test": [Chore("broken", broken.work), Chore("sound", sound.work)]}, Bell())
    worker.run_due()
    worker.run_due()
    assert (broken.done, sound.done) == (2, 2)
    worker.stop()
    caplog.clear()


def test_the_bell_wakes_every_lane_and_stop_ends_them() -> None:
    bell, first, second = Bell(), Hand(), Hand()
    bell.ring()
    worker = Worker({"a": [Chore("first", first.work, 3600)], "b": [Chore("second", second.work, 3600)]}, bell)
    worker.start()
    for hand in (first, second):
        assert hand.seen.wait(10)
        hand.seen.clear()
    bell.ring()
    assert first.seen.wait(10)
    assert second.seen.wait(10)
    worker.stop()
    worker.stop()


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
