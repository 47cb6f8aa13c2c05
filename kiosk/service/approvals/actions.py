"""Requests to staff: a station asks, looks and takes back; staff see them and decide; what they approved is used once.

Whoever changes a request holds its enrollment, so that a decision, the end of the visit, and what was approved for come
one after the other.
"""

from __future__ import annotations

from typing import Any, Final

from kiosk.contract.enrollments import KeyReport
from kiosk.contract.profile import VerificationMethod
from kiosk.contract.staff import Approval, ApprovalAction, ApprovalRequest, ApprovalState, OpenApproval, Role
from kiosk.service.approvals import rules
from kiosk.service.approvals.about import about
from kiosk.service.approvals.rules import ApprovalRequired, NoSuchApproval, NotOffered
from kiosk.service.audit.actions import Event, record
from kiosk.service.parts import Parts
from kiosk.service.sources import new_id
from kiosk.service.staff.rules import StaffSession
from kiosk.service.store import approvals as rows
from kiosk.service.store import enrollments as enrollment_rows
from kiosk.service.store.approvals import ApprovalRow, Moved
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.tokens.rules import Caller

MOST: Final = 5
"""How often a visit may ask for the same."""

_AT_ONCE: Final = 50
_TEXT: Final = 64


def request(parts: Parts, caller: Caller, enrollment_id: str, asked: OpenApproval) -> Approval:
    """Ask staff; the same action again gives the request that waits, or was approved and not used yet.

    Raises NoSuchApproval (no such enrollment), NotOffered.
    """

    def work(tx: WriteTx) -> ApprovalRow:
        now = parts.clock.now()
        visit = enrollment_rows.enrollment(tx, enrollment_id, caller.client_id)
        if visit is None:
            raise NoSuchApproval
        needed = _needed(parts, visit, asked)
        earlier = rows.approvals_of(tx, visit.id, asked.action)
        for each in earlier:
            if each.state is ApprovalState.APPROVED or (each.state is ApprovalState.PENDING and each.expires_at > now):
                return each
            if each.state is ApprovalState.PENDING:
                move(tx, parts, each, ApprovalState.EXPIRED)
        if len(earlier) >= MOST:
            raise NotOffered
        return _opened(tx, parts, caller, visit, asked, needed)

    return rules.approval_of(parts.store.write(work), parts.clock.now())


def standing(parts: Parts, caller: Caller, enrollment_id: str, approval_id: str) -> Approval:
    """How a request of the station stands. Raises NoSuchApproval."""
    with parts.store.read() as tx:
        found = rows.approval(tx, approval_id)
    return rules.approval_of(_own(found, caller, enrollment_id), parts.clock.now())


def take_back(parts: Parts, caller: Caller, enrollment_id: str, approval_id: str) -> None:
    """Nobody needs to decide any more; twice is fine. Raises NoSuchApproval."""

    def work(tx: WriteTx) -> None:
        enrollment_rows.hold(tx, enrollment_id)
        row = _own(rows.approval(tx, approval_id), caller, enrollment_id)
        if row.state is ApprovalState.PENDING:
            move(tx, parts, row, ApprovalState.TAKEN_BACK, f"client:{caller.client_id}")

    parts.store.write(work)


def end_with_visit(tx: WriteTx, parts: Parts, enrollment_id: str) -> None:
    """The visit is over: nobody needs to decide, and what was approved is not used any more."""
    for each in rows.pending_of_enrollment(tx, enrollment_id):
        move(tx, parts, each, ApprovalState.TAKEN_BACK)


def required(tx: WriteTx, parts: Parts, row: EnrollmentRow, action: ApprovalAction) -> None:
    """Let this be done if nobody has to approve it, or they did: then it is used up, in the caller's transaction, which
    holds the enrollment. Raises ApprovalRequired."""
    if not parts.settings.supervision.needed(action):
        return
    found = _approved(tx, row, action)
    if found is None:
        raise ApprovalRequired(action)
    move(tx, parts, found, ApprovalState.USED, f"client:{row.client_id}")


def require(parts: Parts, row: EnrollmentRow, action: ApprovalAction) -> None:
    """The same before anything is tried: nothing is used up, whoever the person is. One that was used a moment ago, by
    the same request sent twice at once, will do here: `required` has the last word. Raises ApprovalRequired."""
    if not parts.settings.supervision.needed(action):
        return
    with parts.store.read() as tx:
        found = rows.approvals_of(tx, row.id, action)
    if not any(each.state in (ApprovalState.APPROVED, ApprovalState.USED) for each in found):
        raise ApprovalRequired(action)


def action_of(method: VerificationMethod) -> ApprovalAction | None:
    """What staff approve where somebody is verified in this way."""
    match method:
        case VerificationMethod.NONE | VerificationMethod.SELF_CONFIRMATION:
            return ApprovalAction.VERIFY
        case VerificationMethod.STAFF:
            return ApprovalAction.OVERRIDE
        case _:
            return None


def pending_for_station(
    parts: Parts, caller: Caller, session: StaffSession | None = None
) -> tuple[ApprovalRequest, ...]:
    """What this station waits for, the oldest first; to whoever opened the desk, what they may decide."""
    now = parts.clock.now()
    with parts.store.read() as tx:
        pending = rows.pending_of_client(tx, caller.client_id)
        decided = frozenset[str]() if session is None else rows.voted_pending(tx, session.staff.id)
    seen = (each for each in pending if session is None or session.may(Role.APPROVE, each.site))
    return tuple(rules.request_of(each, now, mine=each.id in decided) for each in seen if each.expires_at > now)


