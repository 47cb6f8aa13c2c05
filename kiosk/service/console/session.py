"""Who is signed in to the console, and what each page asks of them: a role, and perhaps a fresh touch of their key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response

from kiosk.contract.enrollments import WebAuthnObject
from kiosk.contract.staff import AnswerChallenge, Role, StaffPurpose
from kiosk.service.concierge.rules import StaffCaller
from kiosk.service.console.browser import Browser, browser_of
from kiosk.service.console.page import Console, Reader, allowed, go
from kiosk.service.console.routing import CHALLENGE, Answered, NotAllowed, NotSignedIn, Pages, WithParts
from kiosk.service.pages.visitor import BadForm, read_form
from kiosk.service.parts import Parts
from kiosk.service.staff import challenges, sessions
from kiosk.service.staff.challenges import SignedStatement
from kiosk.service.staff.rules import NotConfirmed, StaffRefused, StaffSession
from kiosk.service.staff.sessions import Kind

CONFIRM: Final = "/console/confirm/challenge"
LIVE: Final = "keywright-live"
"""A header of what pages fetch by themselves: that nobody has touched them is not changed by it."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody signed in to the console, with what it takes to answer them; `form` is what they sent, from a page that
    was made for them."""

    parts: Parts
    console: Console
    request: Request
    browser: Browser
    session: StaffSession
    form: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def tenant(self) -> str:
        """Whose staff."""
        return self.session.tenant

    @property
    def actor(self) -> str:
        """As the trail names them."""
        return self.session.actor

    @property
    def caller(self) -> StaffCaller:
        """As actions are asked that clients ask, too."""
        return StaffCaller(self.session.staff.id, frozenset(), self.tenant, self.session.sites)

    @property
    def sites(self) -> tuple[tuple[str, str], ...]:
        """The sites that they may choose from, by id and name: their own; of those of the settings, where they may."""
        known = (each for each in self.parts.settings.accounts.sites if each.tenant == self.tenant)
        named = {each.id: each.name for each in known if not self.session.sites or each.id in self.session.sites}
        return tuple({**{each: each for each in sorted(self.session.sites)}, **named}.items())

    def may(self, role: Role, site: str | None = None) -> bool:
        """Whether they have the role at the site; None asks for any site."""
        return allowed(self.session, role, site)

    def require(self, role: Role, site: str | None = None) -> None:
        """Raise NotAllowed unless they have the role at the site."""
        if not self.may(role, site):
            raise NotAllowed

    def page(self, template: str, status: int = 200, /, *, told: str = "", **values: Any) -> Response:
        """A page of a template; `told` is the word of a notice that stands on top."""
        word = told or self.request.query_params.get("told", "")
        reader = Reader(self.browser, self.request.url.path, self.session, word)
        return self.console.page(template, reader, status, **values)

    def on(self, path: str, told: str = "") -> Response:
        """On to another page, which tells the notice of this word."""
        return go(path, told)


async def _sent(request: Request) -> Mapping[str, str]:
    """The form of a request that has one. Raises BadForm."""
    return {} if request.method == "GET" else read_form(await request.body())


Sent = Annotated[Mapping[str, str], Depends(_sent)]


class Needs:
    """Lets in who is signed in and has the role somewhere; with `confirmed`, once their key was touched lately.

    Calling it raises NotSignedIn, NotAllowed, ForeignForm, StaffRefused, TooManyRequests, and Answered: with the page
    that asks for the touch, and then sends the same form once more with what the key signed.
    """

    def __init__(self, role: Role, *, confirmed: bool = False) -> None:
        self._role, self._confirmed = role, confirmed

    def __call__(self, request: Request, parts: WithParts, console: Pages, form: Sent) -> Member:
        """Look the sign-in up."""
        browser = browser_of(request, parts.random)
        member = Member(parts, console, request, browser, _session(parts, browser, request), form)
        request.state.signed_in = member.session
        parts.rates.count(f"staff:{member.session.staff.id}", "console", parts.clock.now())
        if request.method != "GET" and not request.url.path.endswith(CHALLENGE):  # which changes nothing
            browser.check(request.url.path, form)
        member.require(self._role)
        if self._confirmed:
            _confirm(member)
        return member


Viewer = Annotated[Member, Depends(Needs(Role.VIEW))]
Concierge = Annotated[Member, Depends(Needs(Role.CONCIERGE))]
Approver = Annotated[Member, Depends(Needs(Role.APPROVE))]
Administrator = Annotated[Member, Depends(Needs(Role.ADMINISTER))]
ConfirmedConcierge = Annotated[Member, Depends(Needs(Role.CONCIERGE, confirmed=True))]
ConfirmedAdministrator = Annotated[Member, Depends(Needs(Role.ADMINISTER, confirmed=True))]


def _session(parts: Parts, browser: Browser, request: Request) -> StaffSession:
    if not browser.token:
        raise NotSignedIn
    seen = LIVE not in request.headers and request.headers.get("accept") != "text/event-stream"
    try:
        return sessions.session_of(parts, browser.token, Kind.CONSOLE, browser.holder, seen=seen)
    except StaffRefused as error:
        raise NotSignedIn from error


def _confirm(member: Member) -> None:
    """Take the touch that was sent along, or ask for one where the last is too long ago."""
    path, form = member.request.url.path, member.form
    if "credential" in form:
        signed = signed_by(member.parts, member.browser, form, StaffPurpose.CONFIRM, member.tenant)
        if signed.statement.get("action") != path:
            raise StaffRefused
        sessions.confirm(member.parts, member.session, signed.staff)
        return
    try:
        sessions.require_confirmed(member.parts, member.session)
    except NotConfirmed as error:
        what = member.request.scope["route"].summary
        challenge = f"{CONFIRM}?action={path}"
        page = member.page("confirm.html", 403, what=what, action=path, fields=dict(form), challenge=challenge)
        raise Answered(page) from error


def signed_by(
    parts: Parts, browser: Browser, form: Mapping[str, str], purpose: StaffPurpose, tenant: str | None = None
) -> SignedStatement:
    """What a key signed, as the script puts it into a form. Raises BadForm, StaffRefused, NoConsole."""
    challenge_id, told = credential_of(form)
    answered = AnswerChallenge(told)
    return challenges.answer(parts, browser.holder, challenge_id, answered, tenant=tenant, purpose=purpose)


def credential_of(form: Mapping[str, str]) -> tuple[str, WebAuthnObject]:
    """The id of the challenge, and what a key answered. Raises BadForm."""
    try:
        told = json.loads(form["credential"])
        challenge_id = form["challenge"]
    except (ValueError, KeyError, RecursionError) as error:
        raise BadForm from error
    if not isinstance(told, dict):
        raise BadForm
    return challenge_id, told
