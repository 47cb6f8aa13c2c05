"""Who opens a page: a phone that is known by its cookie alone, and the forms that it sends.

The cookie holds 256 random bits. Nothing but its hash is ever kept, so nobody who reads the database can be that phone.
Every form carries a token that only this phone's pages have (OWASP: HMAC of the session, bound to the action).
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import Depends, Request, Response

from kiosk.service.sources import Random

COOKIE: Final = "__Host-keywright-phone"
TOKEN: Final = "token"  # noqa: S105 - the name of a field
"""The name of the hidden field that each form has."""

LANGUAGE: Final = "lang"
"""The parameter, and the hidden field, of who chose another language."""

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_KEPT: Final = 180 * 24 * 3600  # seconds: as long as a campaign, so that a phone keeps its number
_MOST_FIELDS: Final = 64
_LONGEST_NAME: Final = 80
_LONGEST: Final = 24_000  # characters of one value: an answer of a phone's authenticator


class BadForm(Exception):
    """What was sent is no form of ours."""


class ForeignForm(Exception):
    """The form was not made for this phone: its token is missing or another one's."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A phone. `secret` is what its cookie holds; `known` is false where it came without one."""

    secret: str = field(repr=False)
    known: bool

    def token(self, action: str) -> str:
        """What the form for this path (its `action`, without parameters) must carry."""
        return _encoded(hmac.digest(self.secret.encode(), b"keywright form\0" + action.encode(), "sha256"))

    def check(self, action: str, form: Mapping[str, str]) -> None:
        """Raise ForeignForm unless the form was made for this phone and this path."""
        given = form.get(TOKEN, "")
        if not self.known or not given.isascii() or not hmac.compare_digest(given, self.token(action)):
            raise ForeignForm

    def remember(self, response: Response) -> None:
        """Have the phone keep its cookie, if it came without one."""
        if not self.known:
            response.set_cookie(
                COOKIE, self.secret, max_age=_KEPT, path="/", secure=True, httponly=True, samesite="strict"
            )


def visitor_of(request: Request, random: Random) -> Visitor:
    """The phone that sent this request; one without a cookie of the right form gets a fresh secret."""
    given = request.cookies.get(COOKIE, "")
    if _SECRET.fullmatch(given):
        return Visitor(given, known=True)
    return Visitor(_encoded(random.token(32)), known=False)


def read_form(body: bytes) -> Mapping[str, str]:
    """A url-encoded form, strictly: bounded, UTF-8, each field once. Raises BadForm."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError as error:
        raise BadForm from error
    form = dict(pairs)
    too_long = any(len(name) > _LONGEST_NAME or len(value) > _LONGEST for name, value in pairs)
    if len(form) != len(pairs) or "" in form or too_long or any("\0" in each for pair in pairs for each in pair):
        raise BadForm
    return form


async def _form(request: Request) -> Mapping[str, str]:
    return read_form(await request.body())


Form = Annotated[Mapping[str, str], Depends(_form)]
"""The form of a request, for routes. Raises BadForm."""


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
