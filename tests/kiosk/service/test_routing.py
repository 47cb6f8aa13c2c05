"""Routes that write their own answers: as FastAPI would, on the thread that made them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI, Response

from kiosk.service.routing import WrittenRoute


@dataclass(frozen=True)
class Told:
    """An answer."""

    numbers: tuple[int, ...]
    name: str | None = None


def answers(router: APIRouter) -> FastAPI:
    def at_once() -> Told:
        return Told((1, 2), "é")

    async def later() -> Told:
        await asyncio.sleep(0)
        return Told(())

    def nothing() -> Response:
        return Response(status_code=204)

    router.add_api_route("/at-once", at_once, methods=["POST"], status_code=201)
    router.add_api_route("/later", later, methods=["GET"])
    router.add_api_route("/nothing", nothing, methods=["DELETE"], status_code=204)
    app = FastAPI()
    app.include_router(router)
    return app


def ask(app: FastAPI, method: str, path: str) -> list[dict[str, Any]]:
    """What the application sends for a request without a body."""
    sent: list[dict[str, Any]] = []
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": [], "state": {}}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    asyncio.run(app(scope, receive, send))
    return sent


def test_answers_are_those_of_a_plain_route_and_so_is_the_document() -> None:
    ours, plain = answers(APIRouter(route_class=WrittenRoute)), answers(APIRouter())
    assert ours.openapi() == plain.openapi()
    for method, path in (("POST", "/at-once"), ("GET", "/later"), ("DELETE", "/nothing")):
        assert ask(ours, method, path) == ask(plain, method, path)
