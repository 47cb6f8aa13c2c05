"""Which methods a path has: the framework tells those of the first route that fits, not of all (RFC 9110, 10.2.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping
from typing import Any

from fastapi import FastAPI
from starlette.routing import BaseRoute, Match, Route


def methods_of(app: FastAPI, scope: MutableMapping[str, Any]) -> tuple[str, ...]:
    """The methods of all routes that the path of a request fits."""
    fitting = (each for each in routes_of(app.routes) if each.matches(scope)[0] is not Match.NONE)
    return tuple(sorted({method for route in fitting for method in route.methods or ()}))


def routes_of(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    """All routes, also those of routers that were included."""
    for each in routes:
        if isinstance(each, Route):
            yield each
        else:
            yield from routes_of(getattr(getattr(each, "original_router", None), "routes", ()))
