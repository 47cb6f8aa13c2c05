"""What may be asked of staff when, who may say yes, and what is refused; pure.

ApprovalRefused
├── ApprovalRequired  policy wants staff first, for `reasons` (the action)
├── NotOffered        staff are not asked for this here
├── NoSuchApproval    no such request for who asks; whether somebody else has it is not told
└── NotPending        it is decided already, taken back or too late; or this member has decided it
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from kiosk.contract.enrollments import Phase
from kiosk.contract.policy import ResetMode
from kiosk.contract.profile import FormKind, VerificationMethod
from kiosk.contract.staff import Approval, ApprovalAction, ApprovalRequest, ApprovalState, Decision
from kiosk.service.directories.connector import Person
from kiosk.service.directories.rules import fold
from kiosk.service.settings import ServiceSettings
from kiosk.service.store.approvals import ApprovalRow
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.store.staff import StaffRow
from kiosk.service.tokens.rules import live

KEPT: Final = timedelta(days=90)
"""How long a decided request is kept, with its votes; the trail and the evidence stay."""

_PHASES: Final[Mapping[ApprovalAction, frozenset[Phase]]] = {
    ApprovalAction.VERIFY: frozenset({Phase.VERIFY}),
    ApprovalAction.OVERRIDE: frozenset({Phase.VERIFY}),
    ApprovalAction.GUEST: frozenset({Phase.VERIFY}),
    ApprovalAction.RESET: frozenset({Phase.KEY}),
    ApprovalAction.ANOTHER_KEY: frozenset({Phase.KEY, Phase.DONE}),  # the next one comes once this one is done
    ApprovalAction.REPLACE_KEY: frozenset({Phase.KEY}),
}


_OWN_WORD: Final = frozenset({VerificationMethod.SELF_CONFIRMATION, VerificationMethod.NONE})
"""Ways that take the person's word."""


class ApprovalRefused(Exception):
    """Refused, for a reason that is the class."""


class ApprovalRequired(ApprovalRefused):
    """Staff must say yes first."""

    def __init__(self, action: ApprovalAction) -> None:
        super().__init__(action)
        self.reasons = (action.value,)


class NotOffered(ApprovalRefused):
    """Settings, or the step of the enrollment, leave no room for this."""


class NoSuchApproval(ApprovalRefused):
    """There is nothing of this name for who asks."""


class NotPending(ApprovalRefused):
    """Nothing is decided there any more, or not by this member."""


def offered(settings: ServiceSettings) -> bool:
    """Whether staff can be asked through the service at all: they have keys somewhere, and something to approve."""
    placed = settings.staff.url is not None and settings.staff.rp_id is not None
    return placed and any(wanted(settings, action) for action in ApprovalAction)


def overrides(settings: ServiceSettings) -> bool:
    """Whether staff can also verify somebody whom their ways of verification failed."""
    return offered(settings) and bool(settings.supervision.override)


def at_its_step(visit: EnrollmentRow, action: ApprovalAction, now: datetime) -> bool:
    """Whether an enrollment that is not over is where staff are asked for this."""
    return visit.phase in _PHASES[action] and live(visit.opened_at, visit.expires_at, now)


def needed_for(settings: ServiceSettings, row: EnrollmentRow, action: ApprovalAction) -> int:
    """How many members of staff must say yes. Raises NotOffered where none is asked."""
    registers, guest = row.registration is not None, is_guest(row)
    fits = {
        ApprovalAction.VERIFY: not registers and bool(_OWN_WORD & set(settings.verification.methods)),
        ApprovalAction.OVERRIDE: not registers,
        ApprovalAction.GUEST: guest,
    }.get(action, True)
    needed = wanted(settings, action)
    if not fits or not needed or settings.staff.rp_id is None:
        raise NotOffered
    return needed


def is_guest(row: EnrollmentRow) -> bool:
    """Whether somebody registers as a guest."""
    return row.registration is not None and row.registration.get("form") in (FormKind.VISITOR, FormKind.CONTRACTOR)


def own(staff: StaffRow, person: Person | None) -> bool:
    """Whether a member of staff is the person: by name or by mail address."""
    if person is None:
        return False
    mine = {fold(each) for each in (staff.name, staff.email) if each}
    return bool(mine & {fold(each) for each in (person.upn, person.email) if each})


def approval_of(row: ApprovalRow, now: datetime) -> Approval:
    """As the station is told."""
    overdue = row.state is ApprovalState.PENDING and row.expires_at <= now
    return Approval(
        approval_id=row.id,
        action=row.action,
        state=ApprovalState.EXPIRED if overdue else row.state,
        number=row.number,
        needed=row.needed,
        given=row.given,
        expires_in=_seconds(row.expires_at - now),
        reason=row.reason,
    )


def request_of(row: ApprovalRow, now: datetime, *, mine: bool) -> ApprovalRequest:
    """As staff see it."""
    return ApprovalRequest(
        approval_id=row.id,
        enrollment_id=row.enrollment_id,
        station=str(row.details.get("station", "")),
        site=row.site,
        action=row.action,
        number=row.number,
        about=tuple((str(name), str(text)) for name, text in row.details.get("about", ())),
        needed=row.needed,
        given=row.given,
        asked_ago=_seconds(now - row.asked_at),
        expires_in=_seconds(row.expires_at - now),
        mine=mine,
    )


def statement_of(row: ApprovalRow, decision: Decision) -> Mapping[str, Any]:
    """What staff sign to decide a request; all of it must still be so when they have."""
    return {
        "action": row.action.value,
        "approval": row.id,
        "decision": decision.value,
        "station": str(row.details.get("station", "")),
        "site": row.site,
        "enrollment": str(row.details.get("receipt", "")),
        "key": dict(row.details.get("key", {})),
    }


def wanted(settings: ServiceSettings, action: ApprovalAction) -> int:
    """How many members of staff must approve this, where it can come to it at all."""
    if action is ApprovalAction.RESET and settings.key.reset is not ResetMode.STAFF:
        return 0
    return settings.supervision.needed(action)


def _seconds(time: timedelta) -> int:
    return max(0, int(time.total_seconds()))
