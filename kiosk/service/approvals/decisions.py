"""What staff say to a request: the challenge that they sign, and the decision that their signature is.

Who is not staff of the tenant, lacks the role at the site, stands at another station, decides their own enrollment or
signed something else than the request is now, is refused alike, and the trail tells it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kiosk.contract.staff import (
    Approval,
    ApprovalAction,
    ApprovalState,
    Decision,
    Role,
    StaffChallenge,
    StaffPurpose,
)
from kiosk.service.approvals import rules
from kiosk.service.approvals.actions import move, tell
from kiosk.service.approvals.rules import NotPending
from kiosk.service.audit.actions import Event, record
from kiosk.service.directories.rules import BadCriteria, BadValue, tame
from kiosk.service.parts import Parts
from kiosk.service.staff import hands
from kiosk.service.staff import rules as staff_rules
from kiosk.service.staff.challenges import SignedStatement, challenge_for
from kiosk.service.staff.rules import STATION, StaffRefused
from kiosk.service.store import approvals as rows
from kiosk.service.store import enrollments as enrollment_rows
from kiosk.service.store.approvals import ApprovalRow, VoteRow
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.staff import StaffRow, staff_member

_LONGEST: Final = 200


class SameHands(StaffRefused):
    """Who said yes before may be behind this one too: somebody has to vouch for the key first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to say; the reason is for the person (where they say no) and for the trail's readers."""

    approval_id: str
    decision: Decision
    reason: str = ""


def decision_challenge(parts: Parts, holder: str, wanted: Wanted, tenant: str) -> StaffChallenge:
    """What a key must sign to decide a request of the tenant; a station (`client:<id>`) decides its own only.

    Raises StaffRefused, NotPending, BadCriteria (a reason is missing, or is none), NoConsole.
    """
    reason = _reason(wanted.reason)
    with parts.store.read() as tx:
        row = rows.approval(tx, wanted.approval_id)
    if row is None or row.tenant != tenant or not _stands_at(row, holder):
        raise StaffRefused
    if row.state is not ApprovalState.PENDING or row.expires_at <= parts.clock.now():
        raise NotPending
    if row.action is ApprovalAction.OVERRIDE and wanted.decision is Decision.APPROVE and not reason:
        raise BadCriteria(("reason",))
    return challenge_for(parts, holder, StaffPurpose.DECIDE, rules.statement_of(row, wanted.decision), reason)


def decide(parts: Parts, signed: SignedStatement) -> Approval:
    """Count what a member of staff signed; with the last yes that is needed it is approved, with one no denied.

    Raises StaffRefused, NotPending.
    """

    def work(tx: WriteTx) -> ApprovalRow | Exception:
        try:
            return _decided(tx, parts, signed)
        except (StaffRefused, NotPending) as refusal:
            _write_down(tx, parts, signed, refusal)
            return refusal

    done = parts.store.write(work)
    if isinstance(done, Exception):
        raise done
    return rules.approval_of(done, parts.clock.now())


def _decided(tx: WriteTx, parts: Parts, signed: SignedStatement) -> ApprovalRow:
    """Raises StaffRefused, NotPending, StaleRow."""
    row, staff = _judged(tx, parts, signed)
    votes = rows.votes_of(tx, row.id)
    if any(each.staff_id == staff.id for each in votes):
        raise NotPending
    if any(signed.hands & hands.read(each.hands) for each in votes):
        raise SameHands
    now, decision = parts.clock.now(), Decision(signed.statement["decision"])
    behind = hands.told(signed.hands)
    rows.add_vote(tx, VoteRow(row.id, staff.id, decision, signed.reason, signed.assertion_id, now, behind))
    actor = staff_rules.actor_of(staff)
    details: dict[str, str | int | bool] = {
        "approval": row.id,
        "action": row.action.value,
        "assertion": signed.assertion_id,
        "sha256": signed.evidence.digest,
    }
    record(tx, parts, Event(f"staff_said_{decision}", row.tenant, actor, row.subject, row.site, details=details))
    if decision is Decision.DENY:
        return move(tx, parts, row, ApprovalState.DENIED, actor, reason=signed.reason)
    if row.given + 1 >= row.needed:
        return move(tx, parts, row, ApprovalState.APPROVED, actor, given=row.given + 1)
    moved = rows.move_approval(tx, row, now, given=row.given + 1)
    tell(tx, parts, moved)
    return moved


def _judged(tx: WriteTx, parts: Parts, signed: SignedStatement) -> tuple[ApprovalRow, StaffRow]:
    """The request as it is now, and who may decide it. Raises StaffRefused, NotPending."""
    seen = rows.approval(tx, str(signed.statement.get("approval", "")))
    staff = staff_member(tx, signed.staff.id)
    if seen is None or staff is None or signed.purpose is not StaffPurpose.DECIDE:
        raise StaffRefused
    visit = enrollment_rows.enrollment(tx, seen.enrollment_id, seen.client_id)
    row, now = rows.approval(tx, seen.id), parts.clock.now()
    if row is None or visit is None or row.tenant != staff.tenant:
        raise StaffRefused
    if not _says(row, signed) or not staff_rules.may(staff, Role.APPROVE, row.site):
        raise StaffRefused
    if rules.own(staff, visit.person):
        raise StaffRefused
    over = row.state is not ApprovalState.PENDING or row.expires_at <= now
    if over or not rules.at_its_step(visit, row.action, now):
        raise NotPending
    return row, staff


def _says(row: ApprovalRow, signed: SignedStatement) -> bool:
    """Whether what was signed is about the request as it is, by somebody who stands where it may be decided."""
    told = rules.statement_of(row, Decision(signed.statement["decision"]))
    same = all(signed.statement.get(name) == value for name, value in told.items())
    return same and signed.statement.get("client") in ("", row.client_id)


def _write_down(tx: WriteTx, parts: Parts, signed: SignedStatement, refusal: Exception) -> None:
    word = "not_pending" if isinstance(refusal, NotPending) else "refused"
    word = "same_hands" if isinstance(refusal, SameHands) else word
    details: dict[str, str | int | bool] = {
        "approval": str(signed.statement.get("approval", ""))[:32],
        "assertion": signed.assertion_id,
    }
    actor, staff = staff_rules.actor_of(signed.staff), signed.staff
    record(tx, parts, Event("decision_refused", staff.tenant, actor, staff.id, reason=word, details=details))


def _stands_at(row: ApprovalRow, holder: str) -> bool:
    return not holder.startswith(STATION) or holder == f"{STATION}{row.client_id}"


def _reason(typed: str) -> str:
    try:
        told = tame(typed)
    except BadValue as error:
        raise BadCriteria(("reason",)) from error
    if len(told) > _LONGEST:
        raise BadCriteria(("reason",))
    return told
