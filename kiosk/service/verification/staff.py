"""Verification by staff who saw an identity document, and approved it; what the person failed before stays counted."""

from __future__ import annotations

from kiosk.contract.staff import ApprovalAction
from kiosk.service.approvals.actions import require
from kiosk.service.parts import Parts
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.verification import rules
from kiosk.service.verification.actions import Then
from kiosk.service.verification.counters import admitted


def judge_by_staff(parts: Parts, row: EnrollmentRow, then: Then) -> None:
    """Return when staff approved that the person is who they say. It helps also somebody who is locked where the
    settings say so, forgives no failures, and never verifies somebody who was not found. `then` uses the approval up.

    Raises MethodNotOffered, Locked, NotVerified, ApprovalRequired.
    """
    if not parts.settings.supervision.override or row.registration is not None:
        raise rules.MethodNotOffered
    require(parts, row, ApprovalAction.OVERRIDE)
    if not parts.settings.supervision.override_locked:
        _require_open(parts, row)
    if row.person is None:
        raise rules.NotVerified
    parts.store.write(then)


def _require_open(parts: Parts, row: EnrollmentRow) -> None:
    """Raises Locked."""

    def work(tx: WriteTx) -> rules.Locked | None:
        try:
            admitted(tx, parts, row, parts.clock.now())
        except rules.Locked as refusal:
            return refusal
        return None

    if (refusal := parts.store.write(work)) is not None:
        raise refusal
