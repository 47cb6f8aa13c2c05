"""The watch over a code: what it tells, how often it asks, and that it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from kiosk.contract.phone import PhoneStanding, PhoneStatus
from kiosk.contract.staff import Approval, ApprovalAction, ApprovalState
from kiosk.enrollment.answers import Failed
from kiosk.enrollment.answers_of_phone import PhoneMoved, PhoneUnseen
from kiosk.enrollment.answers_of_staff import ApprovalMoved, ApprovalUnseen
from kiosk.enrollment.effects import WatchApproval, WatchPhone
from kiosk.enrollment.events import Event
from kiosk.errors import ServiceBroken, ServiceError, ServiceUnreachable, SessionExpired
from kiosk.station.phone_watch import GRACE, HOLD, PhoneWatch, Watched

PENDING, SCANNED = PhoneStanding(PhoneStatus.PENDING), PhoneStanding(PhoneStatus.SCANNED, "417")
COMPLETED, EXPIRED = PhoneStanding(PhoneStatus.COMPLETED), PhoneStanding(PhoneStatus.EXPIRED)
Said = PhoneStanding | Approval | ServiceError | ValueError
PATIENCE = 10.0


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[dict[str, object]]]:
    with capture_logs() as captured:
        yield captured  # type: ignore[misc]  # structlog's own mapping type


class Service:
    """Says one thing after another, each once; the clock runs so many seconds with each."""

    def __init__(self, *said: Said, takes: float = 0.0) -> None:
        self.said = list(said)
        self.takes = takes
        self.time = 0.0
        self.seen: list[tuple[str, int]] = []
        self.closed = 0
        self.empty = threading.Event()
        self.goes_on = threading.Event()

    def phone_standing(self, transaction_id: str, seen: str = "", hold: int = 0) -> PhoneStanding:
        said = self._next(seen, hold)
        assert isinstance(said, PhoneStanding)
        return said

    def approval(self, enrollment_id: str, approval_id: str, seen: str = "", hold: int = 0) -> Approval:
        said = self._next(seen, hold)
        assert isinstance(said, Approval)
        return said

    def _next(self, seen: str, hold: int) -> PhoneStanding | Approval:
        self.seen.append((seen, hold))
        self.time += self.takes
        if not self.said:
            self.empty.set()
            assert self.goes_on.wait(PATIENCE)
            return PENDING
        said = self.said.pop(0)
        if isinstance(said, PhoneStanding | Approval):
            return said
        raise said

    def close(self) -> None:
        self.closed += 1


class Told:
    """What was posted, until `last` of a kind came."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._changed = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def until(self, holds: Callable[[list[Event]], bool]) -> list[Event]:
        with self._changed:
            assert self._changed.wait_for(lambda: holds(self.events), PATIENCE), self.events
            return list(self.events)


def over(events: list[Event]) -> bool:
    last = events[-1] if events else None
    if isinstance(last, ApprovalMoved):
        return last.approval.state is not ApprovalState.PENDING
    return isinstance(last, Failed) or (isinstance(last, PhoneMoved) and last.standing.status.over)


def watched(service: Service, seconds: int = 300, asked: Watched | None = None) -> list[Event]:
    """All that is told of a code, or of a request to staff, until it is over."""
    told = Told()
    watch = PhoneWatch(lambda: service, told, lambda: service.time, lambda: 0.5)
    watch.watch(asked or WatchPhone(7, "t1", seconds))
    events = told.until(over)
    assert watch.stop(PATIENCE)
    assert service.closed == 1
    return events


def test_each_move_is_told_once_and_the_next_is_waited_for_at_once() -> None:
    service = Service(PENDING, PENDING, SCANNED, SCANNED, COMPLETED, takes=2.0)
    assert watched(service) == [PhoneMoved(7, each) for each in (PENDING, SCANNED, COMPLETED)]
    statuses = ["", "PENDING", "PENDING", "SCANNED", "SCANNED"]
    assert service.seen == [(status, HOLD) for status in statuses]


def test_a_request_to_staff_is_watched_until_all_who_must_have_said_yes() -> None:
    asked = Approval("a1", ApprovalAction.VERIFY, ApprovalState.PENDING, "47", 2, 0, 600)
    once, done = replace(asked, given=1), replace(asked, given=2, state=ApprovalState.APPROVED)
    service = Service(asked, asked, once, ServiceUnreachable("T-1"), done, takes=2.0)
    told = watched(service, asked=WatchApproval(7, "e1", "a1", 600))
    assert [each.approval for each in told if isinstance(each, ApprovalMoved)] == [asked, once, done]
    assert [type(each) for each in told if not isinstance(each, ApprovalMoved)] == [ApprovalUnseen]
    assert [seen for seen, _ in service.seen][:3] == ["", "pending:0", "pending:0"]


