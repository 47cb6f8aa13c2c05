"""All routes of the console, as the application takes them in."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from kiosk.service.console import board, entrance, events, look_up, waiting

ROUTERS: Final = (entrance.router, events.router, board.router, waiting.router, look_up.router)

router = APIRouter()
for each in ROUTERS:
    router.include_router(each)
