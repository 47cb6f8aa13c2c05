"""Nobody sees or does what their roles and sites do not give them: every route of the console, for every role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pytest
from fastapi.routing import APIRoute

from kiosk.contract.staff import Role
from kiosk.service.console.places import PLACES
from kiosk.service.console.routes import ROUTERS
from tests.kiosk.service.console.desk import Desk, desk_of
from tests.kiosk.service.running import Running

OPEN: Final = {
    "/console/assets/{name}",
    "/console/sign-in",
    "/console/sign-in/challenge",
    "/console/sign-in/code",
    "/console/join",
    "/console/join/challenge",
}
"""Whoever is nobody yet may come here."""

ANY: Final = frozenset(Role)
NEEDED: Final = {
    "/console": ANY,
    "/console/events": ANY,
    "/console/confirm/challenge": ANY,
    "/console/sign-out": ANY,
    "/console/requests": {Role.APPROVE},
    "/console/look-up": {Role.CONCIERGE},
    "/console/people.csv": set(),  # `administer` and `concierge` at once, which nobody has here
    "/console/keys": ANY,
    "/console/keys/stock": {Role.ADMINISTER},
    "/console/keys/{key_id}/{what}": {Role.CONCIERGE},
    "/console/keys/{key_id}/retire": {Role.ADMINISTER},
    "/console/tickets": {Role.ADMINISTER},
    "/console/figures": ANY,
    "/console/trail": ANY,
    "/console/trail/verify": {Role.ADMINISTER},
    "/console/trail.{form}": {Role.ADMINISTER},
    "/console/stations": {Role.ADMINISTER},
    "/console/staff": {Role.ADMINISTER},
    "/console/policies": {Role.ADMINISTER},
    "/console/projects": ANY,
}
"""Who may come to what is at or below a path: whoever has one of these roles."""


def routes() -> Iterator[tuple[str, str]]:
    """Method and path of every route that asks for a sign-in."""
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            for method in sorted(route.methods or ()):
                if route.path not in OPEN:
                    yield method, route.path


def needed(path: str) -> frozenset[Role]:
    """The roles of the longest path that is above this one, or it itself."""
    above = [each for each in NEEDED if path == each or path.startswith(f"{each}/")]
    return frozenset(NEEDED[max(above, key=len)])


def called(desk: Desk, method: str, path: str) -> int:
    """The status of a request for something that is not there, with a token that is good for it."""
    path = re.sub(r"\{\w+\}", "0" * 32, path)
    if method == "GET":
        answer = desk.get(path, stream=True, headers={"Accept": "text/event-stream" if "events" in path else "*/*"})
        answer.close()
        return answer.status_code
    token = desk.browser.form_token(path)
    query = "?action=/console" if path.endswith("/confirm/challenge") else ""
    return desk.post(path + query, {"token": token}).status_code


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_what_it_is_for_and_nothing_else(online: Running, role: Role) -> None:
    desk = desk_of(online, "mona", role)
    wrong = {}
    for method, path in routes():
        if path == "/console/sign-out":
            continue
        refused = called(desk, method, path) == 403
        if refused == (role in needed(path)):
            wrong[method, path] = refused
    assert wrong == {}


def test_whoever_is_not_signed_in_gets_nowhere(online: Running) -> None:
    desk = desk_of(online)
    desk.sends("/console", "/console/sign-out")
    for method, path in routes():
        assert called(desk, method, path) in (303, 401), (method, path)


def test_every_form_needs_its_token(online: Running) -> None:
    desk = desk_of(online)
    for method, path in routes():
        if method == "POST" and not path.endswith("/challenge"):
            answer = desk.post(re.sub(r"\{\w+\}", "0" * 32, path), {"token": "x"})
            assert answer.status_code == 403, path
    assert desk.get("/console").status_code == 200


def test_nobody_is_shown_the_way_to_where_they_may_not_go(online: Running) -> None:
    for role in Role:
        page = desk_of(online, f"{role}", role).get("/console").text
        for path, roles in NEEDED.items():
            if roles != ANY and path in {each.path for each in PLACES}:
                assert (f'href="{path}"' in page) == (role in roles), (role, path)
