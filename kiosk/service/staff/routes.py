"""The HTTP face of staff at a station (see `kiosk.contract.staff`): parse, check the scope, call one action."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Response

from kiosk.contract import paths
from kiosk.contract.paths import Scope
from kiosk.contract.staff import (
    ApprovalRequest,
    KeyTold,
    ReferenceTold,
    StaffAnswer,
    StaffChallenge,
)
from kiosk.service.approvals import actions as approvals
from kiosk.service.parts import Parts
from kiosk.service.policies.governed import governed
from kiosk.service.routing import WrittenRoute
from kiosk.service.staff import bodies, desk, desk_answers, sessions
from kiosk.service.staff.rules import StaffSession
from kiosk.service.tokens.guard import Guard, parts_of
from kiosk.service.tokens.rules import Caller

router = APIRouter(tags=["staff"], route_class=WrittenRoute)

DESK_HEADER = "Keywright-Desk"
"""Carries the token of whoever opened the desk."""

Station = Annotated[Caller, Depends(Guard(Scope.STAFF_DESK))]


async def _parts(parts: Annotated[Parts, Depends(parts_of)], caller: Station) -> Parts:
    return await governed(parts, caller.client_id)


Made = Annotated[Parts, Depends(_parts)]
ChallengeId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
DeskToken = Annotated[str, Header(alias=DESK_HEADER, max_length=128, description="Of whoever opened the desk")]


def _at_desk(parts: Made, caller: Station, token: DeskToken = "") -> StaffSession:
    return desk.at_desk(parts, caller, token)


Staff = Annotated[StaffSession, Depends(_at_desk)]


@router.post(paths.STAFF_CHALLENGES, status_code=201, summary="Ask for a member of staff")
def ask(body: bodies.AskStaff, parts: Made, caller: Station) -> StaffChallenge:
    """A challenge for whichever member of staff has their key in the reader: to open the desk, or to decide a request
    of this station. It is good once, and for two minutes."""
    return desk_answers.ask(parts, caller, body)


@router.post(paths.STAFF_ANSWER, summary="Answer as a member of staff")
def answer(challenge_id: ChallengeId, body: bodies.AnswerChallenge, parts: Made, caller: Station) -> StaffAnswer:
    """With what a staff key signed, or with a name and a sealed one-time code. Whoever is refused is refused alike."""
    return desk_answers.answer(parts, caller, challenge_id, body)


@router.get(paths.STAFF_REQUESTS, summary="What this station waits for")
def requests(parts: Made, caller: Station, staff: Staff) -> tuple[ApprovalRequest, ...]:
    """The requests that whoever opened the desk may decide, the oldest first."""
    return approvals.pending_for_station(parts, caller, staff)


@router.delete(paths.STAFF_DESK, status_code=204, summary="Close the desk")
def close(parts: Made, _caller: Station, staff: Staff) -> Response:
    """The member of staff has gone."""
    sessions.close(parts, staff)
    return Response(status_code=204)


@router.post(paths.STAFF_DESK_KEY, summary="Look a key up")
def look_up_key(
    body: bodies.LookUpKey,
    parts: Made,
    caller: Station,
    _staff: Staff,
) -> KeyTold:
    """Where it is in its life, who has it (masked), and why policy would not take it."""
    return desk.look_up_key(parts, caller, body)


@router.post(paths.STAFF_DESK_REFERENCE, summary="Look a reference up")
def look_up_reference(body: bodies.LookUpReference, parts: Made, caller: Station, _staff: Staff) -> ReferenceTold:
    """What happened under the reference that somebody was shown."""
    return desk.look_up_reference(parts, caller, body)
