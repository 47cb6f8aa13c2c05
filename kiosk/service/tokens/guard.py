"""The dependency that every route has: it lets in who holds a token with the route's scope."""

from __future__ import annotations

from fastapi import Request
from fastapi.security import OAuth2
from fastapi.security.utils import get_authorization_scheme_param

from kiosk.contract.paths import TOKEN, Scope
from kiosk.service.parts import Parts
from kiosk.service.seed_shape import is_seed_shaped
from kiosk.service.tokens.kept import KeptCallers
from kiosk.service.tokens.rules import Caller, InsufficientScope, InvalidToken

_FLOWS = {"clientCredentials": {"tokenUrl": TOKEN, "scopes": {scope.value: scope.name for scope in Scope}}}


async def parts_of(request: Request) -> Parts:
    """The parts that the application was made of."""
    parts: Parts = request.app.state.parts
    return parts


class Guard(OAuth2):
    """Gives the caller, who holds all of the scopes; one dependency, for each costs a request as much as a statement.

    Calling it raises InvalidToken, InsufficientScope, TooManyRequests.
    """

    def __init__(self, *scopes: Scope) -> None:
        super().__init__(flows=_FLOWS, scheme_name="OAuth2")
        self._wanted = frozenset(scope.value for scope in scopes)

    async def __call__(self, request: Request) -> Caller:  # type: ignore[override]  # the library's gives the header
        """Look the token up."""
        parts = await parts_of(request)
        scheme, token = get_authorization_scheme_param(request.headers.get("Authorization"))
        if scheme.lower() != "bearer" or not token:
            raise InvalidToken
        callers: KeptCallers = request.app.state.callers
        caller = await callers.caller(token)
        if not self._wanted <= caller.scopes:
            raise InsufficientScope
        if is_seed_shaped(request.url.path):
            parts.rates.count(caller.client_id, request.scope["route"].path, parts.clock.now())
        return caller
