"""What a station asks staff to sign, and what follows when they did: an open desk, or a decided request."""

from __future__ import annotations

from kiosk.contract.staff import AnswerChallenge, AskStaff, Role, StaffAnswer, StaffChallenge, StaffPurpose
from kiosk.service.approvals.decisions import Wanted, decide, decision_challenge
from kiosk.service.directories.rules import BadCriteria
from kiosk.service.parts import Parts
from kiosk.service.staff.challenges import SignedStatement
from kiosk.service.staff.challenges import answer as answered_by
from kiosk.service.staff.desk import ask_for_desk, holder_of, lend_time
from kiosk.service.staff.rules import StaffRefused, may, roles_of
from kiosk.service.staff.sessions import Kind, open_session
from kiosk.service.tokens.rules import Caller


def ask(parts: Parts, caller: Caller, asked: AskStaff) -> StaffChallenge:
    """A challenge for whoever's key is in the reader. Raises BadCriteria, StaffRefused, NotPending, NoConsole."""
    if asked.purpose is not StaffPurpose.DECIDE:
        return ask_for_desk(parts, caller, asked)
    if asked.decision is None:
        raise BadCriteria(("decision",))
    wanted = Wanted(asked.approval_id, asked.decision, asked.reason)
    return decision_challenge(parts, holder_of(caller), wanted, caller.tenant)


def answer(parts: Parts, caller: Caller, challenge_id: str, answered: AnswerChallenge) -> StaffAnswer:
    """Who it was, and what came of it. Raises StaffRefused, NotPending, NoConsole."""
    signed = answered_by(parts, holder_of(caller), challenge_id, answered, tenant=caller.tenant)
    name, roles = signed.staff.display_name, tuple(sorted(roles_of(signed.staff)))
    if signed.purpose is StaffPurpose.DECIDE:
        return StaffAnswer(name, roles, approval=decide(parts, signed))
    token = _opened(parts, caller, signed)
    return StaffAnswer(name, roles, token, parts.settings.staff.desk)


def _opened(parts: Parts, caller: Caller, signed: SignedStatement) -> str:
    """A desk for who has any role at the station's site. Raises StaffRefused."""
    site = str(signed.statement.get("site", ""))
    if not any(may(signed.staff, role, site) for role in Role):
        raise StaffRefused
    token = open_session(parts, signed.staff, Kind.DESK, holder_of(caller), signed.hands)
    lend_time(parts, caller)
    return token
