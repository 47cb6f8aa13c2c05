"""Zitadel: how the service signs in to an instance as a service user."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Self

from pydantic import Field, model_validator

from kiosk.secret import Secret
from kiosk.service.probe import ProbeFailed
from kiosk.service.settings_model import HttpsUrl, SecretName, SettingsModel
from kiosk.service.vendors.oauth import ClientCredentials
from kiosk.service.vendors.rest import Malformed, NotSignedIn, Refused, RestApi, told
from kiosk.service.wiring import Wiring

CALL_SECONDS: Final = 20.0
"""One call with all its repetitions."""
TOKEN_SECONDS: Final = 10.0

_SCOPE: Final = "openid urn:zitadel:iam:org:project:id:zitadel:aud"
"""For Zitadel's own API."""


class ZitadelInstance(SettingsModel):
    """An instance, and the service user by which the service signs in to it.

    It needs `user.read` and `user.passkey.write` in the organization whose people enroll: the role Org User Manager.
    """

    url: HttpsUrl
    """The instance: `https://example.zitadel.cloud`."""
    token: SecretName | None = None
    """Name of the secret that is a personal access token of the service user."""
    client_id: str = Field(default="", max_length=200)
    """The service user's client id, in place of a token that lives for long."""
    client_secret: SecretName | None = None
    """Name of the secret that goes with `client_id`."""
    organization: str = Field(default="", pattern=r"^[0-9]{0,32}$")
    """Id of the organization whose people enroll, where it is not the service user's own."""
    certificate_authority: Path | None = None
    """PEM file with the authority of the server's certificate, in place of the public ones."""

    @model_validator(mode="after")
    def _signs_in_one_way(self) -> Self:
        if (self.token is None) == (self.client_secret is None):
            raise ValueError("token: either it or client_id and client_secret are needed, not both")
        if (self.client_secret is None) != (not self.client_id):
            raise ValueError("client_id: goes together with client_secret")
        return self


def zitadel_api(settings: ZitadelInstance, wiring: Wiring, name: str) -> RestApi:
    """The instance's API, signed in to; paths begin with `v2`. Raises NoCredential."""
    return RestApi(
        wiring.outbound,
        settings.url,
        _in_organization(settings.organization, _authorize(settings, wiring, name)),
        name=name,
        clock=wiring.clock,
        authority=settings.certificate_authority,
        timeout=CALL_SECONDS,
        sleep=wiring.sleep,
    )


def _authorize(settings: ZitadelInstance, wiring: Wiring, name: str) -> Callable[[bool], Mapping[str, str]]:
    if settings.token is not None:
        token = Secret(wiring.secret(settings.token))
        return lambda _fresh: {"Authorization": f"Bearer {token.reveal()}"}
    assert settings.client_secret is not None
    return ClientCredentials(
        wiring.outbound,
        f"{settings.url.rstrip('/')}/oauth/v2/token",
        settings.client_id,
        Secret(wiring.secret(settings.client_secret)),
        _SCOPE,
        wiring.clock,
        wiring.random,
        name=f"{name}:token",
        authority=settings.certificate_authority,
        timeout=TOKEN_SECONDS,
        sleep=wiring.sleep,
    )


def _in_organization(
    organization: str, sign: Callable[[bool], Mapping[str, str]]
) -> Callable[[bool], Mapping[str, str]]:
    extra = {"x-zitadel-orgid": organization} if organization else {}
    return lambda fresh: {**sign(fresh), **extra}


def code_of(refused: Refused) -> str:
    """The number of the gRPC status (`5`); nothing where none is told."""
    try:
        return str(told(refused.document, "code", kind=int))
    except Malformed:
        return ""


def remedy(refused: Refused) -> ProbeFailed | None:
    """What the doctor says of a refusal."""
    if refused.status == 403:
        return ProbeFailed(
            "we may not look (HTTP 403)",
            "make the service user Org User Manager of the organization, and check the organization's id",
        )
    if refused.status == 401 and not isinstance(refused, NotSignedIn):
        return ProbeFailed("our token is not accepted", "make a new personal access token and store it")
    return None
