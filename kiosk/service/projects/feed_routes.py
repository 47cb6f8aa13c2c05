"""The HTTP face of the host feed: how it stands, to go on after it stopped, and the whole list as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from kiosk.contract import paths
from kiosk.service.projects import feed_actions
from kiosk.service.projects.bodies import EXAMPLE_ID
from kiosk.service.projects.bodies_feed import FeedStanding
from kiosk.service.projects.routes import Made, Manager, ProjectId, Reader

router = APIRouter(tags=["projects"])


class Layout(StrEnum):
    """The columns of a list."""

    USERS = "users"
    AUTOSYNC = "autosync"


_AT_ONCE: Final = 200  # lines
_NAMED: Final = 20  # numbers
_CSV = "First name,Last name,E-mail address,ID,Sync ID\r\nMona,Okafor,m.okafor@example.org,1000,104217\r\n"
_LIST: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Everybody who has a number",
        "content": {"text/csv": {"schema": {"type": "string"}, "example": _CSV}},
        "headers": {
            "Keywright-Left-Out": {
                "description": "Numbers that the list does not name, because a spreadsheet would run what their people "
                "are called; twenty at most",
                "schema": {"type": "string"},
            }
        },
    }
}


@router.get(paths.PROJECT_FEED, summary="Tell how the feed of a host system stands")
def stands(project_id: ProjectId, parts: Made, caller: Reader) -> FeedStanding:
    """How far the host system was told, what hinders it, and when the file was written."""
    return feed_actions.stands(parts, caller, project_id)


@router.post(paths.PROJECT_FEED_RESUME, summary="Go on with the feed of a host system")
def resume(project_id: ProjectId, parts: Made, caller: Manager) -> FeedStanding:
    """After the host system refused an event and was mended. Nothing is left out: the same event goes out again."""
    return feed_actions.resume(parts, caller, project_id)


@router.get(paths.MOBILE_IDS_EXPORT, summary="Read the list of a host system", response_class=Response, responses=_LIST)
def export(
    parts: Made,
    caller: Reader,
    project: Annotated[str, Query(pattern="^[0-9a-f]{32}$", examples=[EXAMPLE_ID])],
    layout: Annotated[Layout | None, Query(description="That of its file, if it is left out")] = None,
) -> StreamingResponse:
    """Always the whole list, as the file of the feed has it: managers of mobile IDs replace theirs by it."""
    listing = feed_actions.export(parts, caller, project, layout)
    headers = {"Content-Disposition": 'attachment; filename="mobile-ids.csv"'}
    if listing.left_out:
        headers["Keywright-Left-Out"] = ",".join(map(str, listing.left_out[:_NAMED]))
    return StreamingResponse(_in_pieces(listing.content), media_type="text/csv; charset=utf-8", headers=headers)


def _in_pieces(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Some lines at once: each piece is a way to another thread."""
    while piece := b"".join(islice(lines, _AT_ONCE)):
        yield piece
