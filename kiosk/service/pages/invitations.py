"""What the phone of somebody who was invited opens: one button, then their number on the page of numbers.

GET /i/{code} changes nothing (previews of links fetch it), POST binds this phone to the invitation; a second one is
refused.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute

from kiosk.contract import paths
from kiosk.service.mobile.rules import phone_hash
from kiosk.service.pages.routing import REFUSALS, Pages, WithParts, count_request, refused
from kiosk.service.pages.visitor import Form, visitor_of
from kiosk.service.projects import invitations, member_rules, rules
from kiosk.service.projects.bodies import Details

_MINE: Final[Mapping[type[Exception], tuple[int, str]]] = {
    member_rules.InvitationExpired: (410, "invitation_expired"),
    member_rules.InvitationUsed: (409, "invitation_used"),
    member_rules.InvitationWithdrawn: (410, "invitation_withdrawn"),
    member_rules.PhoneHasNumber: (409, "invitation_phone"),
    member_rules.NoSuchInvitation: (404, "invitation_replaced"),
    rules.RangeExhausted: (409, "invitation_exhausted"),
    rules.IdOutOfRange: (409, "invitation_number"),
    rules.IdTaken: (409, "invitation_number"),
}
"""Status and word of what ends an invitation, the more special first."""

_ELSEWHERE: Final = ("cross-site", "same-site")

Code = Annotated[str, Path(max_length=64, examples=["AZfzwqmwxJ0pX3bV7sQm2w"])]


class InvitationRoute(APIRoute):
    """Turns what is refused into a page. How often is limited, as `count_request` says."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's, with the refusals."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            parts = request.app.state.parts
            try:
                count_request(parts, request)
                return await inner(request)
            except tuple(_MINE) as error:
                return await refused(request, *next(_MINE[kind] for kind in type(error).__mro__ if kind in _MINE))
            except tuple(REFUSALS) as error:
                return await refused(request, *REFUSALS[type(error)])

        return handle


router = APIRouter(route_class=InvitationRoute, default_response_class=HTMLResponse, include_in_schema=False)


@router.get(paths.INVITATION_LINK, summary="Open an invitation")
def look(code: Code, request: Request, layout: Pages, parts: WithParts) -> Response:
    """The project and one button; nothing happens yet. Works without scripting."""
    visitor = visitor_of(request, parts.random)
    away = not visitor.known and request.headers.get("sec-fetch-site") in _ELSEWHERE
    # A phone that comes from a mail on the web does not send its cookie: another one must not take its place, and
    # whether it is the phone that went on is only known on the next page.
    reading = layout.reading(request, replace(visitor, known=True) if away else visitor)
    project = invitations.look(parts, code, None if away else phone_hash(visitor.secret), away=away)
    contact = Details(**project.details).contact
    told = {"project": project.name, "contact": contact, "action": _action(code), "away": away}
    return layout.page("invitation.html", reading, **told)


@router.post(paths.INVITATION_LINK, status_code=303, summary="Go on with an invitation on this phone")
def activate(code: Code, request: Request, form: Form, layout: Pages, parts: WithParts) -> Response:
    """The person's number, on this phone alone; the same phone gets the same again."""
    visitor = visitor_of(request, parts.random)
    visitor.check(_action(code), form)
    invitations.activate(parts, code, phone_hash(visitor.secret))
    return layout.go_on(layout.reading(request, visitor, form=form), paths.ACTIVATION_PAGE)


def _action(code: str) -> str:
    return paths.INVITATION_LINK.format(code=code)
