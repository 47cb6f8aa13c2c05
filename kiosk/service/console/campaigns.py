"""Projects as staff see them: how far each one is; they are made and changed on the command line or by programs."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Response

from kiosk.service.console.routing import PAGES, NoSuchThing
from kiosk.service.console.session import Member, Viewer
from kiosk.service.projects import actions
from kiosk.service.projects.rules import NoSuchProject

PROJECTS: Final = "/console/projects"
_PAGE: Final = 50

router = APIRouter(**PAGES)
ProjectId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
After = Annotated[str, Query(max_length=128)]


@router.get(PROJECTS, summary="Projects")
def projects(member: Viewer, after: After = "") -> Response:
    """By name, with what they have left."""
    return _page(member, after)


@router.get(f"{PROJECTS}/{{project_id}}", summary="A project")
def project(project_id: ProjectId, member: Viewer) -> Response:
    """How its numbers and its people stand."""
    try:
        found = actions.show(member.parts, member.caller, project_id)
    except NoSuchProject as error:
        raise NoSuchThing from error
    return member.page("project.html", project=found)


def _page(member: Member, after: str) -> Response:
    found = actions.overview(member.parts, member.caller, after, _PAGE)
    return member.page("projects.html", projects=found.projects, next=found.next, after=after)
