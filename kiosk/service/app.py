"""The application: its routes, its errors, its limits and its document, made of `Parts`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI

from kiosk.contract.paths import HEALTH
from kiosk.resources import resource
from kiosk.service import errors
from kiosk.service.accounts import external_tokens_routes, factor_routes, guest_routes
from kiosk.service.accounts import routes as account_routes
from kiosk.service.approvals import routes as approval_routes
from kiosk.service.approvals.watching import watch as watch_approvals
from kiosk.service.bulk_import import routes as migration_routes
from kiosk.service.concierge import routes as concierge_routes
from kiosk.service.console import routes as console_routes
from kiosk.service.console.events import Listeners
from kiosk.service.console.page import Console
from kiosk.service.document import document_of
from kiosk.service.edge import Edge
from kiosk.service.enrollments import routes as enrollment_routes
from kiosk.service.enrollments.rules import receipt_of
from kiosk.service.health import routes as health_routes
from kiosk.service.health.looking import Health
from kiosk.service.messages import routes as message_routes
from kiosk.service.metrics import routes as metrics_routes
from kiosk.service.metrics.routes import Monitor
from kiosk.service.mobile import routes as phone_routes
from kiosk.service.mobile.lane import StatusLane
from kiosk.service.mobile.watching import Watch
from kiosk.service.pages import activation as activation_pages
from kiosk.service.pages import invitations as invitation_pages
from kiosk.service.pages import phone as phone_pages
from kiosk.service.pages.layout import Layout
from kiosk.service.partners import routes as partner_routes
from kiosk.service.parts import Parts
from kiosk.service.projects import feed_routes, handout_routes, member_routes
from kiosk.service.projects import routes as project_routes
from kiosk.service.staff import routes as staff_routes
from kiosk.service.stations import routes as station_routes
from kiosk.service.tokens import routes as token_routes
from kiosk.service.tokens.kept import KeptCallers

_REFERENCE: Final = 8  # bytes
_DRAWN: Final = 256

FACES: Final = (
    token_routes.router,
    enrollment_routes.router,
    approval_routes.router,
    staff_routes.router,
    station_routes.router,
    message_routes.router,
    external_tokens_routes.router,
    concierge_routes.router,
    partner_routes.router,
    account_routes.router,
    factor_routes.router,
    guest_routes.router,
    migration_routes.router,
    handout_routes.router,  # before those of pictures: its PDF is another path
    project_routes.router,
    member_routes.router,
    feed_routes.router,
    phone_routes.router,
    activation_pages.router,
    invitation_pages.router,
    phone_pages.router,
    console_routes.router,
    health_routes.router,
    metrics_routes.router,
)
"""All routes; the first that fits is taken."""


def create_app(parts: Parts) -> FastAPI:
    """The service over its parts. Nothing is opened or started here."""
    app = FastAPI(
        title="Keywright service",
        version="1",
        description="Enrollment of FIDO2 security keys: identify, verify, register, prove.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.parts = parts
    app.state.callers = KeptCallers(parts)
    app.state.watch = watch = Watch(parts)
    app.state.approvals = watch_approvals(parts)
    app.state.layout = Layout(
        resource("templates/phone"), parts.settings.organization, parts.settings.languages, faces=_faces()
    )
    app.state.console = _console(parts)
    app.state.listeners = Listeners()
    app.state.health = Health(parts.store, parts.replica)
    app.state.monitor = Monitor(parts)
    for router in FACES:  # as they are: to include a router makes each of its routes anew, for each application
        app.router.routes.extend(router.routes)
    app.add_api_route(HEALTH, _health(parts), methods=["GET"], tags=["health"], summary="Whether the service works")
    lane = StatusLane(watch, app.state.callers)
    app.add_middleware(
        Edge,
        reference=partial(next, _references(parts)),
        lane=lane.answer,
        leaving=lambda: parts.replica.leaving,
        count=parts.figures.request,
    )
    errors.install(app)
    app.openapi = lambda: document_of(app)  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    return app


def _references(parts: Parts) -> Iterator[str]:
    """Reference numbers for requests, drawn in hundreds: the way to the system's generator is longer than the rest."""
    while True:
        drawn = parts.random.token(_DRAWN * _REFERENCE)
        for at in range(0, len(drawn), _REFERENCE):
            yield receipt_of(drawn[at : at + _REFERENCE])


def _console(parts: Parts) -> Console:
    pictures = [resource(f"art/{name}.svg") for name in ("key-hero", "key-touch")]
    files = [*_faces(), *pictures]
    return Console(resource("templates/console"), resource("icons"), parts.settings.organization, files)


def _faces() -> list[Path]:
    """The typeface of the pages, in its weights."""
    return sorted(resource("webfonts").glob("*.woff2"))


def _health(parts: Parts) -> Any:
    def health() -> dict[str, str]:
        """The database answers."""
        with parts.store.read() as tx:
            tx.connection.exec_driver_sql("SELECT 1").close()
        return {"status": "ok"}

    return health
