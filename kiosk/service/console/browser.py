"""The browser that staff sit at: it is known by a cookie, and so are the forms that were made for it.

Its cookie holds 256 random bits, and lasts until it is closed; challenges and sign-ins are good in this browser alone.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from fastapi import Request, Response

from kiosk.service.pages.visitor import TOKEN, ForeignForm
from kiosk.service.relying_parties.webauthn import encode
from kiosk.service.sources import Random
from kiosk.service.staff.rules import BROWSER

COOKIE: Final = "__Host-keywright-browser"
SESSION: Final = "__Host-keywright-staff"
"""The cookies: of the browser, and of who is signed in."""

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Browser:
    """`secret` is what its cookie holds, `token` that of who is signed in, or empty; `known` is false where it came
    without a cookie."""

    secret: str = field(repr=False)
    known: bool
    token: str = field(default="", repr=False)

    @property
    def holder(self) -> str:
        """As the holder of challenges and sign-ins."""
        return BROWSER + hashlib.sha256(self.secret.encode()).hexdigest()[:32]

    def form_token(self, action: str) -> str:
        """What the form for this path must carry (OWASP: an HMAC of the session, bound to the action)."""
        return encode(hmac.digest(self.secret.encode(), b"keywright console\0" + action.encode(), "sha256"))

    def check(self, action: str, form: Mapping[str, str]) -> None:
        """Raise ForeignForm unless the form was made for this browser and this path."""
        given = form.get(TOKEN, "")
        if not self.known or not given.isascii() or not hmac.compare_digest(given, self.form_token(action)):
            raise ForeignForm

    def kept(self) -> Browser:
        """The same, whose cookie is left as it is."""
        return replace(self, known=True)

    def remember(self, response: Response) -> None:
        """Have it keep its cookie, if it came without one."""
        if not self.known:
            _keep(response, COOKIE, self.secret)


def browser_of(request: Request, random: Random) -> Browser:
    """The browser that sent this request; one without a cookie of the right form gets a fresh secret."""
    given, token = (request.cookies.get(name, "") for name in (COOKIE, SESSION))
    if _SECRET.fullmatch(given):
        return Browser(given, known=True, token=token if _SECRET.fullmatch(token) else "")
    return Browser(encode(random.token(32)), known=False)


def signed_in(response: Response, token: str) -> None:
    """Have the browser keep a sign-in."""
    _keep(response, SESSION, token)


def signed_out(response: Response) -> None:
    """Have the browser forget the sign-in."""
    response.delete_cookie(SESSION, path="/", secure=True, httponly=True, samesite="strict")


def refuse_elsewhere(request: Request, origin: str) -> None:
    """Raise ForeignForm unless a page of ours sent this (Fetch Metadata; before there was that, the Origin header)."""
    site = request.headers.get("sec-fetch-site")
    ours = request.headers.get("origin") == origin if site is None else site == "same-origin"
    if not ours:
        raise ForeignForm


def from_elsewhere(request: Request) -> bool:
    """Whether a link of another site led here: then the browser has sent none of its cookies."""
    return request.headers.get("sec-fetch-site") in ("cross-site", "same-site")


def _keep(response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, path="/", secure=True, httponly=True, samesite="strict")
