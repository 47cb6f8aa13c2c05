"""The application: its routes, its errors, its limits and its document, made of `Parts`."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from kiosk.contract.paths import HEALTH
from kiosk.contract.problems import MEDIA_TYPE, Problem
from kiosk.service import errors
from kiosk.service.edge import Edge
from kiosk.service.enrollments import routes as enrollment_routes
from kiosk.service.enrollments.rules import receipt_of
from kiosk.service.messages import routes as message_routes
from kiosk.service.parts import Parts
from kiosk.service.tokens import routes as token_routes

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": description,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, description in (("4XX", "Refused, for a reason"), ("5XX", "Failed; may be tried again"))
}


def create_app(parts: Parts) -> FastAPI:
    """The service over its parts. Nothing is opened or started here."""
    app = FastAPI(
        title="Keywright service",
        version="1",
        description="Enrollment of FIDO2 security keys: identify, verify, register, prove.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=_PROBLEMS,
    )
    app.state.parts = parts
    app.include_router(token_routes.router, tags=["tokens"])
    app.include_router(enrollment_routes.router, tags=["enrollments"])
    app.include_router(message_routes.router, tags=["messages"])
    app.add_api_route(HEALTH, _health(parts), methods=["GET"], tags=["health"], summary="Whether the service works")
    app.add_middleware(Edge, reference=lambda: receipt_of(parts.random.token(8)))
    errors.install(app)
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    return app


def _health(parts: Parts) -> Any:
    def health() -> dict[str, str]:
        """The database answers."""
        with parts.store.read() as tx:
            tx.connection.exec_driver_sql("SELECT 1").close()
        return {"status": "ok"}

    return health


def _document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with the problem document that every route may answer with."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
        )
        schema = TypeAdapter(Problem).json_schema(ref_template="#/components/schemas/{model}")
        document["components"]["schemas"] |= {**schema.pop("$defs", {}), "Problem": schema}
        app.openapi_schema = document
    return app.openapi_schema
