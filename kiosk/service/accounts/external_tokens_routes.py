"""The HTTP face of external tokens: parse, check the scope, call one action."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from pydantic import AwareDatetime, ConfigDict, Field

from kiosk.contract import paths
from kiosk.contract.paths import Scope
from kiosk.service.accounts import external_tokens as actions
from kiosk.service.accounts.external_tokens import Place, Told
from kiosk.service.parts import Parts
from kiosk.service.seed_shape import SeedModel
from kiosk.service.tokens.guard import Guard, parts_of
from kiosk.service.tokens.rules import Caller

router = APIRouter(tags=["external tokens"])

Made = Annotated[Parts, Depends(parts_of)]
Manager = Annotated[Caller, Depends(Guard(Scope.USER_ATTRIBUTES_RW))]
UserId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", examples=["8c1f0e6f4f6e4c0f9a3b5d7e9f1a2b3c"])]
TokenName = Annotated[str, Path(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", examples=["loyalty"])]


class ExternalToken(SeedModel):
    """A token to keep."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"token": "tok_4f9d2c", "expiresAt": "2027-01-31T00:00:00Z"}]}
    )

    token: str = Field(pattern=r"^[!-~]+$", max_length=2048, repr=False)
    """What the other system knows the person by: printable ASCII without spaces."""
    expires_at: AwareDatetime | None = None
    """When it is over; without it, never."""


class KeptToken(SeedModel):
    """A token that there is, without itself."""

    name: str
    changed_at: datetime
    expires_at: datetime | None


class ToldToken(KeptToken):
    """A token, told."""

    token: str = Field(repr=False)


class KeptTokens(SeedModel):
    """All tokens of a person."""

    external_tokens: tuple[KeptToken, ...]


@router.get(paths.EXTERNAL_TOKENS, summary="List a person's external tokens")
def list_tokens(user_id: UserId, parts: Made, caller: Manager) -> KeptTokens:
    """Their names and dates. A person who is at none of the caller's sites looks like nobody (404)."""
    found = actions.names(parts, Place(caller, user_id))
    return KeptTokens(external_tokens=tuple(map(_kept, found)))


@router.get(paths.EXTERNAL_TOKEN, summary="Tell an external token")
def tell_token(user_id: UserId, name: TokenName, parts: Made, caller: Manager) -> ToldToken:
    """The token itself; each time is in the trail."""
    told = actions.tell(parts, Place(caller, user_id, name))
    return ToldToken(name=told.name, changed_at=told.changed_at, expires_at=told.expires_at, token=told.token)


@router.put(paths.EXTERNAL_TOKEN, summary="Keep an external token")
def keep_token(user_id: UserId, name: TokenName, body: ExternalToken, parts: Made, caller: Manager) -> KeptToken:
    """In the place of an earlier one of the same name. It is sealed at rest, and signs nobody in."""
    return _kept(actions.keep(parts, Place(caller, user_id, name), body.token, body.expires_at))


@router.delete(paths.EXTERNAL_TOKEN, status_code=204, summary="Forget an external token")
def forget_token(user_id: UserId, name: TokenName, parts: Made, caller: Manager) -> Response:
    """Nothing of it is kept."""
    actions.forget(parts, Place(caller, user_id, name))
    return Response(status_code=204)


def _kept(told: Told) -> KeptToken:
    return KeptToken(name=told.name, changed_at=told.changed_at, expires_at=told.expires_at)
