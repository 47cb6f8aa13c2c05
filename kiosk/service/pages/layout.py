"""Makes pages: templates that escape everything, the files that they load, and headers that keep them to themselves.

A page is made with `Layout.page("name.html", reading, …)`. Templates have `t(name, …)` for words, `organization`,
`language`, `direction`, `token(action)` for forms, and `css` and `script`, the paths of the two files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kiosk.service.pages.visitor import LANGUAGE, Visitor
from kiosk.service.pages.words import Language, choose, languages

ASSETS: Final = "/m/assets/"

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), geolocation=(), microphone=(), "
        "publickey-credentials-create=(self), publickey-credentials-get=(self)"
    ),
    "X-Robots-Tag": "noindex",
}
"""On every page; `Cache-Control: no-store` and the rest come from the edge."""

KINDS: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
"""The media types of files that pages load."""

_FILES: Final = ("phone.css", "ceremony.js")
_FOR_GOOD: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads a page, and how: their phone, their language, whether they chose it themselves, and whether they sent a
    form (then there is no link to the page in another language)."""

    visitor: Visitor
    language: Language
    chosen: bool = False
    by_form: bool = False

    def to(self, path: str) -> str:
        """The path, with the language that was chosen."""
        return f"{path}?{LANGUAGE}={self.language.tag}" if self.chosen else path


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that pages load, under a name that changes with its content."""

    content: bytes
    kind: str

    def response(self) -> Response:
        """With headers that let a phone keep it for good."""
        headers = {"Cache-Control": _FOR_GOOD, "Cross-Origin-Resource-Policy": "same-origin"}
        return Response(self.content, headers=headers, media_type=self.kind)


class Layout:
    """The pages of one service, from the folder of their templates, with the typefaces that they are set in. Made once;
    safe to share between threads."""

    def __init__(
        self, folder: Path, organization: str, first: Sequence[str] = (), *, faces: Sequence[Path] = ()
    ) -> None:
        self.languages = languages(folder, first)
        self._names, self.assets = assets_of([*faces, *(folder / name for name in _FILES)])
        self._templates = Environment(
            loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, auto_reload=False
        )
        self._organization = organization

    def reading(
        self, request: Request, visitor: Visitor, *, kept: str = "", form: Mapping[str, str] | None = None
    ) -> Reading:
        """How this visitor reads: the language of the address or the form, of what is kept, of their browser."""
        known = tuple(self.languages)
        asked = (form or {}).get(LANGUAGE) or request.query_params.get(LANGUAGE, "")
        tag = choose(known, asked, kept, accepted=request.headers.get("Accept-Language", ""))
        return Reading(visitor, self.languages[tag], asked == tag, request.method != "GET")

    def page(self, template: str, reading: Reading, status: int = 200, /, **values: Any) -> Response:
        """A page of a template; everything in it is escaped."""
        language = reading.language
        given = {
            "t": language.say,
            "language": language.tag,
            "direction": language.direction,
            "others": [(each.tag, each.words["language"]) for each in self.languages.values() if each is not language],
            "organization": self._organization,
            "token": reading.visitor.token,
            "chosen": language.tag if reading.chosen else "",
            "switchable": not reading.by_form,
            "css": ASSETS + self._names["phone.css"],
            "script": ASSETS + self._names["ceremony.js"],
        }
        html = self._templates.get_template(template).render({**given, **values})
        response = Response(html, status, dict(HEADERS), "text/html; charset=utf-8")
        response.headers["Content-Language"] = language.tag
        reading.visitor.remember(response)
        return response

    def go_on(self, reading: Reading, path: str = "/m") -> Response:
        """On to another page, by GET (RFC 9110, 15.4.4)."""
        response = Response(None, 303, {**HEADERS, "Location": reading.to(path)})
        reading.visitor.remember(response)
        return response


def assets_of(paths: Iterable[Path]) -> tuple[Mapping[str, str], Mapping[str, Asset]]:
    """The name of each file with its digest, and the files by that name. Style sheets say `url("…")` of files that
    stand before them, and find them by their new names."""
    names: dict[str, str] = {}
    found: dict[str, Asset] = {}
    for path in paths:
        content = path.read_bytes()
        if path.suffix == ".css":
            for name, hashed in names.items():
                content = content.replace(f'url("{name}")'.encode(), f'url("{hashed}")'.encode())
        names[path.name] = f"{path.stem}.{hashlib.sha256(content).hexdigest()[:16]}{path.suffix}"
        found[names[path.name]] = Asset(content, KINDS[path.suffix])
    return names, found
