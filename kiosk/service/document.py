"""The OpenAPI document of the service: what FastAPI knows of the routes, and what it cannot know.

That is: how each kind of path tells what went wrong, and which answer leads to which next call (links).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from kiosk.contract import paths
from kiosk.contract.problems import MEDIA_TYPE, Problem
from kiosk.service.seed_shape import is_seed_shaped

Json = dict[str, Any]

_SEED_ERROR: Final[Json] = {
    "type": "object",
    "title": "Error",
    "description": "What went wrong: a word, and a sentence about it.",
    "required": ["error", "errorDetails"],
    "properties": {"error": {"type": "string"}, "errorDetails": {"type": "string"}},
}
_OAUTH_ERROR: Final[Json] = {
    "type": "object",
    "title": "OAuthError",
    "description": "RFC 6749, 5.2.",
    "required": ["error"],
    "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
}
_REFUSED: Final = (("4XX", "Refused, for a reason"), ("5XX", "Failed; may be tried again"))


@dataclass(frozen=True, slots=True)
class Link:
    """What a call answered names what another is about: parameters by runtime expression (OpenAPI 3.1, 4.8.20)."""

    of: tuple[str, str]
    status: int
    to: tuple[str, str]
    parameters: Mapping[str, str]


def _from_enrollment() -> Iterator[Link]:
    opened = ("post", paths.ENROLLMENTS)
    about = {"enrollment_id": "$response.body#/enrollment_id"}
    for path in (
        paths.IDENTIFY,
        paths.SEND_CODE,
        paths.VERIFY,
        paths.REGISTER,
        paths.KEY,
        paths.CEREMONY,
        paths.FINISH,
    ):
        yield Link(opened, 201, ("post", path), about)
    yield Link(opened, 201, ("delete", paths.ENROLLMENT), about)


LINKS: Final = (
    *_from_enrollment(),
    Link(("post", paths.REGISTRATION), 201, ("post", paths.ACTIVATION), {"user_id": "$response.body#/userId"}),
    Link(("post", paths.REGISTRATION), 201, ("post", paths.ACTIVATION_MAIL), {"user_id": "$response.body#/userId"}),
    Link(("post", paths.REGISTRATION), 201, ("post", paths.STATUS), {"user_id": "$response.body#/userId"}),
    Link(("post", paths.REGISTRATION), 201, ("delete", paths.ACCOUNT), {"user_id": "$response.body#/userId"}),
    Link(("post", paths.GUESTS), 201, ("post", paths.STATUS), {"user_id": "$response.body#/userId"}),
    Link(("post", paths.GUESTS), 201, ("delete", paths.ACCOUNT), {"user_id": "$response.body#/userId"}),
    Link(("post", paths.MIGRATE), 202, ("get", paths.MIGRATE_BATCH), {"batch_id": "$response.body#/migrationBatchId"}),
    Link(("post", paths.MIGRATE), 202, ("post", paths.MIGRATE_RETRY), {"batch_id": "$response.body#/migrationBatchId"}),
)
"""Which answers lead where."""


def document_of(app: FastAPI) -> Json:
    """The document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
        )
        schemas = document["components"]["schemas"]
        problem = TypeAdapter(Problem).json_schema(ref_template="#/components/schemas/{model}")
        schemas |= {**problem.pop("$defs", {}), "Problem": problem, "Error": _SEED_ERROR, "OAuthError": _OAUTH_ERROR}
        for path, operations in document["paths"].items():
            for operation in operations.values():
                operation["responses"].pop("422", None)  # the framework's own form, which `errors` replaces
                operation["responses"] |= _refusals(path)
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        _link(document["paths"])
        app.openapi_schema = document
    return app.openapi_schema


def _refusals(path: str) -> Json:
    if path == paths.TOKEN:
        media_type, name = "application/json", "OAuthError"
    elif is_seed_shaped(path):
        media_type, name = "application/json", "Error"
    else:
        media_type, name = MEDIA_TYPE, "Problem"
    content: Json = {media_type: {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    if paths.is_page(path):
        content["text/html"] = {"schema": {"type": "string"}}
    return {status: {"description": description, "content": content} for status, description in _REFUSED}


def _link(documented: Json) -> None:
    for link in LINKS:
        (method, path), (next_method, next_path) = link.of, link.to
        target = documented[next_path][next_method]["operationId"]
        links = documented[path][method]["responses"][str(link.status)].setdefault("links", {})
        links[target] = {"operationId": target, "parameters": dict(link.parameters)}
