"""The service as a station speaks of itself with it: how it stands, and the configuration that it obeys."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter

from kiosk.contract import paths
from kiosk.contract.paths import Scope
from kiosk.contract.stations import SignedConfiguration, Standing, StandingHeard
from kiosk.station.client import _accepted, _decoded
from kiosk.station.http import Answer, Https
from kiosk.station.tokens import Tokens

_HEARD = TypeAdapter(StandingHeard)
_SIGNED = TypeAdapter(SignedConfiguration)
NOT_MODIFIED = 304


class StationClient:
    """The calls about the station itself, for one thread. Every method raises only `ServiceError`s, NoCredential and
    ConfigurationError. `tokens` are also granted Scope.STATION, unless the station was set up before there was that."""

    def __init__(self, https: Https, tokens: Tokens) -> None:
        self._https, self._tokens = https, tokens

    def close(self) -> None:
        """Close the connection and forget the token."""
        self._tokens.forget()
        self._https.close()

    def may_tell(self) -> bool:
        """Whether the service listens to what this station tells of itself."""
        return self._tokens.may(Scope.STATION)

    def tell(self, standing: Standing) -> StandingHeard:
        """Say how the station stands."""
        return _decoded(self._call("PUT", paths.STATION_STANDING, asdict(standing)), _HEARD)

    def configuration(self, known: int = 0) -> str:
        """The signed configuration (a compact JWS); empty where it is the version that is `known`."""
        answer = self._call("GET", paths.STATION_CONFIGURATION, headers={"If-None-Match": f'"{known}"'})
        return "" if answer.status == NOT_MODIFIED else _decoded(answer, _SIGNED).configuration

    def _call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """One request; with a fresh token when the service does not know this one any more."""
        more = headers or {}
        answer = self._https.send(method, path, headers={**self._tokens.authorization(), **more}, json=body)
        if answer.status == 401:
            self._tokens.forget()
            answer = self._https.send(method, path, headers={**self._tokens.authorization(), **more}, json=body)
        return answer if answer.status == NOT_MODIFIED else _accepted(answer)
