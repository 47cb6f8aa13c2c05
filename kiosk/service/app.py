"""The application: its routes, its errors, its limits and its document, made of `Parts`."""

from __future__ import annotations

from typing import Any

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
from kiosk.service.console.page import Console
from kiosk.service.document import document_of
from kiosk.service.edge import Edge
from kiosk.service.enrollments import routes as enrollment_routes
from kiosk.service.enrollments.rules import receipt_of
from kiosk.service.messages import routes as message_routes
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
from kiosk.service.tokens import routes as token_routes
from kiosk.service.tokens.kept import KeptCallers


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
    app.state.watch = watch = Watch(parts)
    app.state.approvals = watch_approvals(parts)
    app.state.layout = Layout(resource("templates/phone"), parts.settings.organization, parts.settings.languages)
    app.state.console = Console(resource("templates/console"), resource("icons"), parts.settings.organization)
    app.include_router(token_routes.router, tags=["tokens"])
    app.include_router(enrollment_routes.router, tags=["enrollments"])
    app.include_router(approval_routes.router, tags=["staff"])
    app.include_router(staff_routes.router, tags=["staff"])
    app.include_router(message_routes.router, tags=["messages"])
    app.include_router(external_tokens_routes.router, tags=["external tokens"])
    app.include_router(concierge_routes.router, tags=["concierge"])
    app.include_router(partner_routes.router, tags=["partners"])
    app.include_router(account_routes.router, tags=["accounts"])
    app.include_router(factor_routes.router, tags=["second factor"])
    app.include_router(guest_routes.router, tags=["guests"])
    app.include_router(migration_routes.router, tags=["migrations"])
    app.include_router(handout_routes.router, tags=["projects"])  # before those of pictures: its PDF is another path
    app.include_router(project_routes.router, tags=["projects"])
    app.include_router(member_routes.router, tags=["projects"])
    app.include_router(feed_routes.router, tags=["projects"])
    app.include_router(phone_routes.router, tags=["phones"])
    app.include_router(activation_pages.router, tags=["pages"])
    app.include_router(invitation_pages.router, tags=["pages"])
    app.include_router(phone_pages.router, tags=["pages"])
    app.include_router(console_routes.router, tags=["console"])
    app.add_api_route(HEALTH, _health(parts), methods=["GET"], tags=["health"], summary="Whether the service works")
    lane = StatusLane(watch, KeptCallers(parts))
    app.add_middleware(Edge, reference=lambda: receipt_of(parts.random.token(8)), lane=lane.answer)
    errors.install(app)
    app.openapi = lambda: document_of(app)  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    return app


def _health(parts: Parts) -> Any:
    def health() -> dict[str, str]:
        """The database answers."""
        with parts.store.read() as tx:
            tx.connection.exec_driver_sql("SELECT 1").close()
        return {"status": "ok"}

    return health
