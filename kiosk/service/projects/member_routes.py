"""The HTTP face of user lists: parse, check the scope, call one action."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from kiosk.contract import paths
from kiosk.contract.paths import Scope
from kiosk.service.once import IdempotencyKey
from kiosk.service.parts import Parts
from kiosk.service.projects import members
from kiosk.service.projects.list_reading import LONGEST
from kiosk.service.projects.member_bodies import ChangeMember, ListTaken, Member, Members, NewMember
from kiosk.service.projects.member_rules import ListError, ListRejected, MemberState
from kiosk.service.projects.whole_list import Wanted, take_list
from kiosk.service.tokens.guard import Guard, parts_of
from kiosk.service.tokens.rules import Caller

router = APIRouter(tags=["projects"])

Made = Annotated[Parts, Depends(parts_of)]
Reader = Annotated[Caller, Depends(Guard(Scope.PROJECTS_READ))]
Manager = Annotated[Caller, Depends(Guard(Scope.PROJECTS_WRITE))]
ProjectId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", examples=["0197f3c2a9b00d1b4f8f2c5a7e9d6c31"])]
MemberId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", examples=["0197f3c2a9b00d1b4f8f2c5a7e9d6c32"])]

_CSV: Final = "First name,Last name,E-mail address,ID,Sync ID\nMona,Okafor,m.okafor@example.org,1042,104217\n"
_LIST: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "The whole list: a header or none, commas or semicolons, UTF-8; the Sync ID may be left out",
        "content": {"text/csv": {"schema": {"type": "string"}, "example": _CSV}},
    }
}


@router.post(paths.PROJECT_USERS, status_code=201, summary="Add a user")
def add(
    project_id: ProjectId, body: NewMember, parts: Made, caller: Manager, idempotency_key: IdempotencyKey = ""
) -> Member:
    """They are invited by mail. Projects with self-service have no user list (409)."""
    return members.add(parts, caller, project_id, body, idempotency_key)


@router.get(paths.PROJECT_USERS, summary="List users")
def overview(
    project_id: ProjectId,
    parts: Made,
    caller: Reader,
    after: Annotated[str, Query(pattern="^([0-9a-f]{32})?$", description="`next` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    status: Annotated[MemberState | None, Query(description="Only those who stand so")] = None,
) -> Members:
    """Each with their state: invited, active, reset, or deletion pending."""
    return members.overview(parts, caller, project_id, after, limit, status)


@router.post(paths.PROJECT_LIST, summary="Replace the whole user list", openapi_extra=_LIST)
async def replace_list(
    request: Request,
    project_id: ProjectId,
    parts: Made,
    caller: Manager,
    dry_run: Annotated[bool, Query(description="Only tell what would happen, and what is wrong")] = False,
    confirm_removals: Annotated[bool, Query(description="It is meant that more than half are missing")] = False,
) -> ListTaken:
    """New people are invited, changed ones updated, missing ones removed and told. With an error on any line nothing is
    taken (422, each error by line and column): whoever is on a line that cannot be read would be missing. The same
    again changes nothing. A list that has nobody, or not even half of ten and more, must be confirmed."""
    content = await _body(request)
    return await run_in_threadpool(take_list, parts, caller, project_id, content, Wanted(dry_run, confirm_removals))


@router.get(paths.PROJECT_USER, summary="Show a user")
def show(project_id: ProjectId, member_id: MemberId, parts: Made, caller: Reader) -> Member:
    """Somebody of the list, the number that the list gives them, and the one that they have."""
    return members.show(parts, caller, project_id, member_id)


@router.patch(paths.PROJECT_USER, summary="Change a user")
def change(project_id: ProjectId, member_id: MemberId, body: ChangeMember, parts: Made, caller: Manager) -> Member:
    """What is left out stays. Another address is invited anew; another ID of an active user is told to the host
    system."""
    return members.change(parts, caller, project_id, member_id, body)


@router.delete(paths.PROJECT_USER, status_code=204, summary="Remove a user")
def remove(project_id: ProjectId, member_id: MemberId, parts: Made, caller: Manager) -> Response:
    """They are told by mail, and deleted a day later; until then they can be invited again."""
    members.remove(parts, caller, project_id, member_id)
    return Response(status_code=204)


@router.post(paths.PROJECT_INVITATION, summary="Invite a user again")
def invite(
    project_id: ProjectId, member_id: MemberId, parts: Made, caller: Manager, idempotency_key: IdempotencyKey = ""
) -> Member:
    """Another link is mailed. The old one stops at once, and so does the phone that used it."""
    return members.invite(parts, caller, project_id, member_id, idempotency_key)


@router.post(paths.PROJECT_USER_RESET, summary="Reset a user")
def reset(project_id: ProjectId, member_id: MemberId, parts: Made, caller: Manager) -> Member:
    """Their phone is unbound at once and they are told; they keep their number, and wait to be invited again."""
    return members.reset(parts, caller, project_id, member_id)


async def _body(request: Request) -> bytes:
    """The list, unless it is longer than any. Raises ListRejected."""
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > LONGEST:
            raise ListRejected([ListError(1, "", "too_large")])
    return bytes(content)
