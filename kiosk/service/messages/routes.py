"""Where gateways tell how far a text got: an address for each text, which nobody else can make up."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from kiosk.contract.paths import RECEIPT
from kiosk.service.messages.receipts import take
from kiosk.service.parts import Parts
from kiosk.service.tokens.guard import parts_of

router = APIRouter(tags=["messages"])


@router.get(RECEIPT, status_code=204, summary="Tell how far a text got")
def receipt(
    token: Annotated[str, Path(max_length=128)],
    state: Annotated[str, Query(max_length=16)],
    parts: Annotated[Parts, Depends(parts_of)],
) -> Response:
    """For SMS gateways: `state` is `sent`, `delivered`, `undelivered`, or the number of a delivery report of Kannel."""
    take(parts, token, state)
    return Response(status_code=204)
