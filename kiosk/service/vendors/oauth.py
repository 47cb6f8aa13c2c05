"""Access tokens by client credentials (RFC 6749, 4.4): fetched by one, used by all, until shortly before their end."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock, local
from typing import Final, Literal, Self
from urllib.parse import quote

from pydantic import Field, model_validator

from kiosk.errors import ConfigurationError
from kiosk.secret import Secret
from kiosk.service.outbound import Outbound
from kiosk.service.settings_model import SecretName, SettingsModel
from kiosk.service.sources import Clock, Random
from kiosk.service.vendors.assertion import ASSERTION_TYPE, Algorithm, PrivateKeyJwt
from kiosk.service.vendors.rest import Malformed, NotSignedIn, OutcomeUnknown, Refused, RestApi, Unavailable, told
from kiosk.service.wiring import Wiring

AuthMethod = Literal["client_secret_basic", "client_secret_post"]
"""In a header, or in the form (OpenID Connect Core 1.0, 9)."""

_MARGIN: Final = timedelta(minutes=5)
"""How long before its end a token is not used any more; half its life, if it lives less than ten minutes."""

_SHORT_LIFE: Final = 300
_LONGEST_LIFE: Final = 86_400


class OAuthSettings(SettingsModel):
    """How the service signs in: with a secret, or better with a private key of its own."""

    client_id: str = Field(min_length=1, max_length=200)
    """The application's id."""
    client_secret: SecretName | None = None
    """Name of the secret that is the application's password."""
    auth_method: AuthMethod = "client_secret_basic"
    """Where the password stands in the request."""
    private_key: SecretName | None = None
    """Name of the secret that is a PEM private key without a password, in place of `client_secret`."""
    algorithm: Algorithm = "RS256"
    """What the private key signs with."""
    key_id: str = Field(default="", max_length=200)
    """The key's `kid`, where the other side goes by it."""
    certificate: Path | None = None
    """PEM file with the certificate of the private key, where the other side goes by its hash."""

    @model_validator(mode="after")
    def _proves_itself_in_one_way(self) -> Self:
        if (self.client_secret is None) == (self.private_key is None):
            raise ValueError("client_secret: either it or private_key is needed, not both")
        return self


Credential = Secret | PrivateKeyJwt
"""What an application proves itself with."""


def credential_of(settings: OAuthSettings, wiring: Wiring, path: str = "oauth") -> Credential:
    """The secret or the key that the settings name. Raises NoCredential; ConfigurationError under `path`."""
    if settings.private_key is None:
        assert settings.client_secret is not None
        return Secret(wiring.secret(settings.client_secret))
    key = wiring.secret(settings.private_key)
    try:
        certificate = settings.certificate.read_bytes() if settings.certificate else b""
    except OSError as error:
        raise ConfigurationError(f"{path}.certificate", "cannot be read") from error
    try:
        return PrivateKeyJwt.read(key, settings.algorithm, certificate, settings.key_id)
    except ValueError as error:
        raise ConfigurationError(f"{path}.private_key", str(error)) from error


@dataclass(slots=True)
class _Token:
    value: Secret
    until: datetime


@dataclass(slots=True)
class ClientCredentials:
    """Signs calls of a RestApi with an access token; called as its `authorize`. Safe to share between threads.

    `audience` of an assertion is the token address, unless another is given. `names_client`: the client id is sent
    beside an assertion, too, which names it anyway (RFC 7521, 4.2). `form` is sent along with the request.
    """

    outbound: Outbound
    token_url: str = field(repr=False)
    client_id: str
    credential: Credential = field(repr=False)
    scope: str
    clock: Clock
    random: Random
    auth_method: AuthMethod = "client_secret_basic"
    name: str = "token"
    audience: str = ""
    names_client: bool = True
    authority: Path | None = None
    timeout: float = 15.0
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    sleep: Callable[[float], None] = time.sleep
    _api: RestApi = field(init=False, repr=False)
    _lock: Lock = field(init=False, repr=False, default_factory=Lock)
    _token: _Token | None = field(init=False, repr=False, default=None)
    _used: local = field(init=False, repr=False, default_factory=local)

    def __post_init__(self) -> None:
        self._api = RestApi(
            self.outbound,
            self.token_url,
            self._identify,
            name=self.name,
            clock=self.clock,
            authority=self.authority,
            timeout=self.timeout,
            sleep=self.sleep,
        )

    def __call__(self, fresh: bool = False) -> Mapping[str, str]:
        """The header with a living token; `fresh`: not the one that this thread was given last.

        Raises NotSignedIn, Unavailable.
        """
        with self._lock:
            token = self._token
            stale = fresh and token is getattr(self._used, "token", None)
            if token is None or stale or self.clock.now() >= token.until:
                self._token = None
                token = self._token = self._fetch()
            self._used.token = token
            return {"Authorization": f"Bearer {token.value.reveal()}"}

    def _identify(self, _fresh: bool) -> Mapping[str, str]:
        if isinstance(self.credential, PrivateKeyJwt) or self.auth_method == "client_secret_post":
            return {}
        pair = f"{quote(self.client_id, safe='')}:{quote(self.credential.reveal(), safe='')}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}

    def _fetch(self) -> _Token:
        now = self.clock.now()
        form = {"grant_type": "client_credentials", **({"scope": self.scope} if self.scope else {}), **self.form}
        if isinstance(self.credential, PrivateKeyJwt):
            signed = self.credential.assertion(self.client_id, self.audience or self.token_url, now, self.random)
            form |= {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signed}
            form |= {"client_id": self.client_id} if self.names_client else {}
        elif self.auth_method == "client_secret_post":
            form |= {"client_id": self.client_id, "client_secret": self.credential.reveal()}
        try:
            answer = self._api.call("POST", "", form=form, repeatable=True)
            token = told(answer.document, "access_token", kind=str)
        except Refused as error:
            raise NotSignedIn(error.status, error.document) from None
        except (Malformed, OutcomeUnknown) as error:
            raise Unavailable(word="malformed") from error
        if not token.isascii() or not token.isprintable() or not token:
            raise Unavailable(word="malformed")
        return _Token(Secret(token), now + _usable(answer.document))


def _usable(document: Mapping[str, object]) -> timedelta:
    """How long a token is used, by `expires_in` in seconds, which some send as text."""
    given = str(document.get("expires_in", _SHORT_LIFE))
    seconds = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else _SHORT_LIFE
    life = timedelta(seconds=min(seconds, _LONGEST_LIFE))
    return life - min(_MARGIN, life / 2)
