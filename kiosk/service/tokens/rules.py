"""Access tokens: their errors, scopes and life."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.contract.paths import Scope

SKEW = timedelta(seconds=30)
"""How far two replicas' clocks may be apart."""


class InvalidClient(Exception):
    """Unknown client, wrong secret, or disabled; not told apart."""


class ClockOff(InvalidClient):
    """A client that signed well, at a time that is not ours: `service_time` is seconds since 1970."""

    def __init__(self, service_time: float) -> None:
        super().__init__(service_time)
        self.service_time = service_time


class InvalidScope(Exception):
    """The client asked for a scope that it does not have."""


class UnsupportedGrant(Exception):
    """Another grant than client_credentials."""


class InvalidTokenRequest(Exception):
    """The token request is not one (RFC 6749, 5.2)."""


class InvalidToken(Exception):
    """No token, an unknown one, or one past its time."""


class TooManyRequests(Exception):
    """The client calls a route more often than it may; again in `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class InsufficientScope(Exception):
    """The token does not carry the scope of the route."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling: a client of the service, with what its token lets it do."""

    client_id: str
    scopes: frozenset[str]
    tenant: str = "default"
    sites: frozenset[str] = frozenset()

    @property
    def actor(self) -> str:
        """As the trail names it."""
        return f"client:{self.client_id}"

    @property
    def everywhere(self) -> bool:
        """Whether it sees people of all sites, and of none: no client does."""
        return False

    def may_act_for(self, site: str) -> bool:
        """Whether the site is one of those that the client was given."""
        return site in self.sites


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A fresh access token; `token` is told once and kept nowhere."""

    token: str
    expires_in: int
    scopes: frozenset[str]

    def __repr__(self) -> str:
        return f"IssuedToken(expires_in={self.expires_in})"


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """What a client signs in with; `secret` has 256 random bits."""

    client_id: str
    secret: str

    def __repr__(self) -> str:
        return f"ClientCredentials({self.client_id!r})"


def hashed(secret: str) -> str:
    """SHA-256 in hexadecimal: enough for what has 256 random bits, and fast."""
    return hashlib.sha256(secret.encode()).hexdigest()


def matches(secret: str, stored: str) -> bool:
    """Constant-time comparison of a secret with its hash."""
    return hmac.compare_digest(hashed(secret), stored)


def own_addresses(urls: Iterable[str], host: str, path: str) -> frozenset[str]:
    """How a path of this service may be called: below the addresses that the settings have, else by the name that it
    was called by."""
    bases = tuple(urls) or (f"https://{host}",)
    return frozenset(as_called(base.rstrip("/") + path) for base in bases)


def as_called(url: str) -> str:
    """An https address as it is compared: the host in small letters, and no port where it is the usual one."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}{mark}{host.lower().removesuffix(':443')}{slash}{path}"


def granted(asked: str, held: str) -> frozenset[str]:
    """The scopes asked for, all of the client's when none is. Raises InvalidScope."""
    allowed, wanted = frozenset(held.split()), frozenset(asked.split())
    if not wanted <= allowed:
        raise InvalidScope
    return wanted or allowed


def live(issued_at: datetime, expires_at: datetime, now: datetime) -> bool:
    """Whether `now` is within the life; a thing of the future means that the clock was set back, and is over."""
    return issued_at - SKEW <= now < expires_at


def all_scopes() -> str:
    """Every scope that there is, as OAuth2 writes them."""
    return " ".join(Scope)
