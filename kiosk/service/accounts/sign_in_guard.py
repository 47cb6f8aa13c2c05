"""The dependency of routes that a person calls: it lets in who holds the token of a living session."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param

from kiosk.service.parts import Parts
from kiosk.service.store.sessions import session
from kiosk.service.tokens.guard import parts_of
from kiosk.service.tokens.rules import InvalidToken, hashed, live


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person who signed in at a site. `session` is the hash of their token: what ends with signing out."""

    user_id: str
    tenant: str
    site: str
    client_id: str
    session: str = field(repr=False)


class SessionGuard(HTTPBearer):
    """Gives the person whose session token is the bearer. Calling it raises InvalidToken, TooManyRequests."""

    def __init__(self) -> None:
        super().__init__(scheme_name="Session", description="The session token that signing in gave", auto_error=False)

    async def __call__(self, request: Request) -> SignedIn:  # type: ignore[override]  # the library's gives the header
        """Look the token up."""
        parts = await parts_of(request)
        scheme, token = get_authorization_scheme_param(request.headers.get("Authorization"))
        if scheme.lower() != "bearer" or not token:
            raise InvalidToken
        signed_in = await run_in_threadpool(signed_in_with, parts, token)
        parts.rates.count(signed_in.user_id, request.scope["route"].path, parts.clock.now())
        return signed_in


def signed_in_with(parts: Parts, token: str) -> SignedIn:
    """Who holds this session token. Raises InvalidToken: also for people who are not active any more."""
    token_hash = hashed(token)
    with parts.store.read() as tx:
        found = session(tx, token_hash)
    if found is None or not live(found[0].made_at, found[0].expires_at, parts.clock.now()):
        raise InvalidToken
    row, tenant = found
    return SignedIn(row.user_id, tenant, row.site, row.client_id, token_hash)
