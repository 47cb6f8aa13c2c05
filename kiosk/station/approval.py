"""Ask staff whether a key may be wiped: a hook of the host's, called on the network lane beside its own work."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.enrollment.answers import Approved
from kiosk.enrollment.effects import AskApproval
from kiosk.errors import NotApproved
from kiosk.station.work import Build, Job, LaneContext, Outcome, Performer

Approve = Callable[[AskApproval], bool]
"""Asks staff, waiting as long as that takes; may raise a KioskError when it cannot."""


class Approving:
    """A lane's performer that asks staff as well."""

    def __init__(self, performer: Performer, approve: Approve) -> None:
        self._performer = performer
        self._approve = approve

    def perform(self, job: Job) -> Outcome | None:
        """As `Performer.perform`. Raises NotApproved as well."""
        work = job.work
        if not isinstance(work, AskApproval):
            return self._performer.perform(job)
        if not self._approve(work):
            raise NotApproved
        return Approved(work.attempt)

    def idle(self) -> None:
        """As `Performer.idle`."""
        self._performer.idle()

    def close(self) -> None:
        """As `Performer.close`."""
        self._performer.close()


def with_approval(build: Build, approve: Approve) -> Build:
    """The same lane, which can ask staff."""

    def approving(context: LaneContext) -> Performer:
        return Approving(build(context), approve)

    return approving
