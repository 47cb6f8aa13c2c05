"""The HTTP face of guests: enroll one, have some screened again, move the end of a visit."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path

from kiosk.contract import paths
from kiosk.contract.paths import Scope
from kiosk.service.accounts import guests, visits
from kiosk.service.accounts.bodies_guests import (
    GuestEnrolled,
    GuestEnrollment,
    Revalidated,
    Revalidation,
    Visit,
    VisitTold,
)
from kiosk.service.accounts.callers import site_for
from kiosk.service.accounts.guests import Program, Whom
from kiosk.service.accounts.rules import ScreeningRejected
from kiosk.service.once import Asked, IdempotencyKey
from kiosk.service.parts import Parts
from kiosk.service.screening.connector import CallType
from kiosk.service.tokens.guard import Guard, parts_of
from kiosk.service.tokens.rules import Caller, InsufficientScope

router = APIRouter(tags=["guests"])

Made = Annotated[Parts, Depends(parts_of)]
Enroller = Annotated[Caller, Depends(Guard(Scope.GUESTS))]
Validator = Annotated[Caller, Depends(Guard(Scope.RE_VALIDATE_USER))]
Manager = Annotated[Caller, Depends(Guard(Scope.SYSTEM_USER_RW))]
UserId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", examples=["8c1f0e6f4f6e4c0f9a3b5d7e9f1a2b3c"])]
ProgramId = Annotated[
    str, Header(alias="CLIENT_ID", max_length=64, description="The enrollment program: the caller's own client id")
]


@router.post(paths.GUESTS, status_code=201, summary="Enroll a guest")
def enroll_guest(
    body: GuestEnrollment, program: ProgramId, parts: Made, caller: Enroller, key: IdempotencyKey = ""
) -> GuestEnrolled:
    """Who passes the screening is active at once, and gets a passcode by mail to choose a first password with;
    everybody else is pending until staff, or a checker that was down, let them in."""
    if program != caller.client_id:
        raise InsufficientScope
    site_for(parts, caller, body.site_id)
    asked = Asked(caller.client_id, key, paths.GUESTS, body)
    return guests.enroll_guest(parts, Program(caller.client_id, caller.tenant), body, asked)


@router.post(paths.REVALIDATION, status_code=202, summary="Screen guests again")
def revalidate(body: Revalidation, parts: Made, caller: Validator) -> Revalidated:
    """Soon, in the background. Who is found by a checker is put on hold; one that does not answer changes nothing."""
    try:
        call_type = CallType(body.call_type)
    except ValueError as error:
        raise ScreeningRejected from error
    whom = Whom(body.user_ids, body.id_from or "", body.id_to or "")
    return Revalidated(call_type=call_type, count=guests.revalidate(parts, caller, call_type, whom))


@router.post(paths.VISIT, summary="Move the end of a visit")
def move_visit(user_id: UserId, body: Visit, parts: Made, caller: Manager) -> VisitTold:
    """To another last day; on the day after, the guest's keys and account are taken back."""
    return VisitTold(user_id=user_id, ends_on=visits.extend(parts, caller, user_id, body.ends_on))
