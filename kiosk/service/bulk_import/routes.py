"""The HTTP face of migrations. Sources are read as they come in, and never held as a whole."""

from __future__ import annotations

from typing import Annotated, Any, Final, Protocol

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from kiosk.contract import paths
from kiosk.contract.paths import Scope
from kiosk.service.accounts.rules import BadAttributes
from kiosk.service.bulk_import import actions, merging
from kiosk.service.bulk_import.bodies import Accepted, BatchDetails, Batches, Merge, MergeRequest
from kiosk.service.bulk_import.reading import CHUNK
from kiosk.service.bulk_import.rules import Form
from kiosk.service.bulk_import.uploads import Upload, Wanted
from kiosk.service.once import IdempotencyKey
from kiosk.service.parts import Parts
from kiosk.service.tokens.guard import Guard, parts_of
from kiosk.service.tokens.rules import Caller

router = APIRouter(tags=["migrations"])

Made = Annotated[Parts, Depends(parts_of)]
Migrating = Annotated[Caller, Depends(Guard(Scope.MIGRATE_USERS))]
BatchId = Annotated[str, Path(alias="batch_id", pattern="^[0-9a-f]{32}$")]

_FORMS: Final = {"application/x-ndjson": Form.NDJSON, "text/csv": Form.CSV}
_JSON = '{"userId": "m.okafor@example.org", "givenName": "Mona", "familyName": "Okafor", "employeeId": "104217"}\n'
_CSV = "user_id,given_name,family_name,employee_id\nm.okafor@example.org,Mona,Okafor,104217\n"
_LINES: Final = {"application/x-ndjson": {"schema": {"type": "string"}, "example": _JSON}}
_SOURCE: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "One person a line, as a JSON object, or CSV with a header; as long as it needs to be",
        "content": {**_LINES, "text/csv": {"schema": {"type": "string"}, "example": _CSV}},
    }
}
_CORRECTIONS: Final[dict[str, Any]] = {
    "requestBody": {
        "required": False,
        "description": "Nothing, or corrected records: JSON lines, each with the `number` of the one that failed",
        "content": {"application/x-ndjson": {"schema": {"type": "string"}, "example": '{"number": 1, ' + _JSON[1:]}},
    }
}


class _Taker(Protocol):
    """What comes in piece by piece."""

    def take(self, piece: bytes) -> None:
        """The next bytes."""
        ...

    def finish(self) -> Accepted:
        """That was all."""
        ...


@router.post(paths.MIGRATE, status_code=202, summary="Take in people from elsewhere", openapi_extra=_SOURCE)
async def migrate(
    request: Request,
    parts: Made,
    caller: Migrating,
    site_id: Annotated[str, Query(alias="siteId", min_length=1, max_length=40)],
    idempotency_key: IdempotencyKey = "",
) -> Accepted:
    """The answer comes when all was received; the people follow, and `GET /migrate/{batch_id}` tells how far they are.

    Somebody who has the name already is changed. An upload that breaks off leaves nothing.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    form = _FORMS.get(kind)
    if form is None:
        raise BadAttributes(("content-type",))
    return await _received(request, Upload(parts, caller, Wanted(site_id, form, idempotency_key)))


@router.get(paths.MIGRATE_STATUS, summary="List migrations")
def status(
    parts: Made,
    caller: Migrating,
    after: Annotated[str, Query(pattern="^([0-9a-f]{32})?$", description="`next` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Batches:
    """Those of sites that the client may act for, newest first."""
    return actions.overview(parts, caller, after, limit)


@router.get(paths.MIGRATE_BATCH, summary="Tell how far a migration is")
def details(
    batch_id: BatchId,
    parts: Made,
    caller: Migrating,
    after: Annotated[int, Query(ge=0, lt=1 << 62, description="`next` of the page before")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> BatchDetails:
    """With counts, and the records that failed by line, field and reason."""
    return actions.details(parts, caller, batch_id, after, limit)


@router.post(paths.MIGRATE_RETRY, status_code=202, summary="Try again what failed", openapi_extra=_CORRECTIONS)
async def retry(request: Request, batch_id: BatchId, parts: Made, caller: Migrating) -> Accepted:
    """Records that were taken in are not touched. Lines of JSON may correct some of those that failed."""
    return await _received(request, await run_in_threadpool(actions.Retry, parts, caller, batch_id))


@router.post(paths.MIGRATE_MERGE, summary="Merge accounts of one person")
def merge(batch_id: BatchId, body: MergeRequest, parts: Made, caller: Migrating) -> Merge:
    """Two accounts of the migration's site are one person if they have the same employee number, or the same mail
    address and names. `dryRun` (the default) only tells the pairs. Without it, the older account gets the other's
    aliases, sites, credentials and badges, and the other's name as an alias. Call again while there is a `next`."""
    return merging.merge(parts, caller, batch_id, body)


async def _received(request: Request, taker: _Taker) -> Accepted:
    """Hand the body over in pieces, each to a thread. The next one is read when it has been taken."""
    held = bytearray()
    try:
        async for piece in request.stream():
            held += piece
            if len(held) >= CHUNK:
                await run_in_threadpool(taker.take, bytes(held))
                held.clear()
    except ClientDisconnect as error:  # nobody reads the answer
        raise BadAttributes(("the upload broke off",)) from error
    await run_in_threadpool(taker.take, bytes(held))
    return await run_in_threadpool(taker.finish)
