"""The HTTP face of hand-outs: sheets, posters and screens of a project, as PDF, PNG or SVG."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from kiosk.contract import paths
from kiosk.service.projects.handout_data import Sheet
from kiosk.service.projects.handouts import Printed, Wanted, print_sheet
from kiosk.service.projects.press import Form
from kiosk.service.projects.routes import Made, ProjectId, Reader

router = APIRouter(tags=["projects"])

Language = Annotated[
    str | None,
    Query(
        alias="lang",
        pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$",
        description="One language; all of the project, one after another, if it is left out",
        examples=["ar"],
    ),
]

_KINDS: Final = {Form.PDF: "application/pdf", Form.PNG: "image/png", Form.SVG: "image/svg+xml"}
_SHEET: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The sheet",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _KINDS.values()},
    }
}
_CODE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The code, on a page of its own",
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get(paths.PROJECT_CODE_PDF, summary="Download the activation code as PDF", responses=_CODE)
def code_as_pdf(project_id: ProjectId, parts: Made, caller: Reader, language: Language = None) -> Response:
    """For a layout of your own: the code with the name of its project and its address, 120 mm square."""
    return _answer(print_sheet(parts, caller, project_id, Wanted(Sheet.CODE, Form.PDF, language)), Form.PDF)


@router.get(paths.PROJECT_HANDOUT, summary="Print a hand-out", response_class=Response, responses=_SHEET)
def hand_out(
    project_id: ProjectId,
    sheet: Sheet,
    form: Form,
    parts: Made,
    caller: Reader,
    language: Language = None,
    page: Annotated[int, Query(ge=1, le=99, description="Of a PNG or SVG, which have one page")] = 1,
) -> Response:
    """With the logo, the steps in the project's languages, the codes for the app and the activation code. PDFs are
    tagged and bring their typefaces along (PDF/UA-1). Whoever finds one may activate: renew the code in the end."""
    return _answer(print_sheet(parts, caller, project_id, Wanted(sheet, form, language, page)), form)


def _answer(printed: Printed, form: Form) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{printed.name}"', "Cache-Control": "no-store"}
    return Response(printed.content, media_type=_KINDS[form], headers=headers)
