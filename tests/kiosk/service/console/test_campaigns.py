"""Projects at the console: those of the tenant, with how far they are."""

from __future__ import annotations

import pytest

from kiosk.contract.staff import Role
from kiosk.service.projects import actions, bodies
from tests.kiosk.service.console.desk import desk_of
from tests.kiosk.service.running import Running
from tests.kiosk.service.staff.crew import Crew

PATH = "/console/projects"


def made(running: Running, name: str, tenant: str = "default") -> str:
    caller = Crew(running).caller(f"Manager of {name}", tenant=tenant)
    told = {"name": name, "self_service": True, "first_id": 100, "last_id": 199, "languages": ["en"], "details": {}}
    body = bodies.NewProject.model_validate(told)
    return actions.create(running.parts, caller, body).id


@pytest.mark.databases
def test_projects_of_the_tenant_are_listed_with_what_is_left(online: Running) -> None:
    desk = desk_of(online, "vera", Role.VIEW)
    assert "There is no project" in desk.get(PATH).text
    project = made(online, "Harbor <b>")
    page = desk.get(PATH).text
    assert "Harbor &lt;b&gt;" in page
    assert "100–199" in page
    one = desk.get(f"{PATH}/{project}").text
    assert "Tied to a person" in one
    assert "Harbor &lt;b&gt;" in one


def test_what_is_not_there_is_told(online: Running) -> None:
    desk = desk_of(online, "vera", Role.VIEW)
    assert desk.get(f"{PATH}/{'0' * 32}").status_code == 404
