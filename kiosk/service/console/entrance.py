"""In and out: staff sign in with their key, or a sealed code; register their first key by a link; and sign out."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from kiosk.contract.staff import AnswerChallenge, StaffPurpose
from kiosk.service.console import browser as browsers
from kiosk.service.console.browser import Browser, browser_of
from kiosk.service.console.page import HEADERS, Reader, go
from kiosk.service.console.routing import PAGES, SIGN_IN, NoSuchThing, Pages, WithParts
from kiosk.service.console.session import CONFIRM, Sent, Viewer, credential_of, signed_by
from kiosk.service.parts import Parts
from kiosk.service.staff import challenges, joining, sessions
from kiosk.service.staff.challenges import SignedStatement
from kiosk.service.staff.rules import StaffRefused
from kiosk.service.staff.sessions import Kind

HOME: Final = "/console"
JOIN: Final = "/console/join"
_LONGEST_CODE: Final = 128

router = APIRouter(**PAGES)


@router.get("/console/assets/{name}", summary="A file that pages load")
def asset(name: Annotated[str, Path(max_length=80)], console: Pages) -> Response:
    """Kept by browsers for good: its name changes with it."""
    found = console.assets.get(name)
    if found is None:
        raise NoSuchThing
    return found.response()


@router.get(SIGN_IN, summary="Sign in")
def sign_in_page(request: Request, parts: WithParts, console: Pages) -> Response:
    """One button; the key says who it is."""
    return console.page("sign_in.html", _reader(request, parts))


@router.post(f"{SIGN_IN}/challenge", summary="What a key signs to sign in")
def sign_in_challenge(request: Request, parts: WithParts) -> Response:
    """The same for everybody: no name is asked for, and no key is named."""
    here = browser_of(request, parts.random)
    return _told(here, challenges.challenge_for(parts, here.holder, StaffPurpose.CONSOLE, {}))


@router.post(SIGN_IN, summary="Sign in with what a key signed")
def sign_in(request: Request, parts: WithParts, form: Sent) -> Response:
    """Whoever is refused is refused alike."""
    here = browser_of(request, parts.random)
    return _signed_in(parts, here, signed_by(parts, here, form, StaffPurpose.CONSOLE))


@router.post(f"{SIGN_IN}/code", summary="Sign in with a sealed one-time code")
def sign_in_by_code(request: Request, parts: WithParts, form: Sent) -> Response:
    """It stands for a key that is lost or broken, once; administrators are told."""
    here = browser_of(request, parts.random)
    asked = challenges.challenge_for(parts, here.holder, StaffPurpose.CONSOLE, {})
    shown = AnswerChallenge(name=form.get("name", "")[:128], code=form.get("code", "")[:_LONGEST_CODE])
    signed = challenges.answer(parts, here.holder, asked.challenge_id, shown, purpose=StaffPurpose.CONSOLE)
    return _signed_in(parts, here, signed)


@router.get(JOIN, summary="Register a staff key")
def join_page(request: Request, parts: WithParts, console: Pages) -> Response:
    """The code is behind the `#` of the address, which browsers send to nobody: the page's script does."""
    return console.page("join.html", _reader(request, parts))


@router.post(f"{JOIN}/challenge", summary="What a new staff key is made with")
def join_challenge(request: Request, parts: WithParts, form: Sent) -> Response:
    """Whose code it is, and the options for their key."""
    here = browser_of(request, parts.random)
    return _told(here, joining.begin_join(parts, here.holder, form.get("code", "")[:_LONGEST_CODE]))


@router.post(JOIN, summary="Keep a staff key that was made")
def join(request: Request, parts: WithParts, form: Sent) -> Response:
    """From now on they sign in with it."""
    here = browser_of(request, parts.random)
    challenge_id, made = credential_of(form)
    code = form.get("code", "")[:_LONGEST_CODE]
    joining.finish_join(parts, here.holder, code, challenge_id, made, form.get("name", ""))
    return go(SIGN_IN, "joined")


@router.post(CONFIRM, summary="What a key signs to confirm something")
def confirm_challenge(member: Viewer, action: Annotated[str, Query(max_length=200)]) -> Response:
    """It names the path of the form that is confirmed."""
    statement = {"action": action}
    asked = challenges.challenge_for(member.parts, member.browser.holder, StaffPurpose.CONFIRM, statement)
    return _told(member.browser, asked)


@router.post("/console/sign-out", summary="Sign out")
def sign_out(member: Viewer) -> Response:
    """In this browser; all its pages are over."""
    sessions.close(member.parts, member.session)
    answer = go(SIGN_IN, "left")
    browsers.signed_out(answer)
    return answer


def _reader(request: Request, parts: Parts) -> Reader:
    here, told = browser_of(request, parts.random), request.query_params.get("told", "")
    if browsers.from_elsewhere(request):  # the cookies that it has were not sent
        here = here.kept()
    return Reader(here, request.url.path, told=told)


def _signed_in(parts: Parts, here: Browser, signed: SignedStatement) -> Response:
    with suppress(StaffRefused):  # whoever was signed in here is not any more
        sessions.close(parts, sessions.session_of(parts, here.token, Kind.CONSOLE, here.holder))
    answer = go(HOME)
    browsers.signed_in(answer, sessions.open_session(parts, signed.staff, Kind.CONSOLE, here.holder, signed.hands))
    here.remember(answer)
    return answer


def _told(here: Browser, asked: Any) -> Response:
    answer = JSONResponse(asdict(asked), headers=dict(HEADERS))
    here.remember(answer)
    return answer
