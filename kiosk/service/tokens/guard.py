"""The dependency that every route has: it lets in who holds a token with the route's scope."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
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


async def parts_of(request: Request) -> Parts:
    """The parts that the application was made of."""
    parts: Parts = request.app.state.parts
    return parts


async def _authorization(header: Annotated[str | None, Depends(_SCHEME)]) -> str:
    scheme, token = get_authorization_scheme_param(header)
    if scheme.lower() != "bearer" or not token:
        raise InvalidToken
    return token


def require(*scopes: Scope) -> Callable[..., Awaitable[Caller]]:
    """A dependency that gives the caller, who holds all of these scopes.

    Raises InvalidToken, InsufficientScope.
    """
    wanted = frozenset(scope.value for scope in scopes)

    async def guard(
        parts: Annotated[Parts, Depends(parts_of)], token: Annotated[str, Depends(_authorization)]
    ) -> Caller:
        if parts.store.in_process:  # one indexed read takes less than the way to another thread
            caller = caller_of(parts, token)
        else:
            caller = await run_in_threadpool(caller_of, parts, token)
        if not wanted <= caller.scopes:
            raise InsufficientScope
        return caller

    return guard
