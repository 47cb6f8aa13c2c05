"""Sentences of the seed that concern user lists, over the routes and pages."""

from __future__ import annotations

import re

import requests

from tests.kiosk.service.projects.campaign import FIRST
from tests.kiosk.service.projects.people import link_of
from tests.kiosk.service.running import Running, Station

LIST = "First name,Last name,E-mail address,ID\r\nMona,Okafor,m.okafor@example.org,1042\r\n"


def made(manager: Station, *, self_service: bool) -> str:
    told = {"name": f"P {self_service}", "self_service": self_service, "first_id": FIRST, "last_id": FIRST + 99}
    return str(manager.post("/projects", told, 201)["id"])


def sent(manager: Station, project: str, content: str, query: str = "") -> requests.Response:
    url = f"{manager.url}/projects/{project}/user-list{query}"
    return manager.session.post(url, data=content.encode(), headers={"Content-Type": "text/csv"}, timeout=20)


def test_users_and_auto_sync_are_not_available_with_self_service(manager: Station) -> None:
    project = made(manager, self_service=True)
    answers = [manager.call("GET", f"/projects/{project}/users"), sent(manager, project, LIST)]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [(409, "not_in_this_project")] * 2
    assert manager.call("GET", f"/projects/{project}").json()["auto_sync"] is None


def test_an_admin_adds_users_without_self_service(running: Running, manager: Station) -> None:
    project = made(manager, self_service=False)
    assert sent(manager, project, LIST, "?dry_run=true").json()["added"] == 1
    assert sent(manager, project, LIST).json()["invited"] == 1
    bad = sent(manager, project, "A,B,nowhere,")
    assert (bad.status_code, bad.json()["code"]) == (422, "list_rejected")
    assert bad.json()["reasons"] == ["line 1: email: not_an_address"]
    page = f"{manager.url}/i/{link_of(running, 'm.okafor@example.org')}"
    with requests.Session() as phone:
        phone.verify, phone.trust_env = str(running.authority), False
        opened = phone.get(page, timeout=20)
        hidden = dict(re.findall(r'name="([a-z]+)" value="([^"]*)"', opened.text))
        shown = phone.post(page, data=hidden, timeout=20)
        assert (opened.status_code, shown.status_code, "1042" in shown.text) == (200, 200, True)
    other = requests.get(page, verify=str(running.authority), timeout=20)
    assert (other.status_code, "invitation_used" in other.text) == (409, True)
    user = manager.call("GET", f"/projects/{project}/users").json()["users"][0]
    assert (user["status"], user["number"]) == ("active", 1042)
