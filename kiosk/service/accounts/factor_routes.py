"""The HTTP face of the second factor, and of signing in without a password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from kiosk.contract import paths
from kiosk.contract.paths import Scope
from kiosk.service.accounts import factor_bodies as bodies
from kiosk.service.accounts import second_factor_actions as factor
from kiosk.service.accounts.rules import TotpState
from kiosk.service.accounts.sign_in_guard import SessionGuard, SignedIn
from kiosk.service.accounts.totp_picture import qr_data_url
from kiosk.service.parts import Parts
from kiosk.service.routing import WrittenRoute
from kiosk.service.tokens.guard import Guard, parts_of
from kiosk.service.tokens.rules import Caller

router = APIRouter(route_class=WrittenRoute)

Made = Annotated[Parts, Depends(parts_of)]
Person = Annotated[SignedIn, Depends(SessionGuard())]
Staff = Annotated[Caller, Depends(Guard(Scope.SYSTEM_USER_RW))]


@router.get(paths.USER_TOTP, summary="Where one's second factor stands")
def totp_standing(parts: Made, person: Person) -> bodies.TotpStanding:
    """NOT_ENROLLED, SETUP or ENROLLED, and how many recovery codes are left."""
    status, left = factor.standing(parts, person)
    return bodies.TotpStanding(status=status, recovery_codes_left=left)


@router.post(paths.USER_TOTP_SETUP, summary="Set up an authenticator app")
def set_up_totp(parts: Made, person: Person) -> bodies.TotpSetUp:
    """A secret, which waits an hour for its first code. Each call makes another one; who is enrolled unenrolls first
    (409)."""
    made = factor.set_up(parts, person)
    return bodies.TotpSetUp(status=TotpState.SETUP, secret=made.secret, uri=made.uri, qr_code=qr_data_url(made.uri))


@router.post(paths.USER_TOTP_ENROLL, summary="Show that the app works")
def enroll_totp(body: bodies.TotpCode, parts: Made, person: Person) -> bodies.TotpEnrolled:
    """From now on signing in asks for a code. The recovery codes are told once."""
    return bodies.TotpEnrolled(status=TotpState.ENROLLED, recovery_codes=factor.enroll(parts, person, body.code))


@router.post(paths.USER_TOTP_UNENROLL, summary="Give the app up")
def unenroll_totp(body: bodies.TotpCode, parts: Made, person: Person) -> bodies.TotpUnenrollment:
    """With a code of it, or a recovery code."""
    factor.unenroll(parts, person, body.code)
    return bodies.TotpUnenrollment(status=TotpState.NOT_ENROLLED)


@router.post(paths.USER_TOTP_UNENROLL_BY_STAFF, summary="Take somebody's app away")
def unenroll_totp_by_staff(body: bodies.TotpUnenrollmentByStaff, parts: Made, caller: Staff) -> bodies.TotpUnenrollment:
    """For somebody of one's sites who lost it; they are told by mail, and the trail keeps the reason."""
    factor.unenroll_by_staff(parts, caller, body.user_id, body.reason)
    return bodies.TotpUnenrollment(status=TotpState.NOT_ENROLLED)
