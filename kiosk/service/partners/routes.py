"""The HTTP face of partners: a sealed message in, a sealed answer out."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import ConfigDict, Field

from kiosk.contract import paths
from kiosk.contract.paths import Scope
from kiosk.service.accounts.bodies_guests import GuestEnrolled
from kiosk.service.errors import refusal_of
from kiosk.service.once import IdempotencyKey
from kiosk.service.partners import actions
from kiosk.service.partners.actions import Said
from kiosk.service.parts import Parts
from kiosk.service.seed_shape import SeedModel
from kiosk.service.tokens.guard import Guard, parts_of
from kiosk.service.tokens.rules import Caller

router = APIRouter(tags=["partners"])

_LONGEST: Final = 64 * 1024

Made = Annotated[Parts, Depends(parts_of)]
Partner = Annotated[Caller, Depends(Guard(Scope.EXTERNAL_GUESTS))]


class SealedMessage(SeedModel):
    """A compact JWE inside of a compact JWS."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"encryptedData": "eyJhbGciOiJFUzI1NiIsImtpZCI6IjIwMjYifQ.ZXlKLi4u.c2ln"}]}
    )

    encrypted_data: str = Field(max_length=_LONGEST, repr=False)


_EITHER: Final[dict[str, Any]] = {
    "description": "Refused: sealed for the partner where it has signed the message, else in plain",
    "content": {
        "application/json": {
            "schema": {
                "anyOf": [{"$ref": "#/components/schemas/SealedMessage"}, {"$ref": "#/components/schemas/Error"}]
            }
        }
    },
}


@router.post(
    paths.EXTERNAL_GUESTS,
    status_code=201,
    summary="Enroll a guest from outside",
    response_model=SealedMessage,
    responses={400: _EITHER, 403: _EITHER, 409: _EITHER, 429: _EITHER},
)
def enroll(body: SealedMessage, parts: Made, caller: Partner, key: IdempotencyKey = "") -> JSONResponse:
    """The message is signed by the partner (JWS) and sealed for us inside (JWE); so is the answer, the other way round,
    also one that refuses. Inside are `iss` (the partner), `aud`, `iat`, `jti` and `guest`, which is what
    `/user/v2/enrollments` takes. Each `jti` is taken once; ask again with a new one and the same Idempotency-Key."""
    said = actions.enroll(parts, caller, body.encrypted_data, key)
    status, content, headers = _plain(said)
    return JSONResponse({"encryptedData": actions.seal_answer(parts, said, status, content)}, status, headers)


def _plain(said: Said) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Status, content and headers of an answer that is not sealed yet."""
    if isinstance(said.answer, GuestEnrolled):
        return 201, said.answer.model_dump(mode="json", by_alias=True), {}
    return refusal_of(said.answer)
