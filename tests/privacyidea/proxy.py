"""What stands before a real privacyIDEA and lets its calls fail by switch: the faults of the faces, with a real server
behind them."""

from __future__ import annotations

import json
from pathlib import Path

import requests

from kiosk.service.sources import Clock
from tests.faces import frame
from tests.faces.frame import Answer, Face, Route
from tests.faces.server import Json, Refusal, Request
from tests.privacyidea.server import PrivacyIdea

BEGIN_PROOF, PROVE = "begin_proof", "prove"
_PASSED_ON = ("pi-authorization", "origin", "content-type")


class PrivacyIdeaProxy(Face):
    """The server at another address. All that it knows of its own are the names of the calls."""

    NAME = "privacyidea"
    CALLS = (frame.TOKEN, frame.BEGIN, frame.REGISTER, frame.LIST, frame.DELETE, BEGIN_PROOF, PROVE)

    def __init__(self, folder: Path, server: PrivacyIdea, clock: Clock) -> None:
        self._behind = server
        super().__init__(folder, clock=clock)

    def routes(self) -> list[Route]:
        """One for each call; the two steps of an enrollment have one path."""
        return [
            Route(frame.TOKEN, "POST", "/auth", self._passed_on),
            Route(frame.BEGIN, "POST", "/token/init", self._passed_on),
            Route(frame.LIST, "GET", "/token/", self._passed_on),
            Route(frame.DELETE, "DELETE", "/token/{serial}", self._passed_on),
            Route(BEGIN_PROOF, "POST", "/validate/initialize", self._passed_on),
            Route(PROVE, "POST", "/validate/check", self._passed_on),
        ]

    def authorize(self, request: Request, route: Route) -> None:
        """The server does."""

    def problem(self, refusal: Refusal, request: Request) -> Json:
        told = {"code": refusal.status, "message": str(refusal)}
        return {"id": 1, "jsonrpc": "2.0", "detail": None, "result": {"status": False, "error": told}}

    def _find(self, request: Request) -> Route | None:
        found = super()._find(request)
        if found is not None and found.call == frame.BEGIN and "serial" in json.loads(request.body):
            return Route(frame.REGISTER, found.method, "", found.handle)
        return found

    def _passed_on(self, request: Request) -> Answer:
        answer = requests.request(
            request.method,
            self._behind.url + request.path,
            params=request.pairs,
            data=request.body,
            headers={name: request.headers[name] for name in _PASSED_ON if name in request.headers},
            verify=str(self._behind.authority),
            timeout=30,
        )
        return Answer(answer.json(), answer.status_code)
