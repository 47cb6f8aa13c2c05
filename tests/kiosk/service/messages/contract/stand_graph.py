"""Microsoft Graph, as far as mail goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from tests.kiosk.service.faces import Request
from tests.kiosk.service.messages.contract.stand import JSON, SECRET, Answer, Taken, WebStand, told


class GraphStand(WebStand):
    """One mailbox."""

    NAME = "graph"
    ADDRESS = "mona.okafor@example.org"
    REFUSAL = (401, JSON, b'{"error": "invalid_client", "error_description": "AADSTS7000215: no"}')

    def settings(self, port: int, authority: Path) -> dict[str, Any]:
        return {
            "kind": "graph",
            "tenant": "example.org",
            "timeout": 2,
            "client_id": "app",
            "client_secret": "graph",
            "sender": "keys@example.org",
            "graph": f"https://localhost:{port}",
            "login": f"https://localhost:{port}",
            "certificate_authority": str(authority),
        }

    def admits(self, request: Request) -> bool:
        if request.path.endswith("/token"):
            return parse_qs(request.body.decode()).get("client_secret") == [SECRET]
        return request.headers.get("authorization") == "Bearer t0ken"

    def message(self, request: Request) -> Taken | None:
        if not request.path.endswith("/sendMail"):
            return None
        message = told(request.body)["message"]
        (recipient,) = message["toRecipients"]
        return Taken(recipient["emailAddress"]["address"], message["body"]["content"])

    def good(self) -> Answer:
        return 202, {"request-id": "r1"}, b""

    def other(self, request: Request) -> Answer:
        token = b'{"access_token": "t0ken", "expires_in": 3599}'
        return 200, JSON, token if request.path.endswith("/token") else b'{"id": "1"}'


STAND = GraphStand
