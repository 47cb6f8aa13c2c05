"""The HTTP face of requests to staff, for the station that asks (see `kiosk.contract.staff`)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from kiosk.contract import paths
from kiosk.contract.paths import Scope
from kiosk.contract.staff import Approval, ApprovalState
from kiosk.service.approvals import actions, bodies
from kiosk.service.approvals.watching import LONGEST_WAIT, Watch
from kiosk.service.parts import Parts
from kiosk.service.policies.governed import governed
from kiosk.service.routing import WrittenRoute
from kiosk.service.tokens.guard import Guard, parts_of
from kiosk.service.tokens.rules import Caller

router = APIRouter(tags=["staff"], route_class=WrittenRoute)


async def _watch_of(request: Request) -> Watch:
    watch: Watch = request.app.state.approvals
    return watch


Station = Annotated[Caller, Depends(Guard(Scope.ENROLL))]


async def _parts(parts: Annotated[Parts, Depends(parts_of)], caller: Station) -> Parts:
    return await governed(parts, caller.client_id)


Made = Annotated[Parts, Depends(_parts)]
EnrollmentId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
ApprovalId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Seen = Annotated[
    str, Query(pattern=r"^([a-z_]{1,16}:[0-2])?$", description="State and `given` that are known, as `pending:1`")
]
Wait = Annotated[int, Query(ge=0, le=LONGEST_WAIT, description="Seconds to hold the answer back while it is `seen`")]


@router.post(paths.APPROVALS, status_code=201, summary="Ask staff")
def ask(enrollment_id: EnrollmentId, body: bodies.OpenApproval, parts: Made, caller: Station) -> Approval:
    """Staff decide at a station's desk or in the console. The same action again gives the request that waits, or was
    approved and not used yet. The answer looks and takes the same whoever was matched."""
    return actions.request(parts, caller, enrollment_id, body)


@router.get(paths.APPROVAL, summary="What staff said")
async def standing(
    enrollment_id: EnrollmentId,
    approval_id: ApprovalId,
    caller: Station,
    watch: Annotated[Watch, Depends(_watch_of)],
    seen: Seen = "",
    wait: Wait = 0,
) -> Approval:
    """At once; or, with what was `seen` and a `wait`, as soon as there is news or the time is over."""
    if not seen or not wait:
        return await watch.standing(caller, enrollment_id, approval_id)
    state, _, given = seen.partition(":")
    known = (ApprovalState(state) if state in set(ApprovalState) else ApprovalState.PENDING, int(given))
    return await watch.changed(caller, enrollment_id, approval_id, known, wait)


@router.delete(paths.APPROVAL, status_code=204, summary="Ask staff no more")
def take_back(enrollment_id: EnrollmentId, approval_id: ApprovalId, parts: Made, caller: Station) -> Response:
    """The person goes on without, or has gone. Taking it back twice is fine."""
    actions.take_back(parts, caller, enrollment_id, approval_id)
    return Response(status_code=204)
