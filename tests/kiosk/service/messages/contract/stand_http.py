"""A gateway that takes a text as JSON, described by settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.kiosk.service.faces import Request
from tests.kiosk.service.messages.contract.stand import Answer, Taken, WebStand, told


class HttpStand(WebStand):
    """With its secret in a header."""

    NAME = "http"

    def settings(self, port: int, authority: Path) -> dict[str, Any]:
        return {
            "kind": "http",
            "url": f"https://localhost:{port}/sms",
            "headers": {"X-Api-Key": "{secret}"},
            "body": {"to": "{to}", "text": "{text}"},
            "password": "sms",
            "timeout": 2,
            "certificate_authority": str(authority),
        }

    def message(self, request: Request) -> Taken | None:
        body = told(request.body)
        return Taken(body["to"], body["text"])

    def good(self) -> Answer:
        return 202, {}, b""


STAND = HttpStand
