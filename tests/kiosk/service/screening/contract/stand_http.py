"""A checker over HTTPS, as our contract has it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from kiosk.service.outbound import Outbound
from kiosk.service.tls import Identity, server_context
from tests.kiosk.service.faces import Request, Web, serving
from tests.kiosk.service.screening.contract.stand import LISTED, NEAR, Stand

JSON = {"Content-Type": "application/json"}
Answer = tuple[int, dict[str, str], bytes] | None


def finding(request: Request) -> Answer:
    told = json.loads(request.body)
    name = told.get("givenName", ""), told.get("familyName", "")
    said = {"finding": {LISTED: "hit", NEAR: "possible"}.get(name, "clear"), "reference": "case 7"}
    if request.headers["authorization"] != "Bearer the secret checker":
        return 401, JSON, b"{}"
    return 200, JSON, json.dumps(said).encode()


class HttpStand(Stand):
    NAME = "http"

    def __init__(self, web: Web, authority: Path, outbound: Outbound) -> None:
        super().__init__(outbound)
        self.web, self.authority = web, authority
        self.up()

    @classmethod
    @contextmanager
    def opened(cls, tls: tuple[Identity, Identity], folder: Path, outbound: Outbound) -> Iterator[Self]:
        with serving(server_context(tls[1])) as web:
            yield cls(web, tls[0].certificate, outbound)
            outbound.close()  # first: the server waits for connections that are kept

    def settings(self) -> dict[str, Any]:
        return {
            "kind": "http",
            "id": "checker",
            "url": f"{self.web.url}/screen",
            "secret": "checker",
            "certificate_authority": str(self.authority),
        }

    def down(self) -> None:
        self.web.answer = lambda _: None

    def up(self) -> None:
        self.web.answer = finding


STAND = HttpStand
