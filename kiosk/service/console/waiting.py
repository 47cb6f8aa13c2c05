"""What people at kiosks wait for: staff see it, and say yes or no with their key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Final

from fastapi import APIRouter, Path, Response
from fastapi.responses import JSONResponse

from kiosk.contract.staff import ApprovalAction, ApprovalRequest, ApprovalState, Decision, StaffPurpose
from kiosk.service.approvals.actions import pending_for_staff
from kiosk.service.approvals.decisions import Wanted, decide, decision_challenge
from kiosk.service.approvals.rules import NoSuchApproval
from kiosk.service.console.page import HEADERS
from kiosk.service.console.routing import PAGES
from kiosk.service.console.session import Approver, Member, signed_by
from kiosk.service.pages.visitor import BadForm
from kiosk.service.staff.rules import StaffRefused

REQUESTS: Final = "/console/requests"
TITLES: Final[Mapping[ApprovalAction, tuple[str, str]]] = {
    ApprovalAction.VERIFY: (
        "Check who this is",
        "Nothing but their own word says who they are. Look at an identity document.",
    ),
    ApprovalAction.OVERRIDE: (
        "Check a document",
        "Their ways of verification failed. Look at an identity document, and write what you saw.",
    ),
    ApprovalAction.RESET: ("Wipe this key", "Everything on the key is deleted, for good. Make sure that it is theirs."),
    ApprovalAction.ANOTHER_KEY: ("One more key", "They have a key already, and want another one."),
    ApprovalAction.REPLACE_KEY: ("Replace a lost key", "The old key's sign-ins are taken away once the new one works."),
    ApprovalAction.GUEST: ("Register a guest", "Make sure that they are expected."),
}
"""What staff are asked, and what they should look at."""

LINES: Final[Mapping[str, str]] = {
    "person": "Person",
    "nobody": "Nobody was found",
    "employee_id": "Staff number",
    "email": "Mail",
    "phone": "Phone",
    "department": "Department",
    "form": "Form",
    "company": "Company",
    "failures": "Failures",
    "model": "Key",
    "aaguid": "Kind of key",
    "serial": "Serial number",
    "receipt": "Visit",
}
"""Names of the lines about a request."""

_TOLD: Final[Mapping[ApprovalState, str]] = {
    ApprovalState.APPROVED: "approved",
    ApprovalState.USED: "approved",
    ApprovalState.PENDING: "one_more",
    ApprovalState.DENIED: "denied",
}

router = APIRouter(**PAGES)
ApprovalId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


@router.get(REQUESTS, summary="What people wait for")
def requests(member: Approver) -> Response:
    """At the sites where who looks may approve, the oldest first."""
    found = pending_for_staff(member.parts, member.session)
    return member.page("requests.html", requests=found, titles=TITLES, lines=LINES)


@router.post(f"{REQUESTS}/{{approval_id}}/challenge", summary="What a key signs to decide")
def challenge(approval_id: ApprovalId, member: Approver) -> Response:
    """It names the request, the decision and the reason."""
    _seen(member, approval_id)
    wanted = Wanted(approval_id, _decision(member), member.form.get("reason", ""))
    asked = decision_challenge(member.parts, member.browser.holder, wanted, member.tenant)
    return JSONResponse(asdict(asked), headers=dict(HEADERS))


@router.post(f"{REQUESTS}/{{approval_id}}", summary="Decide")
def said(approval_id: ApprovalId, member: Approver) -> Response:
    """With what the key of who is signed in signed just now; it reaches the kiosk at once."""
    signed = signed_by(member.parts, member.browser, member.form, StaffPurpose.DECIDE, member.tenant)
    if signed.staff.id != member.session.staff.id or signed.statement.get("approval") != approval_id:
        raise StaffRefused
    done = decide(member.parts, signed)
    return member.on(REQUESTS, _TOLD.get(done.state, ""))


def _seen(member: Member, approval_id: str) -> ApprovalRequest:
    """The request, if it waits and who asks may decide it. Raises NoSuchApproval."""
    for each in pending_for_staff(member.parts, member.session):
        if each.approval_id == approval_id:
            return each
    raise NoSuchApproval


def _decision(member: Member) -> Decision:
    try:
        return Decision(member.form.get("decision", ""))
    except ValueError as error:
        raise BadForm from error
