"""Microsoft Entra ID: how the service signs in as an application, and calls Microsoft Graph."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import parse_qsl, quote, urlsplit
from uuid import UUID

from pydantic import Field, model_validator

from kiosk.service.probe import ProbeFailed
from kiosk.service.settings_model import HttpsUrl, SecretName, SettingsModel
from kiosk.service.sources import Random
from kiosk.service.vendors.assertion import Algorithm
from kiosk.service.vendors.oauth import ClientCredentials, OAuthSettings, credential_of
from kiosk.service.vendors.rest import Malformed, Refused, RestApi, Route, told
from kiosk.service.wiring import Wiring

TOKEN_SECONDS: Final = 10.0
"""Signing in, at most."""

_MOST_PAGES: Final = 10

_REMEDIES: Final[Mapping[str, tuple[str, str]]] = {
    "7000215": (
        "the client secret is wrong",
        "store the secret's value (not its id) again under the name in the settings",
    ),
    "7000222": ("the client secret has expired", "make a new secret in Entra (App registrations) and store it"),
    "700016": ("the tenant does not know this application", "check client_id and tenant"),
    "700027": (
        "our signature is not accepted",
        "upload the certificate of the private key to the application in Entra",
    ),
    "90002": ("there is no such tenant", "check tenant: the directory's id, or one of its domains"),
    "7000229": ("the application has no presence in the tenant", "let an administrator consent to the application"),
    "700082": ("the grant has expired", "let an administrator consent to the application again"),
    "53003": ("a Conditional Access policy keeps us out", "exempt the service's address for this workload identity"),
}
"""Of AADSTS codes: what was seen, what to do."""


class EntraApplication(SettingsModel):
    """An application that is registered in a tenant, by which the service signs in."""

    tenant: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$")
    """The directory's id, or one of its domains."""
    client_id: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$")
    """The application's id."""
    client_secret: SecretName | None = None
    """Name of the secret that holds the application's client secret."""
    private_key: SecretName | None = None
    """Name of the secret that holds a PEM private key without a password, in place of `client_secret`. Better: nothing
    that could be read on the way is sent."""
    certificate: Path | None = None
    """PEM file with the certificate of the private key, as it was uploaded to the application."""
    algorithm: Algorithm = "PS256"
    """What the private key signs with; PS256 is what Entra wants today."""
    graph: HttpsUrl = "https://graph.microsoft.com"
    """Where Microsoft Graph is."""
    login: HttpsUrl = "https://login.microsoftonline.com"
    """Where tokens are issued."""
    certificate_authority: Path | None = None
    """PEM file with the authority of the servers' certificates, in place of the public ones."""
    timeout: float = Field(default=20.0, ge=1, le=60)
    """Seconds for one call with all its repetitions."""

    @model_validator(mode="after")
    def _proves_itself(self) -> Self:
        if (self.client_secret is None) == (self.private_key is None):
            raise ValueError("client_secret: either it or private_key is needed, not both")
        if (self.private_key is None) != (self.certificate is None):
            raise ValueError("certificate: goes together with private_key")
        return self


def graph_api(settings: EntraApplication, wiring: Wiring, name: str) -> RestApi:
    """Microsoft Graph, signed in to; paths begin with the version. Raises NoCredential, ConfigurationError."""
    proof = OAuthSettings(
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        private_key=settings.private_key,
        algorithm=settings.algorithm,
        certificate=settings.certificate,
    )
    tokens = ClientCredentials(
        wiring.outbound,
        f"{settings.login.rstrip('/')}/{settings.tenant}/oauth2/v2.0/token",
        settings.client_id,
        credential_of(proof, wiring, name),
        f"{settings.graph.rstrip('/')}/.default",
        wiring.clock,
        wiring.random,
        auth_method="client_secret_post",
        name=f"{name}:token",
        authority=settings.certificate_authority,
        timeout=min(TOKEN_SECONDS, settings.timeout),
        sleep=wiring.sleep,
    )
    return RestApi(
        wiring.outbound,
        settings.graph,
        signing(tokens, wiring.random),
        name=name,
        clock=wiring.clock,
        authority=settings.certificate_authority,
        timeout=settings.timeout,
        request_ids=("request-id",),
        sleep=wiring.sleep,
    )


def signing(tokens: Callable[[bool], Mapping[str, str]], random: Random) -> Callable[[bool], Mapping[str, str]]:
    """Adds what Graph wants to know of every call: an id to be found by, and that a person is waiting."""

    def sign(fresh: bool) -> Mapping[str, str]:
        return {
            **tokens(fresh),
            "client-request-id": str(UUID(bytes=random.token(16), version=4)),
            "x-ms-throttle-priority": "High",
        }

    return sign


def listed(api: RestApi, route: Route) -> Iterator[Any]:
    """The members of a collection, page by page (OData 4.01, 11.2.6.7). Raises what RestApi raises, and Malformed."""
    query: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        document = api.call("GET", route, query=query).document
        yield from told(document, "value", kind=list)
        following = document.get("@odata.nextLink")
        if following is None:
            return
        # Only its parameters are believed: the token goes to the address of the settings and nowhere else.
        query = dict(parse_qsl(urlsplit(str(following)).query))
    raise Malformed


def literal(value: str) -> str:
    """A string literal of OData: quotes doubled (OData 4.01 ABNF, SQUOTE-in-string)."""
    return "'" + value.replace("'", "''") + "'"


def code_of(refused: Refused) -> str:
    """Graph's word for why, tamed; or nothing."""
    try:
        code = told(refused.document, "error", "code", kind=str)
    except Malformed:
        return ""
    return quote(code[:64], safe="")


def remedy(rights: str) -> Callable[[Refused], ProbeFailed | None]:
    """What the doctor says of a refusal. `rights` are the application permissions that would do."""

    def read(refused: Refused) -> ProbeFailed | None:
        described = refused.document.get("error_description") if isinstance(refused.document, dict) else None
        found = re.search(r"AADSTS(\d{2,8})", described) if isinstance(described, str) else None
        if found is not None:
            seen, mend = _REMEDIES.get(found[1], ("Entra does not sign us in", "look the code up in Entra's documents"))
            return ProbeFailed(f"{seen} (AADSTS{found[1]})", mend)
        if refused.status == 403:
            return ProbeFailed("we may not look (HTTP 403)", f"grant {rights} with administrator consent")
        return None

    return read
