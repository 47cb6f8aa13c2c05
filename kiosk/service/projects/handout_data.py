"""What a hand-out shows, pure: the words of each language, the steps, the codes, by names that templates know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from kiosk.service.qr_picture import modules, svg
from kiosk.service.store.projects import ProjectRow

STORES: Final = ("app_store", "google_play", "other_app")
"""Where apps are, by the names of a project's details."""

LANGUAGE: Final = "en"
"""Whose words stand in where a language has none of ours."""

_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur"})
_JOINED: Final = frozenset({"ar", "fa", "ur"})
_SHORT: Final = 120
"""Characters of instructions that a step has room for; longer ones get a page."""

Words = Mapping[str, Any]


class Sheet(StrEnum):
    """The hand-outs of a project."""

    A4 = "sheet-a4"
    A6 = "sheet-a6"
    A6_FOUR = "sheet-a6-on-a4"
    POSTER = "poster"
    POSTER_A2 = "poster-a2"
    SCREEN = "screen"
    CODE = "activation-code"

    @property
    def has_pages(self) -> bool:
        """Whether people turn it over."""
        return self in (Sheet.A4, Sheet.A6, Sheet.A6_FOUR)


@dataclass(frozen=True, slots=True)
class Handout:
    """All that sheets of one project show. `link` is what the big code says."""

    project: ProjectRow
    organization: str
    link: str = field(repr=False)
    logo: Mapping[str, Any] | None = field(default=None, repr=False)


def data_of(
    handout: Handout, languages: Sequence[str], words: Mapping[str, Words], *, pages: bool = True
) -> dict[str, Any]:
    """What the templates take: the sheets of these languages, one after another. Without further `pages` (on a wall)
    there is no room for long instructions."""
    main = _words(words, languages[0])
    return {
        "title": f"{main['title']}: {handout.project.name}",
        "organization": handout.organization,
        "project": handout.project.name,
        "logo": handout.logo,
        "contact": str(handout.project.details.get("contact") or ""),
        "code": _code(handout.link, main["code"]) | _address(handout.link),
        "apps": list(_apps(handout.project, main)),
        "editions": [_edition(handout.project, language, words, pages) for language in languages],
    }


def editions_of(project: ProjectRow, asked: str | None, words: Mapping[str, Words]) -> tuple[str, ...]:
    """The languages of a sheet: the one that was asked for, or those of the project. One that has neither words of ours
    nor instructions of the project would be the English sheet once more."""
    if asked is not None:
        return (asked,)
    told = _instructions(project)
    own = tuple(each for each in project.languages if _base(each) in words or each in told)
    return own or (LANGUAGE,)


def _edition(project: ProjectRow, language: str, words: Mapping[str, Words], pages: bool) -> dict[str, Any]:
    """One language: where its words are English the sheet is read as English is."""
    spoken = _base(language) if _base(language) in words else LANGUAGE
    told = _instructions(project)
    text = told.get(language) or told.get(_base(language)) or ""
    if len(text) > _SHORT and not pages:
        text = ""
    own = words[spoken]
    return {
        "lang": spoken,
        "region": None,
        "rtl": spoken in _RIGHT_TO_LEFT,
        "tracking": 0 if spoken in _JOINED else -0.4,
        "weight": 400 if spoken in _JOINED else 600,
        "words": {name: value for name, value in own.items() if isinstance(value, str)},
        "steps": list(_steps(project, own, text)),
        "long": text if len(text) > _SHORT else "",
    }


def _steps(project: ProjectRow, words: Words, text: str) -> Iterable[dict[str, Any]]:
    """Three, or four where people need an app first. The last one is what the organization says, if it does."""
    names = ("app", "scan", "number", "kiosk") if any(_stores(project)) else ("scan", "number", "kiosk")
    for name in names:
        title, told = words["steps"][name]
        if name == "kiosk" and text:
            told = text if len(text) <= _SHORT else words["see-next"]
        yield {"title": title, "text": told, "picture": name, "current": name == "scan"}


def _apps(project: ProjectRow, words: Words) -> Iterable[dict[str, str]]:
    for store in _stores(project):
        yield _code(str(project.details[store]), f"{words['app-code']}: {words[store]}") | {"name": words[store]}


def _stores(project: ProjectRow) -> tuple[str, ...]:
    return tuple(store for store in STORES if project.details.get(store))


def _code(text: str, says: str) -> dict[str, str]:
    """A QR code that bears scratches (a quarter of it may be gone), and what readers of screens say of it."""
    return {"picture": svg(modules(text, sturdy=True)), "says": says}


def _address(link: str) -> dict[str, str]:
    """What people type who have no camera: the part that is everybody's, and the part that is this project's."""
    before, slash, after = link.removeprefix("https://").rpartition("/")
    return {"before": before + slash, "after": after}


def _instructions(project: ProjectRow) -> dict[str, str]:
    told = project.details.get("instructions") or {}
    return {str(language): str(text) for language, text in told.items()}


def _words(words: Mapping[str, Words], language: str) -> Words:
    return words.get(_base(language), words[LANGUAGE])


def _base(language: str) -> str:
    return language.split("-", maxsplit=1)[0].lower()
