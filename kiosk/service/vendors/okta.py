"""Okta: how the service signs in to an org, what its limits and errors mean, how it is searched."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from threading import Lock
from typing import Final, Self

from pydantic import Field, model_validator

from kiosk.secret import Secret
from kiosk.service.probe import ProbeFailed
from kiosk.service.settings_model import HttpsUrl, SecretName, SettingsModel
from kiosk.service.vendors import rest
from kiosk.service.vendors.moments import ahead
from kiosk.service.vendors.oauth import ClientCredentials, OAuthSettings, credential_of
from kiosk.service.wiring import Wiring

CALL_SECONDS: Final = 20.0
"""One call with all its repetitions."""
TOKEN_SECONDS: Final = 10.0

_ATTEMPTS: Final = 4
"""Of the five activations that Okta allows: the last one is the person's own."""
_WINDOW: Final = timedelta(minutes=5)
_MOST_PEOPLE: Final = 10_000
_REMEDIES: Final[Mapping[str, tuple[str, str]]] = {
    "E0000011": ("the token is not accepted", "make a new API token (Security, API, Tokens) and store it"),
    "E0000006": (
        "we may not look (HTTP 403)",
        "give the token's administrator or the service app the role Help Desk Administrator, and the app its scopes",
    ),
}
_WORDS: Final[Mapping[str, str]] = {
    "E0000001": "key_not_allowed",
    "E0000006": "not_authorized",
    "E0000011": "not_authorized",
    "E0000022": "not_enabled",
    "E0000038": "account_closed",
    "E0000068": "expired",
}
"""Of error codes: what our errors call it."""


class OktaOrg(SettingsModel):
    """An org, and how the service signs in to it: by an API token, or better as a service app with a key of its own.

    The role Help Desk Administrator is enough for the administrator who made the token, or for the app; limit it to the
    people who enroll at the kiosk.
    """

    url: HttpsUrl
    """The org: `https://example.okta.com`, never the address of its `-admin` pages."""
    api_token: SecretName | None = None
    """Name of the secret that is an API token (SSWS). It has all the rights of whoever made it, and expires when it is
    not used for 30 days."""
    client_id: str = Field(default="", max_length=100)
    """The service app (API Services), in place of a token. Grant it the scopes below."""
    private_key: SecretName | None = None
    """Name of the secret that is the app's PEM private key (RSA)."""
    key_id: str = Field(default="", max_length=200)
    """The key's `kid` in the app, where it has several keys."""
    certificate_authority: Path | None = None
    """PEM file with the authority of the server's certificate, in place of the public ones."""

    @model_validator(mode="after")
    def _signs_in_one_way(self) -> Self:
        if (self.api_token is None) == (self.private_key is None):
            raise ValueError("api_token: either it or client_id and private_key are needed, not both")
        if (self.private_key is None) != (not self.client_id):
            raise ValueError("client_id: goes together with private_key")
        return self


def okta_api(settings: OktaOrg, wiring: Wiring, name: str, scope: str, timeout: float = CALL_SECONDS) -> rest.RestApi:
    """The management API, signed in to; paths begin with `api/v1`. Raises NoCredential, ConfigurationError."""
    return rest.RestApi(
        wiring.outbound,
        settings.url,
        _authorize(settings, wiring, name, scope),
        name=name,
        clock=wiring.clock,
        authority=settings.certificate_authority,
        timeout=timeout,
        request_ids=("x-okta-request-id",),
        sleep=wiring.sleep,
        wait=wait,
    )


def _authorize(settings: OktaOrg, wiring: Wiring, name: str, scope: str) -> Callable[[bool], Mapping[str, str]]:
    if settings.api_token is not None:
        token = Secret(wiring.secret(settings.api_token))
        return lambda _fresh: {"Authorization": f"SSWS {token.reveal()}"}
    proof = OAuthSettings(client_id=settings.client_id, private_key=settings.private_key, key_id=settings.key_id)
    return ClientCredentials(
        wiring.outbound,
        f"{settings.url.rstrip('/')}/oauth2/v1/token",
        settings.client_id,
        credential_of(proof, wiring, name),
        scope,
        wiring.clock,
        wiring.random,
        name=f"{name}:token",
        names_client=False,
        authority=settings.certificate_authority,
        timeout=TOKEN_SECONDS,
        sleep=wiring.sleep,
    )


def wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds until the window of a used-up limit ends, by Okta's own clock: it tells the moment, not the wait."""
    reset, left = headers.get("x-rate-limit-reset", ""), headers.get("x-rate-limit-remaining", "0")
    if left.strip() == "0" and reset.isascii() and reset.isdigit() and len(reset) < 12:
        there = now + ahead(headers, now)
        return min(max(int(reset) - there.timestamp(), 0.0), 3600.0)
    return rest.retry_after(headers, now)


def code_of(refused: rest.Refused) -> str:
    """Okta's code for why (`E0000001`); nothing where it tells none."""
    code = refused.document.get("errorCode") if isinstance(refused.document, dict) else None
    return code if isinstance(code, str) and code.isalnum() and code.isascii() and len(code) < 16 else ""


def word_of(refused: rest.Refused) -> str:
    """Our word for Okta's code, or nothing."""
    return _WORDS.get(code_of(refused), "")


def remedy(refused: rest.Refused) -> ProbeFailed | None:
    """What the doctor says of a refusal."""
    found = _REMEDIES.get(code_of(refused))
    return None if found is None else ProbeFailed(*found)


def literal(value: str) -> str:
    """A string of the search language (SCIM 2.0 filters take JSON strings, RFC 7644, 3.4.2.2)."""
    return json.dumps(value, ensure_ascii=False)


class Attempts:
    """Counts the activations of each person: Okta allows five in five minutes. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: dict[str, list[datetime]] = {}

    def wait(self, account: str, now: datetime) -> int:
        """Seconds until another may be made; 0: now."""
        with self._lock:
            return _pause(self._recent(account, now), now)

    def take(self, account: str, now: datetime) -> int:
        """Count one, if one may be made now: 0; else the seconds until then."""
        with self._lock:
            if len(self._made) > _MOST_PEOPLE:
                self._made = {each: recent for each in self._made if (recent := self._recent(each, now))}
            recent = self._recent(account, now)
            pause = _pause(recent, now)
            if not pause:
                self._made[account] = [*recent, now]
            return pause

    def _recent(self, account: str, now: datetime) -> list[datetime]:
        return [each for each in self._made.get(account, ()) if now - _WINDOW < each <= now]


def _pause(recent: list[datetime], now: datetime) -> int:
    return 0 if len(recent) < _ATTEMPTS else max(ceil((recent[-_ATTEMPTS] + _WINDOW - now).total_seconds()), 1)
