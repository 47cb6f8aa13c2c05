"""The HTTP face of accounts: parse, check the scope or the session, call one action."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import SecretStr

from kiosk.contract import paths
from kiosk.contract.paths import Scope
from kiosk.service.accounts import bodies, names, password_changes, registration, sessions, sign_in, standing
from kiosk.service.accounts.consents import Answer
from kiosk.service.accounts.password_changes import Whose
from kiosk.service.accounts.rules import AccountState, BadAttributes
from kiosk.service.accounts.sign_in_guard import SessionGuard, SignedIn
from kiosk.service.once import Asked, IdempotencyKey
from kiosk.service.parts import Parts
from kiosk.service.routing import WrittenRoute
from kiosk.service.tokens.guard import Guard, parts_of
from kiosk.service.tokens.rules import Caller

router = APIRouter(tags=["accounts"], route_class=WrittenRoute)

Made = Annotated[Parts, Depends(parts_of)]
Registrar = Annotated[Caller, Depends(Guard(Scope.USER_RW))]
Staff = Annotated[Caller, Depends(Guard(Scope.SYSTEM_USER_RW))]
Remover = Annotated[Caller, Depends(Guard(Scope.SYSTEM_REMOVE_USER))]
Attributes = Annotated[Caller, Depends(Guard(Scope.USER_ATTRIBUTES_RW))]
Person = Annotated[SignedIn, Depends(SessionGuard())]
UserId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", examples=["5f0c1d7ae2c94a0f8a43be7d5f6b1c22"])]
SiteId = Annotated[str, Path(pattern="^[a-z][a-z0-9_]{0,39}$", examples=["staff"])]


@router.post(paths.REGISTRATION, status_code=201, summary="Register a person")
def register(
    body: bodies.Registration, parts: Made, caller: Registrar, key: IdempotencyKey = ""
) -> bodies.AccountStanding:
    """A pending account at one of the caller's sites, and a mail with its activation token. A name that somebody of the
    tenant has, as a name or an alias, is refused (400 duplicate)."""
    asked = Asked(caller.client_id, key, paths.REGISTRATION, body)
    made = registration.register(parts, caller, _registration(body), asked)
    return bodies.AccountStanding(user_id=made.user_id, status=made.status)


@router.post(paths.ACTIVATION, summary="Activate an account")
def activate(user_id: UserId, body: bodies.Activation, parts: Made, caller: Registrar) -> bodies.AccountStanding:
    """With the token of the mail, once, within a day. A token that is unknown, used, replaced or too old is 404, and so
    is everybody whom it cannot activate."""
    done = registration.activate(parts, caller, user_id, body.token.get_secret_value(), _told(body.password))
    return bodies.AccountStanding(user_id=done.user_id, status=done.status)


@router.post(paths.ACTIVATION_MAIL, status_code=202, summary="Mail another activation token")
def mail_activation(
    user_id: UserId,
    body: bodies.Nothing,  # noqa: ARG001 - checked for its form: it has no members
    parts: Made,
    caller: Registrar,
) -> bodies.Accepted:
    """The earlier one is dead. At most one in a minute, and a few in an hour; the answer is always the same."""
    registration.send_token_again(parts, caller, user_id)
    return bodies.Accepted()


@router.post(paths.LOGIN, summary="Sign in with a password")
def login(site_id: SiteId, body: bodies.Login, parts: Made, caller: Registrar) -> bodies.SessionBegun:
    """A session at one of the caller's sites. Whatever is wrong (nobody, a wrong password or code, not activated, on
    hold, locked) is the same 401, after the same time."""
    if body.site_id != site_id:
        raise BadAttributes(("siteId",))
    shown = sign_in.Shown(body.username, body.password.get_secret_value(), _told(body.otp) or "")
    begun = sign_in.sign_in(parts, caller, site_id, shown)
    return bodies.SessionBegun(
        access_token=begun.token,
        expires_in=begun.expires_in,
        user_id=begun.user_id,
        mfa=begun.method == sign_in.PASSWORD_AND_TOTP,
    )


@router.post(paths.LOGOUT, status_code=204, summary="Sign out")
def logout(
    body: bodies.Nothing,  # noqa: ARG001 - checked for its form: it has no members
    parts: Made,
    person: Person,
) -> Response:
    """The session ends at once."""
    sessions.sign_out(parts, person)
    return Response(status_code=204)


@router.get(paths.SESSION, summary="Who is signed in")
def session(parts: Made, person: Person) -> bodies.SessionStanding:
    """And where, how, and until when."""
    told = sessions.session_of(parts, person)
    return bodies.SessionStanding(
        user_id=told.user_id,
        site_id=told.site,
        username=told.name,
        method=told.method,
        expires_at=told.expires_at,
    )


@router.post(paths.PASSWORD, status_code=204, summary="Change one's password")
def change_password(body: bodies.PasswordChange, parts: Made, person: Person) -> Response:
    """For the old one. All other sessions of the person end, and they are told by mail."""
    old, new = body.old_password.get_secret_value(), body.new_password.get_secret_value()
    password_changes.change_password(parts, person, old, new)
    return Response(status_code=204)


@router.post(paths.PASSCODE, status_code=202, summary="Mail a passcode")
def send_passcode(body: bodies.PasscodeWish, parts: Made, caller: Registrar) -> bodies.Accepted:
    """For choosing a password without the old one. The answer is always the same, whoever was named."""
    password_changes.send_passcode(parts, caller, Whose(body.site_id, body.username, body.email))
    return bodies.Accepted()


@router.post(paths.PASSWORD_BY_PASSCODE, status_code=204, summary="Choose a password with a passcode")
def change_password_by_passcode(body: bodies.PasswordByPasscode, parts: Made, caller: Registrar) -> Response:
    """The old password is not required. All sessions of the person end, and they are told by mail. Nobody, and whatever
    is no living passcode of theirs, are the same 401."""
    whose = Whose(body.site_id, body.username, body.email)
    passcode, new = body.passcode.get_secret_value(), body.new_password.get_secret_value()
    password_changes.change_password_by_passcode(parts, caller, whose, passcode, new)
    return Response(status_code=204)


@router.post(paths.ALIASES, status_code=201, summary="Take another name")
def add_alias(body: bodies.Alias, parts: Made, person: Person, key: IdempotencyKey = "") -> bodies.Aliases:
    """To sign in with. Nobody else of the tenant has it, as a name or an alias, in any case or Unicode form."""
    asked = Asked(f"user:{person.user_id}", key, paths.ALIASES, body)
    return bodies.Aliases(aliases=names.add_alias(parts, person, body.alias, asked))


@router.get(paths.ALIASES, summary="List one's other names")
def list_aliases(parts: Made, person: Person) -> bodies.Aliases:
    """First one first."""
    return bodies.Aliases(aliases=names.list_aliases(parts, person))


@router.delete(paths.ALIASES, status_code=204, summary="Give a name up")
def drop_alias(alias: Annotated[str, Query(min_length=1, max_length=256)], parts: Made, person: Person) -> Response:
    """Whoever wants it may have it then."""
    names.drop_alias(parts, person, alias)
    return Response(status_code=204)


@router.post(paths.STATUS, summary="Hold an account, or let it go on")
def change_status(user_id: UserId, body: bodies.StatusChange, parts: Made, caller: Staff) -> bodies.AccountStanding:
    """On hold, nobody is signed in or found by a kiosk. Guests whom the screening held are let in by it; who registered
    is activated by their mail alone (409)."""
    done = standing.set_state(parts, caller, user_id, AccountState(body.status), body.reason)
    return bodies.AccountStanding(user_id=done.user_id, status=done.status)


@router.delete(paths.ACCOUNT, status_code=204, summary="Remove an account")
def remove_account(user_id: UserId, parts: Made, caller: Remover) -> Response:
    """What is known of the person is erased, their names are free, and relying parties are told to forget their
    keys. The trail keeps that there was somebody, and no name."""
    standing.remove(parts, caller, user_id)
    return Response(status_code=204)


@router.get(paths.SITE_ATTRIBUTES, summary="What a site knows of a person")
def attributes(user_id: UserId, site_id: SiteId, parts: Made, caller: Attributes) -> bodies.SiteAttributes:
    """One of the caller's sites; what other sites know stays with them."""
    return bodies.SiteAttributes(attributes=dict(standing.attributes(parts, caller, user_id, site_id)))


@router.put(paths.SITE_ATTRIBUTES, summary="Tell a site of a person")
def put_attributes(
    user_id: UserId, site_id: SiteId, body: bodies.SiteAttributes, parts: Made, caller: Attributes
) -> bodies.SiteAttributes:
    """All that it knows from then on. Somebody of another one of the caller's sites joins this one."""
    known = standing.put_attributes(parts, caller, user_id, site_id, body.attributes)
    return bodies.SiteAttributes(attributes=dict(known))


def _registration(body: bodies.Registration) -> registration.Registration:
    at = body.user_site_registration_request
    return registration.Registration(
        site=at.site_id,
        name=body.primary_user_identifier,
        email=body.email,
        given_name=body.given_name,
        family_name=body.family_name,
        phone=body.phone,
        locale=at.locale,
        password=_told(body.password),
        attributes=at.attributes,
        answers=tuple(Answer(each.id, each.version, each.language, each.accepted) for each in at.accepted_terms),
    )


def _told(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
