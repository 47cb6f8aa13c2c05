"""What phones open with the activation code of a project: they get a number, show it large, and say what comes next.

GET /a/{code} changes nothing (previews of links fetch it), POST gives this phone its number, GET /a shows it again.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from markupsafe import Markup

from kiosk.contract import paths
from kiosk.service.mobile.rules import phone_hash
from kiosk.service.pages.layout import Reading
from kiosk.service.pages.routing import REFUSALS, Pages, WithParts, refused
from kiosk.service.pages.visitor import Form, Visitor, visitor_of
from kiosk.service.parts import Parts
from kiosk.service.projects import activation, rules
from kiosk.service.projects.activation import PhoneNumber
from kiosk.service.projects.bodies import Details
from kiosk.service.projects.rules import IdState
from kiosk.service.qr_picture import modules, svg
from kiosk.service.store.projects import ProjectRow

_MINE: Final[Mapping[type[Exception], tuple[int, str]]] = {
    rules.CodeRenewed: (410, "activation_renewed"),
    rules.ProjectClosed: (410, "activation_closed"),
    rules.NoSuchCode: (404, "activation_unknown"),
    rules.NotInThisProject: (404, "activation_unknown"),
    rules.RangeExhausted: (409, "activation_exhausted"),
    rules.TooManyActivations: (429, "activation_busy"),
}
"""Status and word of what ends an activation, the more special first."""

_ELSEWHERE: Final = ("cross-site", "same-site")

_FORM: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "What the button of the page sends",
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["token"],
                    "properties": {"token": {"type": "string"}, "lang": {"type": "string"}},
                },
                "example": {"token": "6xA2AEmTBgub1WqI4aUjv3zG-tc05NsrsE_pB7ID-Hk"},
            }
        },
    }
}
_ON: Final[dict[int | str, dict[str, Any]]] = {303: {"description": "On to the page with the number"}}

Code = Annotated[str, Path(max_length=64, examples=["AZfzwqmwxJ0pX3bV7sQm2w"])]


class ActivationRoute(APIRoute):
    """Turns what is refused into a page.

    An address may ask as often as it likes: at work all phones have one. How many phones get a number in a minute is
    bounded for each project (`projects.activations_per_minute`).
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's, with the refusals."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await inner(request)
            except tuple(_MINE) as error:
                status, word = next(_MINE[kind] for kind in type(error).__mro__ if kind in _MINE)
                answer = await refused(request, status, word)
                if isinstance(error, rules.TooManyActivations):
                    answer.headers["Retry-After"] = str(error.retry_after)
                return answer
            except tuple(REFUSALS) as error:
                return await refused(request, *REFUSALS[type(error)])

        return handle


router = APIRouter(route_class=ActivationRoute, default_response_class=HTMLResponse, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class ProjectView:
    """A project, as a phone is shown it. `steps` are its own instructions, none if it has none."""

    name: str
    steps: tuple[str, ...]
    contact: str
    apps: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class NumberView:
    """A number, as its phone is shown it: with its QR code, and how far it has come."""

    project: ProjectView
    number: int
    picture: Markup = field(repr=False)
    claimed: bool
    registered: bool
    closed: bool


@router.get(paths.ACTIVATION_LINK, summary="Open the activation code of a project")
def look(code: Code, request: Request, layout: Pages, parts: WithParts) -> Response:
    """The project and one button; nothing happens yet. Works without scripting."""
    visitor = visitor_of(request, parts.random)
    away = not visitor.known and request.headers.get("sec-fetch-site") in _ELSEWHERE
    # A phone that comes from another site does not send its cookie: another one must not take its place.
    reading = layout.reading(request, replace(visitor, known=True) if away else visitor)
    project = activation.look(parts, code)
    return layout.page("activation.html", reading, project=_project(project, reading), action=_action(code), away=away)


@router.post(
    paths.ACTIVATION_LINK,
    status_code=303,
    summary="Activate: give this phone a number",
    response_class=Response,
    responses=_ON,
    openapi_extra=_FORM,
)
def activate(code: Code, request: Request, form: Form, layout: Pages, parts: WithParts) -> Response:
    """The next number of the project; the same phone gets the same number again."""
    visitor = visitor_of(request, parts.random)
    visitor.check(_action(code), form)
    activation.activate(parts, code, phone_hash(visitor.secret))
    return layout.go_on(layout.reading(request, visitor, form=form), paths.ACTIVATION_PAGE)


@router.get(paths.ACTIVATION_PAGE, summary="Show this phone its numbers")
def numbers(request: Request, layout: Pages, parts: WithParts) -> Response:
    """Each with its QR code for the kiosk, what to do next, and whether the host system knows it."""
    visitor = visitor_of(request, parts.random)
    reading = layout.reading(request, visitor)
    found = activation.of_phone(parts, phone_hash(visitor.secret)) if visitor.known else ()
    shown = tuple(_number(parts, each, reading) for each in found)
    if not shown:
        return layout.page("activation_none.html", _unremembered(reading))
    return layout.page("activation_numbers.html", reading, numbers=shown)


def _action(code: str) -> str:
    return paths.ACTIVATION_LINK.format(code=code)


def _unremembered(reading: Reading) -> Reading:
    """For a page without a form: whoever has nothing needs no cookie."""
    return replace(reading, visitor=Visitor(reading.visitor.secret, known=True))


def _project(project: ProjectRow, reading: Reading) -> ProjectView:
    details = Details(**project.details)
    told = details.instructions
    by_primary = {tag.partition("-")[0]: text for tag, text in reversed(told.items())}
    text = by_primary.get(reading.language.tag, "")
    links = (("app_store", details.app_store), ("google_play", details.google_play), ("other_app", details.other_app))
    apps = tuple((name, link) for name, link in links if link is not None)
    return ProjectView(project.name, tuple(filter(None, text.splitlines())), details.contact, apps)


def _number(parts: Parts, told: PhoneNumber, reading: Reading) -> NumberView:
    states = rules.states_of(told.row, parts.clock.now())
    title = reading.language.say("activation_picture", number=told.row.number)
    return NumberView(
        project=_project(told.project, reading),
        number=told.row.number,
        picture=Markup(svg(modules(told.text), title)),  # noqa: S704 - made here, its title is quoted
        claimed=IdState.CLAIMED in states,
        registered=IdState.REGISTERED in states,
        closed=told.project.closed_at is not None,
    )