def pending_for_staff(parts: Parts, session: StaffSession) -> tuple[ApprovalRequest, ...]:
    """What all stations wait for that this member of staff may decide, the oldest first."""
    now = parts.clock.now()
    with parts.store.read() as tx:
        pending = rows.pending_of_tenant(tx, session.tenant)
        decided = rows.voted_pending(tx, session.staff.id)
    mine = (each for each in pending if session.may(Role.APPROVE, each.site) and each.expires_at > now)
    return tuple(rules.request_of(each, now, mine=each.id in decided) for each in mine)


def expire_next(parts: Parts) -> bool:
    """Write down what waited too long, some at once; whether there may be more."""
    now = parts.clock.now()
    with parts.store.read() as tx:
        overdue = rows.overdue_approvals(tx, now, _AT_ONCE)

    def work(tx: WriteTx, seen: ApprovalRow) -> None:
        enrollment_rows.hold(tx, seen.enrollment_id)
        row = rows.approval(tx, seen.id)
        if row is not None and row.state is ApprovalState.PENDING:
            move(tx, parts, row, ApprovalState.EXPIRED)

    for each in overdue:
        parts.store.write(lambda tx, seen=each: work(tx, seen))  # type: ignore[misc]  # mypy does not infer the default
    return len(overdue) == _AT_ONCE


def forget_old(parts: Parts) -> bool:
    """Forget requests that ended long ago. There is never more to do at once."""
    parts.store.write(lambda tx: rows.forget_approvals(tx, parts.clock.now() - rules.KEPT))
    return False


def move(
    tx: WriteTx, parts: Parts, row: ApprovalRow, state: ApprovalState, actor: str = "service", **changes: Any
) -> ApprovalRow:
    """A request stands otherwise; the trail tells it, and whoever waits. Nobody is waited for any more: the time of the
    visit goes on. Raises StaleRow."""
    now = parts.clock.now()
    moved = rows.move_approval(tx, row, now, state=state, **changes)
    if row.state is ApprovalState.PENDING and row.expires_at > now:
        enrollment_rows.lengthen(tx, row.enrollment_id, now - row.expires_at)
    tell(tx, parts, moved)
    details: dict[str, str | int | bool] = {"approval": row.id, "action": row.action.value}
    record(tx, parts, Event(f"approval_{state}", row.tenant, actor, row.subject, row.site, details=details))
    return moved


def tell(tx: WriteTx, parts: Parts, row: ApprovalRow) -> None:
    """Whoever waits hears of it once it is committed."""
    news = Moved(row.id, row.tenant, row.version)
    tx.afterwards(lambda: parts.bulletin.tell(news))


def _needed(parts: Parts, visit: EnrollmentRow, asked: OpenApproval) -> int:
    """How many must say yes, at this step. Raises NotOffered."""
    if not rules.at_its_step(visit, asked.action, parts.clock.now()):
        raise NotOffered
    if asked.action is ApprovalAction.RESET and asked.key is None:
        raise NotOffered
    return rules.needed_for(parts.settings, visit, asked.action)


def _opened(
    tx: WriteTx, parts: Parts, caller: Caller, visit: EnrollmentRow, asked: OpenApproval, needed: int
) -> ApprovalRow:
    now, life = parts.clock.now(), parts.settings.supervision.life
    station, site = rows.place_of(tx, caller.client_id)
    model = None if asked.key is None else parts.trust.model(asked.key.aaguid)
    details = {
        "station": station,
        "receipt": visit.receipt,
        "key": _key(asked.key),
        "about": about(tx, visit, asked, "" if model is None else model.name),
    }
    row = ApprovalRow(
        id=new_id(parts.random),
        enrollment_id=visit.id,
        client_id=caller.client_id,
        tenant=caller.tenant,
        site=site,
        action=asked.action,
        subject=visit.user_id or "",
        number=_number(tx, parts, caller),
        details=details,
        needed=needed,
        given=0,
        state=ApprovalState.PENDING,
        version=1,
        asked_at=now,
        expires_at=now + life,
        changed_at=now,
    )
    rows.add_approval(tx, row)
    enrollment_rows.lengthen(tx, visit.id, life)  # meanwhile the time of the visit stands still
    tell(tx, parts, row)
    told: dict[str, str | int | bool] = {"approval": row.id, "action": row.action.value, "needed": needed}
    record(tx, parts, Event("approval_asked", row.tenant, f"client:{row.client_id}", row.subject, site, details=told))
    return row


def _key(key: KeyReport | None) -> dict[str, str]:
    return {} if key is None else {"aaguid": key.aaguid[:36], "serial": key.serial[:_TEXT]}


def _number(tx: ReadTx, parts: Parts, caller: Caller) -> str:
    """Two digits that no other request of the tenant has right now, as long as there are some."""
    taken = {each.number for each in rows.pending_of_tenant(tx, caller.tenant)}
    drawn = [f"{byte % 100:02d}" for byte in parts.random.token(64)]
    return next((each for each in drawn if each not in taken), drawn[0])


def _approved(tx: ReadTx, row: EnrollmentRow, action: ApprovalAction) -> ApprovalRow | None:
    found = rows.approvals_of(tx, row.id, action)
    return next((each for each in found if each.state is ApprovalState.APPROVED), None)


def _own(found: ApprovalRow | None, caller: Caller, enrollment_id: str) -> ApprovalRow:
    if found is None or (found.client_id, found.enrollment_id) != (caller.client_id, enrollment_id):
        raise NoSuchApproval
    return found
