"""The lanes: one answer for each work, a clean end, and no mistake of ours that kills a thread."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Event as Flag
from threading import current_thread

import pytest
from structlog.testing import capture_logs

from hardware.errors import KeyFault, KeyGone, KeySilent
from kiosk.enrollment.answers import Failed, PinAccepted
from kiosk.enrollment.effects import CancelEnrollment, CloseKey, LoadProfile, SetPin, VerifyPin
from kiosk.errors import NoCredential, ServiceBroken
from kiosk.secret import Secret
from kiosk.station.lanes import Lane, Ticker
from kiosk.station.work import Job, LaneContext, Outcome, Performer


class Worker:
    """A performer that does what the test says, and writes down what it was given."""

    def __init__(self, act: Callable[[Job], Outcome | None]) -> None:
        self.act = act
        self.idled, self.closed = Flag(), Flag()
        self.threads: set[str] = {current_thread().name}

    def perform(self, job: Job) -> Outcome | None:
        self.threads.add(current_thread().name)
        return self.act(job)

    def idle(self) -> None:
        self.idled.set()
        raise KeyGone

    def close(self) -> None:
        self.threads.add(current_thread().name)
        self.closed.set()


class Lanes:
    """A lane and what it delivered."""

    def __init__(self, build: Callable[[LaneContext], Performer], idle_after: float | None = None) -> None:
        self.answers: SimpleQueue[Outcome] = SimpleQueue()
        self.lane = Lane("test", build, self.answers.put, ServiceBroken, lambda: "REF-7", idle_after=idle_after)

    def next(self) -> Outcome:
        return self.answers.get(timeout=10)

    def __enter__(self) -> Lanes:
        self.lane.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self.lane.stop()


def accept(job: Job) -> Outcome | None:
    return PinAccepted(job.work.attempt) if isinstance(job.work, SetPin | VerifyPin) else None


def test_everything_of_a_lane_happens_in_its_thread() -> None:
    worker: list[Worker] = []

    def build(context: LaneContext) -> Performer:
        worker.append(Worker(accept))
        return worker[0]

    with Lanes(build) as lanes:
        lanes.lane.submit(Job(SetPin(1, Secret("1234"))))
        assert lanes.next() == PinAccepted(1)
    assert worker[0].threads == {"keywright-test"}
    assert worker[0].closed.is_set()


def test_an_error_of_ours_and_of_the_key_is_the_answer() -> None:
    def act(job: Job) -> Outcome:
        raise KeySilent(2.0)

    with Lanes(lambda _: Worker(act)) as lanes:
        lanes.lane.submit(Job(LoadProfile(3)))
        answer = lanes.next()
    assert isinstance(answer, Failed)
    assert (answer.attempt, type(answer.error)) == (3, KeySilent)


def test_a_mistake_of_ours_is_logged_with_the_reference_that_is_told() -> None:
    def act(job: Job) -> Outcome:
        raise ZeroDivisionError("a secret may be in here")

    with capture_logs() as logs, Lanes(lambda _: Worker(act)) as lanes:
        lanes.lane.submit(Job(LoadProfile(1)))
        answer = lanes.next()
        lanes.lane.submit(Job(LoadProfile(2)))
        assert isinstance(lanes.next(), Failed)  # the thread lives
    assert isinstance(answer, Failed)
    assert isinstance(answer.error, ServiceBroken)
    assert answer.error.reference == "REF-7"
    assert [(log["event"], log["reference"]) for log in logs] == [("lane_fault", "REF-7")] * 2


def test_work_without_an_answer_fails_in_silence() -> None:
    def act(job: Job) -> Outcome:
        raise KeyFault

    with Lanes(lambda _: Worker(act)) as lanes:
        for work in (CancelEnrollment("e"), CloseKey(), LoadProfile(9)):
            lanes.lane.submit(Job(work))
        answer = lanes.next()
    assert isinstance(answer, Failed)
    assert answer.attempt == 9


def test_a_performer_that_cannot_be_made_now_is_made_later() -> None:
    tries: list[int] = []

    def build(_: LaneContext) -> Performer:
        tries.append(1)
        if len(tries) == 1:
            raise NoCredential("station-secret")
        return Worker(accept)

    with Lanes(build) as lanes:
        pin = Secret("1234")
        lanes.lane.submit(Job(SetPin(1, pin)))
        first = lanes.next()
        lanes.lane.submit(Job(SetPin(2, Secret("1234"))))
        assert lanes.next() == PinAccepted(2)
    assert isinstance(first, Failed)
    assert isinstance(first.error, NoCredential)
    assert pin.wiped


def test_stopping_drops_what_is_queued_but_closes_the_key() -> None:
    begun, go_on = Flag(), Flag()
    done: list[type] = []

    def act(job: Job) -> Outcome | None:
        begun.set()
        go_on.wait(10)
        done.append(type(job.work))
        return None

    lanes = Lanes(lambda _: Worker(act))
    lanes.lane.start()
    pin, late = Secret("1234"), Secret("1234")
    lanes.lane.submit(Job(LoadProfile(1)))
    assert begun.wait(10)
    lanes.lane.submit(Job(SetPin(2, pin)))
    lanes.lane.submit(Job(CloseKey()))
    assert not lanes.lane.stop(patience=0.01)
    go_on.set()
    assert lanes.lane.stop()
    lanes.lane.submit(Job(SetPin(3, late)))
    assert done == [LoadProfile, CloseKey]
    assert pin.wiped
    assert late.wiped


def test_a_lane_that_never_started_stops() -> None:
    assert Lanes(lambda _: Worker(accept)).lane.stop()


def test_a_quiet_lane_is_idle_and_lives_on() -> None:
    worker = Worker(accept)
    with Lanes(lambda _: worker, idle_after=0.01) as lanes:
        lanes.lane.submit(Job(VerifyPin(1, Secret("1234"))))
        assert lanes.next() == PinAccepted(1)
        assert worker.idled.wait(10)
        lanes.lane.submit(Job(VerifyPin(2, Secret("1234"))))
        assert lanes.next() == PinAccepted(2)


@pytest.mark.parametrize("error", [KeyGone, ZeroDivisionError])
def test_a_ticker_survives_a_poll_that_fails(error: type[Exception]) -> None:
    polls: list[int] = []
    enough = Flag()

    def poll() -> None:
        polls.append(1)
        if len(polls) == 3:
            enough.set()
        raise error

    with capture_logs() as logs:
        ticker = Ticker(poll, 0.001, lambda: "REF-8")
        ticker.start()
        assert enough.wait(10)
        assert ticker.stop()
    assert {log["event"] for log in logs} == {"poll_failed" if error is KeyGone else "lane_fault"}


def test_a_ticker_that_never_started_stops() -> None:
    assert Ticker(lambda: None, 1.0, lambda: "").stop()
