"""The HTTP face of stations themselves (see `kiosk.contract.stations`): parse, check the scope, call one action."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import TypeAdapter

from kiosk.contract import paths
from kiosk.contract.paths import Scope
from kiosk.contract.stations import ActivatedStation, SignedConfiguration, StandingHeard
from kiosk.service.parts import Parts
from kiosk.service.routing import WrittenRoute
from kiosk.service.stations import activation, bodies, standing
from kiosk.service.stations.activation import Knock
from kiosk.service.tokens.guard import Guard, parts_of
from kiosk.service.tokens.rules import Caller, own_addresses

router = APIRouter(tags=["stations"], route_class=WrittenRoute)

Made = Annotated[Parts, Depends(parts_of)]
Station = Annotated[Caller, Depends(Guard(Scope.STATION))]
IfNoneMatch = Annotated[str, Header(alias="If-None-Match", max_length=200, description="The version that is known")]

_SIGNED: TypeAdapter[SignedConfiguration] = TypeAdapter(SignedConfiguration)


def _knock(request: Request, parts: Made) -> Knock:
    address = "" if request.client is None else request.client.host
    host = request.headers.get("host", "")
    return Knock(address, own_addresses(parts.settings.stations.urls, host, paths.STATION_ACTIVATION))


@router.post(paths.STATION_ACTIVATION, status_code=201, summary="Activate a station")
def activate(body: bodies.ActivateStation, parts: Made, knock: Annotated[Knock, Depends(_knock)]) -> ActivatedStation:
    """By the one-time code of the console, with a key pair that the station made. A code that is wrong, used or too old
    is refused alike, and tries are counted by address."""
    return activation.activate(parts, knock, body)


@router.put(paths.STATION_STANDING, summary="Tell how the station stands")
def tell(body: bodies.Standing, parts: Made, caller: Station) -> StandingHeard:
    """Every few seconds, and when the step changes. The answer tells the time, what is new, and what to do."""
    return standing.hear(parts, caller, body)


@router.get(
    paths.STATION_CONFIGURATION,
    summary="Fetch the signed configuration",
    responses={200: {"model": SignedConfiguration}, 304: {"description": "It is the version that is known"}},
)
def configuration(parts: Made, caller: Station, known: IfNoneMatch = "") -> Response:
    """What the station shows and obeys, as a compact JWS by the key that it was told when it was activated."""
    current = standing.current(parts, caller)
    tag = f'"{current.version}"'
    if tag in (each.strip().removeprefix("W/") for each in known.split(",")):
        return Response(status_code=304, headers={"ETag": tag})
    written = _SIGNED.dump_json(SignedConfiguration(current.signed))
    return Response(written, headers={"ETag": tag}, media_type="application/json")
