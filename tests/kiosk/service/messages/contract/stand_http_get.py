"""A gateway that takes all of a text in its address, as Kannel does."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.kiosk.service.faces import Request
from tests.kiosk.service.messages.contract.stand import Taken
from tests.kiosk.service.messages.contract.stand_http import HttpStand


class HttpGetStand(HttpStand):
    """With its secret in the address, too."""

    NAME = "http by GET"
    REFUSAL = (403, {}, b"Authorization failed for sendsms")

    def settings(self, port: int, authority: Path) -> dict[str, Any]:
        return {
            "kind": "http",
            "method": "GET",
            "url": f"https://localhost:{port}/cgi-bin/sendsms?password={{secret}}&to={{to}}&text={{text}}",
            "password": "sms",
            "timeout": 2,
            "certificate_authority": str(authority),
        }

    def message(self, request: Request) -> Taken | None:
        asked = parse_qs(urlsplit(request.path).query, keep_blank_values=True)
        return Taken(asked["to"][0], asked["text"][0])


STAND = HttpGetStand
