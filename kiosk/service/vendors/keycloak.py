"""Keycloak: how the service signs in to a realm with a service account, and calls its admin interface.

Least rights: a confidential client with a service account, and of the client `realm-management` the roles that the
connector's settings name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from pydantic import Field

from kiosk.service.settings_model import HttpsUrl
from kiosk.service.vendors.oauth import ClientCredentials, OAuthSettings, credential_of
from kiosk.service.vendors.rest import Malformed, RestApi, Route, quoted
from kiosk.service.wiring import Wiring

_TOKEN_SECONDS: Final = 10.0

NOBODY: Final = "00000000-0000-0000-0000-000000000000"
"""The id of a user that there is not."""


class KeycloakRealm(OAuthSettings):
    """A realm, and the service account that may look into it."""

    url: HttpsUrl
    """Keycloak's address, up to where `/realms` begins."""
    realm: str = Field(pattern=r"^[^\s/?#%]{1,100}$")
    """The realm that people are in."""
    timeout: float = Field(default=15.0, gt=0, le=60)
    """Seconds for one call, with all its repetitions."""
    certificate_authority: Path | None = None
    """PEM file with the authority of Keycloak's certificate, in place of the public ones."""

    @property
    def token_timeout(self) -> float:
        """Seconds for a token."""
        return min(self.timeout, _TOKEN_SECONDS)


class Realm:
    """The admin interface of one realm. Raises what RestApi raises, and Malformed."""

    def __init__(self, settings: KeycloakRealm, wiring: Wiring, name: str) -> None:
        """Raises NoCredential, ConfigurationError."""
        base = settings.url.rstrip("/")
        tokens = ClientCredentials(
            wiring.outbound,
            f"{base}{quoted('/realms/{}/protocol/openid-connect/token', settings.realm).path}",
            settings.client_id,
            credential_of(settings, wiring, name),
            "",
            wiring.clock,
            wiring.random,
            auth_method=settings.auth_method,
            name=f"{name}:token",
            authority=settings.certificate_authority,
            timeout=settings.token_timeout,
            sleep=wiring.sleep,
        )
        self._realm = settings.realm
        self.api = RestApi(
            wiring.outbound,
            base,
            tokens,
            name=name,
            clock=wiring.clock,
            authority=settings.certificate_authority,
            timeout=settings.timeout,
            sleep=wiring.sleep,
        )

    def route(self, path: str = "", *ids: str) -> Route:
        """A path below the realm's own. Raises Refused (404) for what no path can name."""
        return quoted(f"admin/realms/{{}}{path}", self._realm, *ids)

    def representation(self) -> dict[str, Any]:
        """The realm itself, with its policies."""
        return _one(self.api.call("GET", self.route()).document)

    def users(self, **query: str) -> list[dict[str, Any]]:
        """The users whose members are exactly those, without regard to case; attributes by `q`."""
        return _many(self.api.call("GET", self.route("/users"), query={**query, "exact": "true"}).document)

    def user(self, user_id: str) -> dict[str, Any]:
        """One user, whole."""
        return _one(self.api.call("GET", self.route("/users/{}", user_id)).document)

    def credentials(self, user_id: str) -> list[dict[str, Any]]:
        """What the user signs in with; without secrets."""
        return _many(self.api.call("GET", self.route("/users/{}/credentials", user_id)).document)


def _one(document: Any) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise Malformed
    return document


def _many(document: Any) -> list[dict[str, Any]]:
    if not isinstance(document, list):
        raise Malformed
    return [_one(each) for each in document]