def test_a_line_that_fails_in_the_middle_loses_no_completion() -> None:
    service = Service(PENDING, ServiceUnreachable("T-1"), COMPLETED, takes=10.0)
    unseen = PhoneUnseen(7, ServiceUnreachable("T-1"))
    told = watched(service)
    assert [type(event) for event in told] == [PhoneMoved, PhoneUnseen, PhoneMoved]
    assert told[0] == PhoneMoved(7, PENDING)
    assert told[-1] == PhoneMoved(7, COMPLETED)
    assert isinstance(told[1], PhoneUnseen)
    assert type(told[1].error) is type(unseen.error)


def test_a_line_that_heals_is_told_though_nothing_moved() -> None:
    service = Service(PENDING, ServiceBroken(), ServiceBroken(), PENDING, EXPIRED, takes=10.0)
    told = watched(service)
    assert [type(event) for event in told] == [PhoneMoved, PhoneUnseen, PhoneMoved, PhoneMoved]


@pytest.mark.parametrize("error", [SessionExpired("T-1"), ValueError("mistake of ours")])
def test_what_does_not_pass_ends_the_watch(error: ServiceError | ValueError) -> None:
    told = watched(Service(PENDING, error, takes=2.0))
    assert isinstance(told[-1], Failed)
    assert told[-1].attempt == 7


def test_a_code_that_nobody_can_tell_of_is_given_up_some_time_after_its_end() -> None:
    failures = [ServiceUnreachable() for _ in range(20)]
    service = Service(PENDING, *failures, takes=40.0)
    told = watched(service, seconds=60)
    assert isinstance(told[-1], Failed)
    assert service.time == pytest.approx(60 + GRACE)


def test_who_left_hears_nothing_more_and_the_next_code_is_watched_at_once() -> None:
    slow, told = Service(PENDING, takes=2.0), Told()
    fast = Service(COMPLETED)
    clients = iter([slow, fast])
    watch = PhoneWatch(lambda: next(clients), told, lambda: 0.0, lambda: 0.5)
    watch.watch(WatchPhone(1, "t1", 300))
    assert slow.empty.wait(PATIENCE)
    watch.watch(WatchPhone(2, "t2", 300))
    assert told.until(over)[-1] == PhoneMoved(2, COMPLETED)
    slow.goes_on.set()
    assert watch.stop(PATIENCE)
    assert all(event.attempt == 1 for event in told.events[:-1] if isinstance(event, PhoneMoved))
    assert slow.closed + fast.closed == 2


def test_a_service_that_hangs_does_not_hold_up_the_end() -> None:
    hanging, told = Service(takes=0.0), Told()
    watch = PhoneWatch(lambda: hanging, told, lambda: 0.0, lambda: 0.5)
    watch.watch(WatchPhone(1, "t1", 300))
    assert hanging.empty.wait(PATIENCE)
    assert not watch.stop(0.0)
    hanging.goes_on.set()
    assert watch.stop(PATIENCE)
    assert told.events == []
    assert hanging.closed == 1


@pytest.mark.parametrize(
    ("failures", "chance", "pause"), [(0, 0.5, 1.5), (0, 0.0, 1.3), (0, 1.0, 1.7), (1, 0.5, 3.0), (2, 0.5, 5.0)]
)
def test_between_two_questions_is_a_pause_that_grows_with_failures(
    monkeypatch: pytest.MonkeyPatch, failures: int, chance: float, pause: float
) -> None:
    pauses: list[float] = []

    class Flag(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            pauses.append(timeout or 0.0)
            return super().wait(0)

    monkeypatch.setattr("kiosk.station.phone_watch.Flag", Flag)
    broken: list[Said] = [ServiceBroken() for _ in range(failures)]
    service, told = Service(PENDING, *(broken or [PENDING]), EXPIRED), Told()
    watch = PhoneWatch(lambda: service, told, lambda: 0.0, lambda: chance)
    watch.watch(WatchPhone(1, "t1", 300))
    told.until(over)
    assert watch.stop(PATIENCE)
    assert pauses[-1 if failures else 0] == pytest.approx(pause)
