"""All routes of the console, as the application takes them in."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from kiosk.service.console import board, crew, entrance, events, look_up, stations, waiting

ROUTERS: Final = (
    entrance.router,
    events.router,
    board.router,
    waiting.router,
    look_up.router,
    stations.router,
    crew.router,
)

router = APIRouter()
for each in ROUTERS:
    router.include_router(each)
