"""The HTTP face of codes that phones scan (see `kiosk.contract.phone`): parse, check the scope, call one action."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from kiosk.contract import paths
from kiosk.contract.paths import Scope
from kiosk.contract.phone import PhoneStatus
from kiosk.service.mobile import bodies, codes
from kiosk.service.mobile.answers import standing_body
from kiosk.service.mobile.watching import LONGEST_WAIT, Watch
from kiosk.service.once import IdempotencyKey
from kiosk.service.parts import Parts
from kiosk.service.routing import WrittenRoute
from kiosk.service.tokens.guard import Guard, parts_of
from kiosk.service.tokens.rules import Caller

router = APIRouter(tags=["phones"], route_class=WrittenRoute)


async def _watch_of(request: Request) -> Watch:
    watch: Watch = request.app.state.watch
    return watch


Made = Annotated[Parts, Depends(parts_of)]
Shows = Annotated[Caller, Depends(Guard(Scope.QR_ENROL))]
Looks = Annotated[Caller, Depends(Guard(Scope.QR_STATUS))]
Transaction = Annotated[str, Query(alias="transactionId", pattern="^[0-9a-f]{32}$")]
Seen = Annotated[PhoneStatus | None, Query(description="What is known already; with `wait`")]
Wait = Annotated[int, Query(ge=0, le=LONGEST_WAIT, description="Seconds to hold the answer back while it is `seen`")]


@router.post(paths.QR_ENROL, summary="Show a code for a phone")
def open_code(body: bodies.OpenPhone, parts: Made, caller: Shows, key: IdempotencyKey = "") -> bodies.PhoneCode:
    """For an existing account by its UUID, or for the caller's own enrollment. Scanned, the code opens a page where the
    phone registers a passkey, confirms who the person is, or takes a code or a form off the kiosk. The caller's earlier
    code for the same person is taken back. 404 for nobody, and for anybody of another tenant."""
    parts.rates.count(caller.client_id, paths.QR_ENROL, parts.clock.now())
    made = codes.open_code(parts, caller, body.plain(), key)
    return bodies.PhoneCode(
        transaction_id=made.transaction_id, qr_code=made.qr_code, expires_in=made.expires_in, link=made.link
    )


@router.get(paths.QR_STATUS, summary="Whether the code was scanned")
async def status(
    transaction: Transaction,
    caller: Looks,
    watch: Annotated[Watch, Depends(_watch_of)],
    seen: Seen = None,
    wait: Wait = 0,
) -> bodies.PhoneStanding:
    """Ask every second or two. Or say what you have `seen` and how long you `wait`: the answer then comes when there is
    news, or after so many seconds. A code that is over is told for a day; 404 for one that is unknown, or another
    client's."""
    if seen is not None and wait:
        return standing_body(await watch.changed(caller, transaction, seen, wait))
    return standing_body(await watch.standing(caller, transaction))


@router.delete(paths.QR_ENROL, status_code=204, summary="Take a code back")
def take_back(transaction: Transaction, parts: Made, caller: Shows) -> Response:
    """No phone goes on with it. Taking it back twice is fine."""
    codes.take_back(parts, caller, transaction)
    return Response(status_code=204)
