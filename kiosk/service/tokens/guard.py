"""The dependency that every route has: it lets in who holds a token with the route's scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import OAuth2
from fastapi.security.utils import get_authorization_scheme_param

from kiosk.contract.paths import TOKEN, Scope
from kiosk.service.parts import Parts
from kiosk.service.tokens.actions import caller_of
from kiosk.service.tokens.rules import Caller, InsufficientScope, InvalidToken

_SCHEME = OAuth2(
    flows={"clientCredentials": {"tokenUrl": TOKEN, "scopes": {scope.value: scope.name for scope in Scope}}},
    auto_error=False,
)


def parts_of(request: Request) -> Parts:
    """The parts that the application was made of."""
    parts: Parts = request.app.state.parts
    return parts


async def _authorization(header: Annotated[str | None, Depends(_SCHEME)]) -> str:
    scheme, token = get_authorization_scheme_param(header)
    if scheme.lower() != "bearer" or not token:
        raise InvalidToken
    return token


def require(*scopes: Scope) -> Callable[..., Caller]:
    """A dependency that gives the caller, who holds all of these scopes.

    Raises InvalidToken, InsufficientScope.
    """
    wanted = frozenset(scope.value for scope in scopes)

    def guard(request: Request, token: Annotated[str, Depends(_authorization)]) -> Caller:
        caller = caller_of(parts_of(request), token)
        if not wanted <= caller.scopes:
            raise InsufficientScope
        return caller

    return guard
