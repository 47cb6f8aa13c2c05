"""The station's access token: fetched when it is needed, used until shortly before its end."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

import structlog
from pydantic import TypeAdapter, ValidationError

from kiosk.config import ServiceEndpoint
from kiosk.contract.paths import TOKEN, Scope
from kiosk.contract.stations import ASSERTION_TYPE
from kiosk.errors import PhonesUnavailable, ServiceBroken, StationRefused
from kiosk.station.http import Answer, Https
from kiosk.station.own_key import Credential, StationKey
from kiosk.station_errors import StationSwitchedOff

PHONES = (Scope.QR_ENROL, Scope.QR_STATUS)
"""What stations that were set up before phones took part may not do: they work on without."""
_log = structlog.get_logger("keywright.station")
_EARLY = 30.0
"""Seconds before its end at which a token is not used any more."""


class Tokens:
    """Access tokens by OAuth2 client credentials, to enroll and for what is `also` granted. For one thread.

    The station signs in with its secret (RFC 6749 sections 2.3.1 and 4.4) or with its own key (RFC 7523 section 2.2),
    whichever `secret` gives; with the key it signs by the service's time where the service says that ours is wrong.
    """

    def __init__(
        self,
        https: Https,
        endpoint: ServiceEndpoint,
        secret: Callable[[], Credential],
        clock: Callable[[], float],
        also: tuple[Scope, ...] = PHONES,
    ) -> None:
        self._https = https
        self._endpoint = endpoint
        self._secret = secret
        self._clock = clock
        self._wanted = (Scope.ENROLL, *also)
        self._token = ""
        self._ends = 0.0
        self._scopes = frozenset[str]()
        self._behind = 0.0

    def forget(self) -> None:
        """The service does not know it any more, or nobody shall."""
        self._token = ""

    def authorization(self) -> dict[str, str]:
        """The header of a request. Raises StationRefused (StationSwitchedOff, where its key is not taken any more),
        ServiceBroken, and what `Https` raises."""
        if not self._token or self._clock() >= self._ends:
            self._fetch()
        return {"Authorization": f"Bearer {self._token}"}

    def may(self, scope: Scope) -> bool:
        """Whether the station is granted this. Raises as `authorization` does."""
        self.authorization()
        return scope in self._scopes

    def require_phones(self) -> None:
        """Raise PhonesUnavailable where the station may not have codes shown."""
        self.authorization()
        if not self._scopes.issuperset(PHONES):
            raise PhonesUnavailable

    def _fetch(self) -> None:
        """All that a station may do, or as much of it as this one may."""
        now = self._clock()
        asked: tuple[Scope, ...] = self._wanted
        credential = self._secret()
        answer = self._ask(asked, credential)
        if answer.status == 400 and _word(answer) == "invalid_scope":
            asked = (Scope.ENROLL,)
            answer = self._ask(asked, credential)
        if isinstance(credential, StationKey) and _word(answer) == "invalid_client":
            raise StationSwitchedOff(answer.reference)
        if answer.status in (400, 401, 403):
            raise StationRefused(answer.reference)
        if answer.status != 200:
            raise ServiceBroken(answer.reference)
        try:
            granted = _GRANTED.validate_json(answer.body)
        except ValidationError:
            raise ServiceBroken(answer.reference) from None  # it holds the token
        self._token, self._ends = granted.access_token, now + max(granted.expires_in - _EARLY, 1.0)
        self._scopes = frozenset(granted.scope.split() or (scope.value for scope in asked))

    def _ask(self, scopes: tuple[Scope, ...], credential: Credential) -> Answer:
        form = {"grant_type": "client_credentials", "scope": " ".join(scopes)}
        if isinstance(credential, StationKey):
            return self._ask_signed(form, credential)
        pair = f"{quote(self._endpoint.client_id, safe='')}:{quote(credential, safe='')}"
        basic = base64.b64encode(pair.encode()).decode()
        return self._https.send("POST", TOKEN, headers={"Authorization": f"Basic {basic}"}, form=form)

    def _ask_signed(self, form: dict[str, str], key: StationKey) -> Answer:
        """By our time, and once more by the service's where it says that all but the time is right."""

        def asked() -> Answer:
            assertion = key.assertion(self._endpoint.url + TOKEN, self._behind)
            signed = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
            return self._https.send("POST", TOKEN, form=form | signed)

        answer = asked()
        if answer.status == 401 and answer.clock is not None:
            self._behind = answer.clock - key.now()
            _log.warning("clock_wrong", seconds=round(-self._behind))
            answer = asked()
        return answer


@dataclass(frozen=True, slots=True)
class _Granted:
    """The answer of the token endpoint (RFC 6749 section 5.1), as far as we use it. Without `scope` it is what was
    asked for."""

    access_token: str = field(repr=False)
    expires_in: int = 60
    scope: str = ""


_GRANTED = TypeAdapter(_Granted)


def _word(answer: Answer) -> str:
    """The error of RFC 6749 section 5.2, or the word of a problem document."""
    try:
        document = json.loads(answer.body)
    except ValueError:
        return ""
    return str(document.get("error") or document.get("code") or "") if isinstance(document, dict) else ""
