"""The HTTP face of projects and of their numbers: parse, check the scope, call one action."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Response

from kiosk.contract import paths
from kiosk.contract.paths import Scope
from kiosk.service.once import IdempotencyKey
from kiosk.service.parts import Parts
from kiosk.service.projects import actions
from kiosk.service.projects.bodies import ChangeProject, NewProject, Project, Projects
from kiosk.service.projects.bodies_ids import AssignedIds, ClaimedId, ClaimId, Confirmed, ConfirmIds
from kiosk.service.projects.rules import HIGHEST, IdState
from kiosk.service.qr_picture import modules, png, svg
from kiosk.service.tokens.guard import Guard, parts_of
from kiosk.service.tokens.rules import Caller

router = APIRouter(tags=["projects"])

Made = Annotated[Parts, Depends(parts_of)]
Reader = Annotated[Caller, Depends(Guard(Scope.PROJECTS_READ))]
Manager = Annotated[Caller, Depends(Guard(Scope.PROJECTS_WRITE))]
Registrar = Annotated[Caller, Depends(Guard(Scope.MOBILE_IDS_CLAIM))]
HostSystem = Annotated[Caller, Depends(Guard(Scope.MOBILE_IDS_CONFIRM))]
ProjectId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", examples=["0197f3c2a9b00d1b4f8f2c5a7e9d6c31"])]


class Form(StrEnum):
    """What a code may be a picture in."""

    PNG = "png"
    SVG = "svg"


_PICTURES: Final = {Form.PNG: "image/png", Form.SVG: "image/svg+xml"}
_PICTURE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The picture",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _PICTURES.values()},
    }
}
_CLAIMED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": ClaimedId, "description": "It was this person's already"},
    201: {"description": "It is this person's now"},
}


@router.post(paths.PROJECTS, status_code=201, summary="Create a project")
def create(body: NewProject, parts: Made, caller: Manager, idempotency_key: IdempotencyKey = "") -> Project:
    """A campaign that hands out consecutive numbers. Whether people register themselves is decided here, for ever."""
    return actions.create(parts, caller, body, idempotency_key)


@router.get(paths.PROJECTS, summary="List projects")
def overview(
    parts: Made,
    caller: Reader,
    after: Annotated[str, Query(max_length=64, description="`next` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Projects:
    """Those of the client's tenant, by name, closed ones too."""
    return actions.overview(parts, caller, after, limit)


@router.get(paths.PROJECT, summary="Show a project's settings")
def show(project_id: ProjectId, parts: Made, caller: Reader) -> Project:
    """With its activation link, and how many numbers were assigned, claimed, registered and are active."""
    return actions.show(parts, caller, project_id)


@router.patch(paths.PROJECT, summary="Change a project's settings")
def change(project_id: ProjectId, body: ChangeProject, parts: Made, caller: Manager) -> Project:
    """What is left out stays. The range only grows, and self-service is for ever: both are refused (409)."""
    return actions.change(parts, caller, project_id, body)


@router.delete(paths.PROJECT, status_code=204, summary="Close a project")
def close(project_id: ProjectId, parts: Made, caller: Manager) -> Response:
    """It hands out nothing any more. What it handed out stays known, and may still be confirmed."""
    actions.close(parts, caller, project_id)
    return Response(status_code=204)


@router.post(paths.PROJECT_CODE_RENEWAL, summary="Renew the activation code")
def renew_code(project_id: ProjectId, parts: Made, caller: Manager, idempotency_key: IdempotencyKey = "") -> Project:
    """The old code stops at once; phones that have a number keep it."""
    return actions.renew_code(parts, caller, project_id, idempotency_key)


@router.get(paths.PROJECT_CODE, summary="Download the activation code", response_class=Response, responses=_PICTURE)
def picture_of_code(
    project_id: ProjectId,
    form: Form,
    parts: Made,
    caller: Reader,
    scale: Annotated[int, Query(ge=1, le=64, description="Dots of a module, of a PNG")] = 16,
) -> Response:
    """The QR code that people scan to activate, for sheets, mails and screens."""
    dark = modules(actions.code_text(parts, caller, project_id), sturdy=True)
    content = png(dark, scale) if form is Form.PNG else svg(dark).encode()
    named = {"Content-Disposition": f'inline; filename="activation-code.{form}"'}
    return Response(content, media_type=_PICTURES[form], headers=named)


@router.get(paths.PROJECT_IDS, summary="List a project's numbers")
def list_ids(
    project_id: ProjectId,
    parts: Made,
    caller: Reader,
    after: Annotated[int, Query(ge=-1, le=HIGHEST, description="`next` of the page before")] = -1,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    state: Annotated[IdState | None, Query(description="Only those of which this holds")] = None,
    lacks: Annotated[IdState | None, Query(description="Only those of which this does not hold")] = None,
) -> AssignedIds:
    """In order, each with how it stands: that it was assigned, that a person is tied to it, that the host system knows
    it and that its phone was seen lately are told apart."""
    return actions.ids(parts, caller, project_id, actions.Page(after, limit, state, lacks))


@router.post(paths.PROJECT_REGISTERED, summary="Confirm numbers in the host system")
def confirm_registered(project_id: ProjectId, body: ConfirmIds, parts: Made, caller: HostSystem) -> Confirmed:
    """By the host system, once it knows them. The same again changes nothing; what nobody has is told."""
    return actions.confirm_registered(parts, caller, project_id, body.numbers)


@router.post(paths.MOBILE_IDS_CLAIM, status_code=201, summary="Claim a number", responses=_CLAIMED)
def claim(body: ClaimId, parts: Made, caller: Registrar, response: Response) -> ClaimedId:
    """Tie a number to a person, from a registration process of your own. 201, or 200 if it was theirs already; 409 if
    it is somebody else's, or they have another; 422 if it is not in the range, or was not given out."""
    claimed, news = actions.claim(parts, caller, body)
    response.status_code = 201 if news else 200
    return claimed
