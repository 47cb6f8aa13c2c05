"""Twilio's API over real TLS."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from tests.kiosk.service.faces import Request
from tests.kiosk.service.messages.contract.stand import JSON, SECRET, Answer, Taken, WebStand


class TwilioStand(WebStand):
    """One account."""

    NAME = "twilio"

    def settings(self, port: int, authority: Path) -> dict[str, Any]:
        return {
            "kind": "twilio",
            "url": f"https://localhost:{port}",
            "user": "AC1",
            "password": "sms",
            "sender": "+4930123",
            "timeout": 2,
            "certificate_authority": str(authority),
        }

    def admits(self, request: Request) -> bool:
        given = request.headers.get("authorization", "").removeprefix("Basic ")
        return base64.b64decode(given) == f"AC1:{SECRET}".encode()

    def message(self, request: Request) -> Taken | None:
        if request.method != "POST":
            return None
        form = parse_qs(request.body.decode())
        return Taken(form["To"][0], form["Body"][0])

    def good(self) -> Answer:
        return 201, JSON, b'{"sid": "SM1", "status": "queued"}'

    def other(self, request: Request) -> Answer:
        return 200, JSON, b'{"status": "delivered"}' if "/Messages/" in request.path else b'{"status": "active"}'


STAND = TwilioStand
