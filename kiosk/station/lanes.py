"""One thread that works through a queue: the station has one for the key and one for the service."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Event as Flag
from threading import Thread

import structlog

from hardware.errors import HardwareError
from kiosk.enrollment.answers import Failed
from kiosk.enrollment.effects import (
    CancelDevice,
    CancelEnrollment,
    CleanUp,
    CloseKey,
    ClosePhone,
    FinishEnrollment,
    PinNoted,
    TakeBackApproval,
)
from kiosk.enrollment.events import Event
from kiosk.enrollment.visit import Trouble
from kiosk.errors import KioskError, ServiceBroken
from kiosk.station.work import Build, ForgetParty, Job, LaneContext, Outcome, Performer, Settle, Work

_log = structlog.get_logger("keywright.station")
_UNTIL_THE_END = (
    CleanUp,
    ForgetParty,
    CloseKey,
    PinNoted,
    FinishEnrollment,
    ClosePhone,
    TakeBackApproval,
    CancelEnrollment,
)
_NO_ANSWER = (CancelDevice, CancelEnrollment, CloseKey, ClosePhone, PinNoted, TakeBackApproval, Settle)


def at_the_edge(thread: str, work: Callable[[], None]) -> Trouble | None:
    """Do the work of a thread that has no lane, and give what went wrong. A mistake of ours is logged, and told as one
    of the service."""
    try:
        work()
    except (HardwareError, KioskError) as error:
        return error
    except Exception:  # noqa: BLE001 - the edge of the thread, as in a lane
        _log.exception("lane_fault", thread=thread, effect="work")
        return ServiceBroken()
    return None


class Lane:
    """A worker thread with its own performer. Every work that has an answer gets exactly one.

    The performer is built in the thread, when it is first needed, and again after it could not be built. What is not
    a HardwareError or KioskError is a mistake of ours: it is logged with a reference and told as `fault(reference)`.
    """

    def __init__(
        self,
        name: str,
        build: Build,
        deliver: Callable[[Outcome], None],
        fault: Callable[[str], Trouble],
        reference: Callable[[], str],
        *,
        idle_after: float | None = None,
    ) -> None:
        self._name = name
        self._build = build
        self._deliver = deliver
        self._fault = fault
        self._reference = reference
        self._idle_after = idle_after
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._stopping = Flag()
        self._performer: Performer | None = None
        self._thread = Thread(target=self._run, name=f"keywright-{name}")

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue the job. After `stop` it is dropped, and what it carries is wiped."""
        if self._stopping.is_set():
            job.wipe()
        else:
            self._queue.put(job)

    def stop(self, patience: float = 30.0) -> bool:
        """End after the current job and what takes back or closes; the rest is dropped. False when it hangs."""
        self._stopping.set()
        self._queue.put(None)
        if self._thread.ident is not None:
            self._thread.join(patience)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            try:
                job = self._queue.get(timeout=self._idle_after)
            except Empty:
                self._guard(self._idle)
                continue
            if job is None:
                break
            if self._stopping.is_set() and not isinstance(job.work, _UNTIL_THE_END):
                job.wipe()
            else:
                self._work(job)
        self._guard(self._close)

    def _work(self, job: Job) -> None:
        outcome: Outcome | None = None
        try:
            if self._performer is None:
                self._performer = self._build(LaneContext(post=self._post, stopping=self._stopping))
            outcome = self._performer.perform(job)
        except (HardwareError, KioskError) as error:
            outcome = self._failed(job.work, error)
        except Exception:  # noqa: BLE001 - the edge of the lane: a mistake of ours must not end the thread
            outcome = self._failed(job.work, self._broken(type(job.work).__name__))
        finally:
            job.wipe()
        if outcome is not None:
            self._deliver(outcome)

    def _failed(self, work: Work, error: Trouble) -> Failed | None:
        if isinstance(work, _NO_ANSWER):
            _log.info("work_failed", thread=self._name, effect=type(work).__name__, error=type(error).__name__)
            return None
        return Failed(work.attempt, error)

    def _guard(self, action: Callable[[], None]) -> None:
        try:
            action()
        except (HardwareError, KioskError) as error:
            _log.info("work_failed", thread=self._name, effect=action.__name__, error=type(error).__name__)
        except Exception:  # noqa: BLE001 - as above
            self._broken(action.__name__)

    def _broken(self, work: str) -> Trouble:
        reference = self._reference()
        _log.exception("lane_fault", thread=self._name, effect=work, reference=reference)
        return self._fault(reference)

    def _idle(self) -> None:
        if self._performer is not None:
            self._performer.idle()

    def _close(self) -> None:
        if self._performer is not None:
            self._performer.close()

    def _post(self, event: Event) -> None:
        self._deliver(event)


class Ticker:
    """A small thread that calls `poll` every `interval` seconds until it is stopped: the watcher of the port."""

    def __init__(self, poll: Callable[[], None], interval: float, reference: Callable[[], str]) -> None:
        self._poll = poll
        self._interval = interval
        self._reference = reference
        self._stopping = Flag()
        self._thread = Thread(target=self._run, name="keywright-port")

    def start(self) -> None:
        """Begin to poll, at once."""
        self._thread.start()

    def stop(self, patience: float = 10.0) -> bool:
        """End after the current poll. False when it hangs."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(patience)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            try:
                self._poll()
            except HardwareError as error:
                _log.info("poll_failed", error=type(error).__name__)
            except Exception:  # noqa: BLE001 - the edge of the thread, as in a lane
                _log.exception("lane_fault", thread="port", effect="poll", reference=self._reference())
            if self._stopping.wait(self._interval):
                return
