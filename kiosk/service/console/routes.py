"""All routes of the console, as the application takes them in."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Response

from kiosk.service.console import (
    board,
    campaigns,
    crew,
    entrance,
    events,
    exports,
    figures,
    keys,
    look_up,
    policies,
    stations,
    tickets,
    trail,
    waiting,
)
from kiosk.service.console.routing import PAGES, NoSuchThing
from kiosk.service.console.session import Viewer

ROUTERS: Final = (
    entrance.router,
    events.router,
    board.router,
    waiting.router,
    look_up.router,
    keys.router,
    exports.router,
    tickets.router,
    figures.router,
    trail.router,
    stations.router,
    crew.router,
    policies.router,
    campaigns.router,
)

_rest = APIRouter(**PAGES)


@_rest.get("/console/{rest:path}", summary="Nothing")
def nothing(_member: Viewer) -> Response:
    """What is at no other path is told by a page."""
    raise NoSuchThing


router = APIRouter()
for each in (*ROUTERS, _rest):
    router.routes.extend(each.routes)
