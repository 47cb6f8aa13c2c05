"""Staff are asked on the network lane, beside its own work; without a way to ask them, nothing is offered."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event as Flag

import pytest
from structlog.testing import capture_logs

from kiosk.enrollment.answers import Approved
from kiosk.enrollment.effects import AskApproval, CloseKey
from kiosk.enrollment.states import Connecting
from kiosk.errors import NotApproved
from kiosk.station.approval import with_approval
from kiosk.station.session import Session
from kiosk.station.work import Job, LaneContext, Outcome
from tests.kiosk.station.bench import Bench
from tests.kiosk.station.fake_key import FRESH

ASK = AskApproval(3, "e1", FRESH)


class Worker:
    """A lane's performer that writes down what it is given."""

    def __init__(self) -> None:
        self.done: list[object] = []

    def perform(self, job: Job) -> Outcome | None:
        self.done.append(job.work)
        return None

    def idle(self) -> None:
        self.done.append("idle")

    def close(self) -> None:
        self.done.append("close")


@pytest.fixture
def worker() -> Iterator[Worker]:
    with capture_logs():
        yield Worker()


def context() -> LaneContext:
    return LaneContext(lambda _: None, Flag())


def test_staff_say_yes(worker: Worker) -> None:
    asked: list[AskApproval] = []

    def approve(work: AskApproval) -> bool:
        asked.append(work)
        return True

    assert with_approval(lambda _: worker, approve)(context()).perform(Job(ASK)) == Approved(3)
    assert asked == [ASK]
    assert worker.done == []


def test_staff_say_no(worker: Worker) -> None:
    with pytest.raises(NotApproved):
        with_approval(lambda _: worker, lambda _: False)(context()).perform(Job(ASK))


def test_everything_else_is_the_lanes_own(worker: Worker) -> None:
    lane = with_approval(lambda _: worker, lambda _: False)(context())
    lane.perform(Job(CloseKey()))
    lane.idle()
    lane.close()
    assert worker.done == [CloseKey(), "idle", "close"]


@pytest.mark.parametrize("can", [True, False])
def test_the_flow_knows_whether_staff_can_be_asked(worker: Worker, can: bool) -> None:
    session = Session(
        device=lambda _: worker,
        network=lambda _: worker,
        post=lambda _: None,
        reference=lambda: "REF",
        locale="en",
        approve=(lambda _: True) if can else None,
    )
    for _ in range(2):
        assert isinstance(session.state, Connecting)
        assert session.state.approvals is can
        session.reset()
    assert session.stop()


def test_a_station_without_a_way_to_ask_says_so(bench: Bench) -> None:
    assert isinstance(bench.host.session.state, Connecting)
    assert not bench.host.session.state.approvals
