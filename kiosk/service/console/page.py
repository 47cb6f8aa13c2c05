"""Makes the console's pages: templates that escape everything, the files that they load, and strict headers.

Templates have, besides what a page gives them: `staff` (who is signed in, or None), `places` of theirs and `here`,
`notice`, `organization`, `token(action)` for forms, `icon(name)`, `asset(name)`, and the filters `ago`, `when`, `day`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from fastapi import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kiosk.contract.staff import Role
from kiosk.service.console.browser import Browser
from kiosk.service.console.places import PLACES, place_of
from kiosk.service.console.written import ago, day, lasts, when
from kiosk.service.pages.layout import HEADERS as PAGE_HEADERS
from kiosk.service.pages.layout import KINDS, assets_of
from kiosk.service.staff.rules import StaffSession

ASSETS: Final = "/console/assets/"
HEADERS: Final[Mapping[str, str]] = {
    **PAGE_HEADERS,
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",  # without it browsers send forms from nowhere
}
"""On every page; `Cache-Control: no-store` and the rest come from the edge."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a page: in which browser, at which path, signed in or not; `told` is the word of a notice."""

    browser: Browser
    path: str
    session: StaffSession | None = None
    told: str = ""

    def may(self, role: Role) -> bool:
        """Whether they are shown what needs the role somewhere."""
        return self.session is not None and allowed(self.session, Role(role))


def allowed(session: StaffSession, role: Role, site: str | None = None) -> bool:
    """Whether they have the role at the site (None: anywhere). To view is for whoever has any role there."""
    if role is Role.VIEW:
        return any(session.may(each, site) for each in Role)
    return session.may(role, site)


class Console:
    """The pages of one service, from the folders of their templates and icons, with pictures and faces that they load.
    Made once; safe to share between threads."""

    def __init__(self, folder: Path, icons: Path, organization: str, pictures: Sequence[Path] = ()) -> None:
        files = sorted(each for each in folder.iterdir() if each.suffix in KINDS)
        self._names, self.assets = assets_of([*pictures, *files])
        self._icons = {each.stem: _icon(each.read_text("utf-8")) for each in icons.glob("*.svg")}
        self._words: Mapping[str, Any] = tomllib.loads((folder / "notices.toml").read_text("utf-8"))
        self._templates = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"ago": ago, "when": when, "day": day, "lasts": lasts}
        self._templates.globals |= {
            "organization": organization,
            "icon": lambda name: self._icons[name],
            "asset": lambda name: ASSETS + self._names[name],
        }

    def page(self, template: str, reader: Reader, status: int = 200, /, **values: Any) -> Response:
        """A page of a template; everything in it is escaped."""
        given = {
            "staff": reader.session,
            "places": [each for each in PLACES if reader.may(each.role)],
            "here": place_of(reader.path),
            "may": reader.may,
            "notice": self.notice(reader.told),
            "token": partial(Browser.form_token, reader.browser),
        }
        html = self._templates.get_template(template).render({**given, **values})
        response = Response(html, status, dict(HEADERS), "text/html; charset=utf-8")
        reader.browser.remember(response)
        return response

    def notice(self, word: str) -> Mapping[str, str] | None:
        """`kind`, `title` and `text` of a word of `notices.toml`; None for any other word."""
        found: Mapping[str, str] | None = self._words.get(word)
        return found


def go(path: str, told: str = "") -> Response:
    """On to another page, by GET (RFC 9110, 15.4.4), which tells the notice of this word."""
    return Response(None, 303, {**HEADERS, "Location": f"{path}?told={told}" if told else path})


def _icon(svg: str) -> Markup:
    """An icon as it stands in a page: of the color of the text, and silent."""
    body = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    return Markup(  # noqa: S704 - a file of ours
        '<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{body}</svg>'
    )
