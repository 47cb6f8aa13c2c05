"""The HTTP face of the second factor, and of signing in without a password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from kiosk.contract import paths
from kiosk.contract.paths import Scope
from kiosk.service.accounts import factor_bodies as bodies
from kiosk.service.accounts import passwordless
from kiosk.service.accounts import second_factor_actions as factor
from kiosk.service.accounts.bodies import SessionBegun
from kiosk.service.accounts.rules import TotpState
from kiosk.service.accounts.sign_in_guard import SessionGuard, SignedIn
from kiosk.service.accounts.totp_picture import qr_data_url
from kiosk.service.parts import Parts
from kiosk.service.routing import WrittenRoute
from kiosk.service.tokens.guard import Guard, parts_of
from kiosk.service.tokens.rules import Caller

router = APIRouter(tags=["second factor"], route_class=WrittenRoute)

Made = Annotated[Parts, Depends(parts_of)]
Person = Annotated[SignedIn, Depends(SessionGuard())]
Client = Annotated[Caller, Depends(Guard(Scope.USER_RW))]
SiteId = Annotated[str, Path(min_length=1, max_length=40)]
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


@router.post(paths.PASSWORDLESS_CODE, status_code=202, summary="Mail a code to sign in with")
def send_passwordless_code(body: bodies.PasswordlessCode, parts: Made, caller: Client) -> bodies.PasswordlessCodeSent:
    """The answer is the same whoever was named; only an address whose domain the site does not allow is refused."""
    passwordless.send_code(parts, caller, body.site_id, passwordless.Named(body.email, body.username))
    code = parts.settings.verification.code
    life = parts.settings.accounts.sign_in.code
    return bodies.PasswordlessCodeSent(resend_after=code.resend_after, expires_in=life, digits=code.digits)


@router.post(paths.PASSWORDLESS_LOGIN, summary="Sign in with a mailed code")
def log_in_without_password(
    site_id: SiteId, body: bodies.PasswordlessLogin, parts: Made, caller: Client
) -> SessionBegun:
    """401, and always the same, for nobody, a wrong or old or used code, a missing code of the app, and somebody who is
    locked out for a while after too many of them. Who has an app shows its code, too (`totp`). Mail counts as no factor
    (NIST SP 800-63B-4): `mfa` is false, and the session's method `email_otp` or `email_otp+totp`."""
    named, shown = passwordless.Named(body.email, body.username), passwordless.Shown(body.otp, body.totp)
    begun = passwordless.sign_in(parts, caller, site_id, named, shown)
    return SessionBegun(access_token=begun.token, expires_in=begun.expires_in, user_id=begun.user_id, mfa=False)
