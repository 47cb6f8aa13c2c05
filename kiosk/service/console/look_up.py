"""The concierge's page: who somebody is, which sign-ins and keys they have, what happened to them, and whether it is
they who call; each look is in the trail with its reason."""

from __future__ import annotations

from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Response
from pydantic import ValidationError

from kiosk.service.accounts.rules import NoSuchAccount
from kiosk.service.audit.looking import look
from kiosk.service.concierge import actions, locks
from kiosk.service.concierge.bodies import CheckCode, CodeSent, Search, SendCode, Unlock, UserDetails
from kiosk.service.console.keys import KEYS, actor_of
from kiosk.service.console.routing import PAGES
from kiosk.service.console.session import Concierge, ConfirmedConcierge, Member
from kiosk.service.console.tellers import actors, name_of
from kiosk.service.console.trail import TRAIL
from kiosk.service.keys.actions import find
from kiosk.service.pages.visitor import BadForm
from kiosk.service.store.audit_pages import EventFilter
from kiosk.service.store.keys import Wanted
from kiosk.service.verification.rules import TooSoon

LOOK_UP: Final = "/console/look-up"
WAYS: Final = (("employee_id", "Staff number"), ("email", "Mail address"), ("primary_user_identifier", "Sign-in name"))

Body = TypeVar("Body", Search, SendCode, CheckCode, Unlock)

router = APIRouter(**PAGES)


@router.get(LOOK_UP, summary="Look somebody up")
def look_up_page(member: Concierge) -> Response:
    """By one exact value, and with a reason."""
    return _page(member)


@router.post(LOOK_UP, summary="Who it is")
def look_up(member: Concierge) -> Response:
    """Masked, on the answer itself: nothing of a person stands in an address."""
    form = member.form
    by = form.get("by", "")
    if by not in dict(WAYS):
        raise BadForm
    try:
        found = _person(member, **{by: form.get("wanted", "")})
    except NoSuchAccount:
        return _page(member, 404, told="nobody")
    return _shown(member, found)


@router.post(f"{LOOK_UP}/code", summary="Send them a code")
def send_code(member: Concierge) -> Response:
    """To the address on file; staff never see it."""
    form = member.form
    asked = _made(SendCode, userId=form.get("user_id"), channel=form.get("channel"), reason=form.get("reason"))
    try:
        sent = actions.send_code(member.parts, member.caller, asked)
    except TooSoon:
        return _shown(member, _person(member, user_id=asked.user_id), told="code_soon")
    return _shown(member, _person(member, user_id=asked.user_id), sent=sent)


@router.post(f"{LOOK_UP}/check", summary="Is it the code?")
def check_code(member: Concierge) -> Response:
    """What they read back."""
    form = member.form
    asked = _made(CheckCode, userId=form.get("user_id"), code=form.get("code", "").replace(" ", ""))
    checked = actions.check_code(member.parts, member.caller, asked)
    word = "code_right" if checked.confirmed else "code_wrong"
    return _shown(member, _person(member, user_id=asked.user_id), told=word, confirmed=checked.confirmed)


@router.post(f"{LOOK_UP}/unlock", summary="Unlock them")
def unlock(member: ConfirmedConcierge) -> Response:
    """Their failures are forgiven."""
    asked = _made(Unlock, user_id=member.form.get("user_id"), reason=member.form.get("reason"))
    locks.unlock(member.parts, member.caller, asked)
    return _shown(member, _person(member, user_id=asked.user_id), told="unlocked")


def _person(member: Member, **by: str) -> UserDetails:
    """Raises NoSuchAccount, BadForm."""
    search = _made(Search, reason=member.form.get("reason"), **by)
    return actions.user_details(member.parts, member.caller, search)


def _shown(
    member: Member, person: UserDetails, *, told: str = "", sent: CodeSent | None = None, confirmed: bool = False
) -> Response:
    search = _made(Search, reason=member.form.get("reason"), user_id=person.user_id)
    keys = actions.cardholder_details(member.parts, member.caller, search).keys
    known = actors(member)
    found = find(member.parts, actor_of(member), Wanted(member.tenant, user_id=person.user_id))
    events = look(member.parts, EventFilter(member.tenant, tuple(sorted(member.session.sites)), person.user_id))
    return _page(
        member,
        told=told,
        person=person,
        standing=locks.standing_of(member.parts, member.caller, person.user_id),
        keys=keys,
        held=found.keys,
        history=[(each, name_of(known, each.actor)) for each in events.entries],
        all_keys="" if not found.next else f"{KEYS}?{urlencode({'holder': person.user_id})}",
        all_history="" if events.next is None else f"{TRAIL}?{urlencode({'subject': person.user_id})}",
        sent=sent,
        asking=sent is not None or told in ("code_soon", "code_wrong"),
        confirmed=confirmed,
    )


def _page(member: Member, status: int = 200, /, *, told: str = "", **values: Any) -> Response:
    form = {"by": "employee_id", "wanted": "", "reason": "", **member.form}
    given = {
        "person": None,
        "standing": None,
        "keys": (),
        "held": (),
        "history": (),
        "all_keys": "",
        "all_history": "",
        "sent": None,
        "asking": False,
        "confirmed": False,
        **values,
    }
    return member.page("look_up.html", status, told=told, form_=form, ways=WAYS, **given)


def _made(kind: type[Body], **values: Any) -> Body:
    """Raises BadForm."""
    try:
        return kind(**values)
    except ValidationError as error:
        raise BadForm from error
