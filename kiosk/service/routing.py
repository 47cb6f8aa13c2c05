"""A route whose answer is written where it was made: FastAPI would check what we say once more, on one more thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, get_type_hints

from fastapi import Response
from fastapi.routing import APIRoute
from pydantic import TypeAdapter


class WrittenRoute(APIRoute):
    """Writes the endpoint's answer as JSON; its return type is what the OpenAPI document says, and what mypy checks."""

    def __init__(self, path: str, endpoint: Callable[..., Any], *, status_code: int | None = None, **more: Any) -> None:
        super().__init__(path, _written(endpoint, status_code or 200), status_code=status_code, **more)


def _written(endpoint: Callable[..., Any], status: int) -> Callable[..., Any]:
    kind = get_type_hints(endpoint)["return"]
    if issubclass(kind, Response):
        return endpoint
    adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def write(answer: Any) -> Response:
        if isinstance(answer, Response):
            return answer
        return Response(adapter.dump_json(answer, by_alias=True), status, media_type="application/json")

    @wraps(endpoint)
    def written(*args: Any, **values: Any) -> Response:
        return write(endpoint(*args, **values))

    @wraps(endpoint)
    async def written_later(*args: Any, **values: Any) -> Response:
        return write(await endpoint(*args, **values))

    return written_later if iscoroutinefunction(endpoint) else written
