"""GET /metrics: the figures of this replica for Prometheus, for whoever has the token that the settings name.

A token and not an address of its own: the replica listens in one place, with one certificate, and each is asked by its
own name, past the load balancer.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.security.utils import get_authorization_scheme_param
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from kiosk.contract.paths import METRICS
from kiosk.service.metrics.sampling import Sampler
from kiosk.service.parts import Parts
from kiosk.service.tokens.rules import InvalidToken

router = APIRouter(include_in_schema=False)


class Monitor:
    """What is told, and to whom. Making it raises NoCredential."""

    def __init__(self, parts: Parts) -> None:
        name = parts.settings.metrics.token
        self._digest = None if name is None else _digest(parts.secret(name))
        self.figures = parts.figures
        self.figures.add(Sampler(parts))

    def admit(self, authorization: str | None) -> None:
        """Let in who has the token. Raises HTTPException (404: nobody has one), InvalidToken."""
        if self._digest is None:
            raise HTTPException(404)
        scheme, token = get_authorization_scheme_param(authorization)
        if scheme.lower() != "bearer" or not hmac.compare_digest(_digest(token), self._digest):
            raise InvalidToken


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()


def _monitor(request: Request) -> Monitor:
    found: Monitor = request.app.state.monitor
    return found


@router.get(METRICS)
def metrics(request: Request, monitor: Annotated[Monitor, Depends(_monitor)]) -> Response:
    """In the text format that Prometheus reads."""
    monitor.admit(request.headers.get("Authorization"))
    return Response(generate_latest(monitor.figures.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
