"""Hand-outs of a project: sheets, posters and screens with its activation code, in its languages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kiosk.resources import resource
from kiosk.service.audit.actions import Event, record
from kiosk.service.parts import Parts
from kiosk.service.projects.actions import link_of
from kiosk.service.projects.handout_data import Handout, Sheet, data_of, editions_of
from kiosk.service.projects.handout_logo import read_logo
from kiosk.service.projects.owned import own
from kiosk.service.projects.press import Form, Unprintable
from kiosk.service.projects.rules import ProjectClosed
from kiosk.service.store.engine import WriteTx
from kiosk.service.tokens.rules import Caller

_SCREEN_DOTS: Final = 144.0  # an inch: 1920 dots across


class NoSuchPage(Exception):
    """The sheet has fewer pages."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sheet, as what, in which language (all of the project if there is none), and which page of a picture."""

    sheet: Sheet
    form: Form = Form.PDF
    language: str | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Printed:
    """A hand-out as a file."""

    name: str
    content: bytes = field(repr=False)


def print_sheet(parts: Parts, caller: Caller, project_id: str, wanted: Wanted) -> Printed:
    """One hand-out. Raises NoSuchProject, NotInThisProject, ProjectClosed, NoSuchPage, Unprintable,
    ConfigurationError."""

    def work(tx: WriteTx) -> Handout:
        of = own(tx, caller, project_id)
        if of.closed_at is not None:
            raise ProjectClosed
        handout = Handout(of, parts.settings.organization, link_of(parts, of))
        if "://" not in handout.link:
            raise Unprintable("projects.url is missing: no phone could open the code")
        told: dict[str, str | int | bool] = {"project": of.id, "sheet": wanted.sheet.value, "form": wanted.form.value}
        actor = caller.actor
        record(tx, parts, Event("handout_printed", of.tenant, actor, details=told))
        return handout

    return _printed(parts, parts.store.write(work), wanted)


def all_sheets(parts: Parts, caller: Caller, project_id: str) -> Iterator[Printed]:
    """Every hand-out as PDF, and the screen as a picture in each language. Raises as `print_sheet`."""
    with parts.store.read() as tx:
        of = own(tx, caller, project_id)
    for sheet in Sheet:
        yield print_sheet(parts, caller, project_id, Wanted(sheet))
    for language in editions_of(of, None, words()):
        yield print_sheet(parts, caller, project_id, Wanted(Sheet.SCREEN, Form.PNG, language))


def words() -> Mapping[str, Any]:
    """The standard words of sheets, by language."""
    found: Mapping[str, Any] = json.loads(resource("templates/handouts/words.json").read_bytes())
    return found


def _printed(parts: Parts, handout: Handout, wanted: Wanted) -> Printed:
    known, picture = words(), parts.settings.projects.logo
    languages = editions_of(handout.project, wanted.language, known)
    logo = None if picture is None else read_logo(picture)
    shown = Handout(handout.project, handout.organization, handout.link, logo)
    dots = {"dots": _SCREEN_DOTS} if wanted.sheet is Sheet.SCREEN else {}
    data = data_of(shown, languages, known, pages=wanted.sheet.has_pages)
    pages = parts.press.pages(wanted.sheet.value, data, wanted.form, **dots)
    if wanted.page > len(pages):
        raise NoSuchPage
    in_language = f"-{wanted.language}" if wanted.language else ""
    return Printed(f"{wanted.sheet}{in_language}.{wanted.form}", pages[wanted.page - 1])
