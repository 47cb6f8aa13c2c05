"""privacyIDEA: how the service signs in to its REST interface as an administrator, and what its answers mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, Final

from pydantic import Field

from kiosk.secret import Secret
from kiosk.service.probe import ProbeFailed
from kiosk.service.settings_model import HttpsUrl, SecretName, SettingsModel
from kiosk.service.vendors import rest
from kiosk.service.wiring import Wiring

CALL_SECONDS: Final = 20.0
TOKEN_SECONDS: Final = 10.0
NO_USER: Final = 904
NO_RIGHT: Final = 303
WILDCARD: Final = "*"
"""In a value to search for it stands for anything: no value of ours may have it."""

_TOKEN_LIFE: Final = timedelta(minutes=50)
"""An administrator's token is good for an hour."""


class PrivacyIdeaServer(SettingsModel):
    """A privacyIDEA server, and the administrator by whom the service signs in.

    The administrator's policy (scope admin) needs no more than: userlist, tokenlist, enrollPASSKEY, delete; limited to
    the realm. Beware: without tokenlist the server answers with an empty list instead of a refusal.
    """

    url: HttpsUrl
    """Where the server is: `https://privacyidea.example.org`."""
    realm: str = Field(min_length=1, max_length=120, pattern=r"^[A-Za-z0-9_.-]+$")
    """The realm of the people."""
    user: str = Field(min_length=1, max_length=120)
    """The administrator."""
    password: SecretName
    """Name of the secret that is the administrator's password."""
    certificate_authority: Path | None = None
    """PEM file with the authority of the server's certificate, in place of the public ones."""


class Administrator:
    """Signs calls with an administrator's token, which is fetched when there is none; safe to share between threads."""

    def __init__(self, settings: PrivacyIdeaServer, wiring: Wiring, name: str) -> None:
        self._user, self._password = settings.user, Secret(wiring.secret(settings.password))
        self._api = public_api(settings, wiring, f"{name}:token", TOKEN_SECONDS)
        self._clock, self._lock = wiring.clock, Lock()
        self._token: tuple[Secret, datetime] | None = None

    def __call__(self, fresh: bool) -> Mapping[str, str]:
        """The header of a call. Raises rest.NotSignedIn, Unavailable."""
        with self._lock:
            now = self._clock.now()
            if fresh or self._token is None or not now - _TOKEN_LIFE < self._token[1] <= now:
                self._token = Secret(self._fetch()), now
            return {"PI-Authorization": self._token[0].reveal()}

    def _fetch(self) -> str:
        body = {"username": self._user, "password": self._password.reveal()}
        try:
            answer = self._api.call("POST", "auth", body=body, repeatable=True)
            return rest.told(value(answer), "token", kind=str)
        except rest.Refused as refused:
            raise rest.NotSignedIn(refused.status, refused.document) from None
        except rest.Malformed as error:
            raise rest.Unavailable(word="malformed") from error


def admin_api(settings: PrivacyIdeaServer, wiring: Wiring, name: str, timeout: float = CALL_SECONDS) -> rest.RestApi:
    """The interface for administrators, signed in to. Raises NoCredential."""
    return _api(settings, wiring, name, Administrator(settings, wiring, name), timeout)


def public_api(settings: PrivacyIdeaServer, wiring: Wiring, name: str, timeout: float = CALL_SECONDS) -> rest.RestApi:
    """The interface that anybody may call: log-ins."""
    return _api(settings, wiring, name, lambda _fresh: {}, timeout)


def _api(settings: PrivacyIdeaServer, wiring: Wiring, name: str, authorize: Any, timeout: float) -> rest.RestApi:
    return rest.RestApi(
        wiring.outbound,
        settings.url,
        authorize,
        name=name,
        clock=wiring.clock,
        authority=settings.certificate_authority,
        timeout=timeout,
        sleep=wiring.sleep,
    )


def value(answer: rest.Answer) -> Any:
    """What is in the envelope of a good answer. Raises Refused, Malformed."""
    if not rest.told(answer.document, "result", "status", kind=bool):
        raise rest.Refused(answer.status, answer.document)
    return rest.told(answer.document, "result", kind=dict).get("value")


def detail(answer: rest.Answer) -> Any:
    """What stands beside it. Raises Refused, Malformed."""
    value(answer)
    return rest.told(answer.document, "detail", kind=dict)


def code_of(refused: rest.Refused) -> int:
    """privacyIDEA's number for why, which is no HTTP status; 0 where it tells none."""
    try:
        return rest.told(refused.document, "result", "error", "code", kind=int)
    except rest.Malformed:
        return 0


def timed_out(refused: rest.Refused) -> bool:
    """Whether it was the challenge that is too old: only the text says so."""
    try:
        return "timed out" in rest.told(refused.document, "result", "error", "message", kind=str)
    except rest.Malformed:
        return False


def remedy(refused: rest.Refused) -> ProbeFailed | None:
    """What an administrator should do about a refusal."""
    if isinstance(refused, rest.NotSignedIn):
        return ProbeFailed(
            "the administrator's name or password is not accepted", "check user, and store the password again"
        )
    if code_of(refused) == NO_RIGHT:
        return ProbeFailed(
            "the administrator may not do this",
            "in privacyIDEA: Config, Policies: let an admin policy give userlist, tokenlist, enrollPASSKEY and delete",
        )
    return None
