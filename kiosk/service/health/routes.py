"""GET /healthz and /readyz: for load balancers and supervisors, without a token, and without a word about anybody."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from kiosk.contract.paths import LIVE, READY
from kiosk.service.health.looking import Health
from kiosk.service.routing import WrittenRoute

router = APIRouter(tags=["health"], route_class=WrittenRoute)


class Standing(BaseModel):
    """How a replica stands."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    status: str = Field(examples=["ok"])
    """`ok`, or `not_ready`."""
    against: tuple[str, ...] = Field(default=(), examples=[[]])
    """What stands against sending requests to it, in words."""


def _health(request: Request) -> Health:
    found: Health = request.app.state.health
    return found


@router.get(LIVE, summary="Whether the process lives")
async def live() -> Standing:
    """The event loop answers. Nothing else is asked: a database that is away is no reason to start a process again."""
    return Standing(status="ok")


_READY: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": Standing},
    503: {"model": Standing, "description": "Not now"},
}


@router.get(READY, summary="Whether to send requests here", responses=_READY)
def ready(health: Annotated[Health, Depends(_health)]) -> Response:
    """The database answers, no migration is missing, and the replica is not about to end; 503 and words otherwise."""
    readiness = health.readiness()
    told = Standing(status="ok" if readiness.ready else "not_ready", against=readiness.against)
    return Response(told.model_dump_json(), 200 if readiness.ready else 503, media_type="application/json")
