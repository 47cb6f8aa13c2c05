"""The routes of projects and numbers: what they answer, to whom, and what they refuse."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest
import zxingcpp

from kiosk.contract.paths import Scope
from kiosk.service.projects import activation
from kiosk.service.qr_picture import modules, svg
from tests.kiosk.service.projects.campaign import FIRST, SCOPES, client, code_of, events, phone
from tests.kiosk.service.running import Running, Station
from tests.kiosk.service.soft_key import Json

SPRING: Json = {"name": "Spring", "self_service": True, "first_id": FIRST, "last_id": FIRST + 99}
LISTED: Json = {"name": "Listed", "self_service": False, "first_id": 1, "last_id": 50}
SOMEBODY = "8c1f0e6f4f6e4c0f9a3b5d7e9f1a2b3c"


def made(manager: Station, **told: Any) -> Json:
    return manager.post("/projects", SPRING | told, 201)


def activated(running: Running, project: Json, number: int) -> int:
    return activation.activate(running.parts, str(project["link"])[-22:], phone(number)).row.number


def refused(station: Station, method: str, path: str, body: Any, status: int) -> tuple[str, tuple[str, ...]]:
    answer = station.call(method, path, body)
    assert answer.status_code == status, answer.text
    return str(answer.json()["code"]), tuple(answer.json().get("reasons", ()))


def test_a_project_is_created_shown_listed_and_closed(running: Running, manager: Station) -> None:
    project = made(manager, details={"contact": "badges@example.org", "instructions": {"en": "Go.\nShow it."}})
    assert project["link"].startswith("https://enroll.example.org/a/")
    assert (project["next_id"], project["left"], project["few_left"], project["parts"]) == (
        FIRST,
        100,
        False,
        ["activation_code"],
    )
    assert project["languages"] == ["en", "ar"]
    assert project["details"]["instructions"] == {"en": "Go.\nShow it."}
    assert project["ids"] == {"assigned": 0, "claimed": 0, "registered": 0, "active": 0, "released": 0}
    path = f"/projects/{project['id']}"
    assert manager.call("GET", path).json() == project
    listed = manager.call("GET", "/projects").json()
    assert [each["id"] for each in listed["projects"]] == [project["id"]]
    for _ in range(2):
        assert manager.call("DELETE", path).status_code == 204
    assert manager.call("GET", path).json()["closed_at"] is not None
    assert [name for name, _ in events(running)] == ["project_created", "project_closed"]


def test_projects_are_listed_page_by_page(manager: Station) -> None:
    for name in ("Summer", "Autumn", "Winter"):
        made(manager, name=name)
    names, after = [], ""
    while True:
        page = manager.call("GET", f"/projects?limit=2&after={after}").json()
        names += [each["name"] for each in page["projects"]]
        after = page["next"]
        if not after:
            break
    assert names == ["Autumn", "Summer", "Winter"]


def test_the_same_key_creates_one_project(manager: Station) -> None:
    key = {"Idempotency-Key": "spring-2026"}
    answers = [manager.call("POST", "/projects", SPRING, headers=key) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    other = manager.call("POST", "/projects", SPRING | {"name": "Other"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")


@pytest.mark.parametrize(
    "told",
    [
        {"first_id": 10, "last_id": 9},
        {"first_id": -1},
        {"last_id": 10**16},
        {"name": ""},
        {"name": " \t"},
        {"name": "a\u202eb"},
        {"self_service": 1},
        {"self_service": False, "assigned_here": False},
        {"languages": []},
        {"languages": ["not a language"]},
        {"details": {"app_store": "http://plain.example.org"}},
        {"details": {"contact": "x" * 255}},
        {"more": True},
    ],
)
def test_what_is_no_project_is_refused(manager: Station, told: Json) -> None:
    assert refused(manager, "POST", "/projects", SPRING | told, 400)[0] == "malformed"


def test_no_two_projects_have_one_name_or_one_file(manager: Station) -> None:
    made(manager, details={"settings": "spring"})
    assert refused(manager, "POST", "/projects", SPRING, 409) == ("duplicate", ("name",))
    other = SPRING | {"name": "Other", "details": {"settings": "spring"}}
    assert refused(manager, "POST", "/projects", other, 409) == ("duplicate", ("settings",))
    third = made(manager, name="Third")
    assert refused(manager, "PATCH", f"/projects/{third['id']}", {"name": "Spring"}, 409)[0] == "duplicate"


def test_settings_change_but_self_service_does_not(manager: Station) -> None:
    project = made(manager)
    path = f"/projects/{project['id']}"
    changes = {"name": "Late spring", "last_id": FIRST + 199, "languages": ["ar"], "details": {"contact": "desk"}}
    changed = manager.call("PATCH", path, changes).json()
    assert (changed["name"], changed["last_id"], changed["left"]) == ("Late spring", FIRST + 199, 200)
    assert (changed["languages"], changed["details"]["contact"]) == (["ar"], "desk")
    for value in (True, False):
        told = refused(manager, "PATCH", path, {"self_service": value}, 409)
        assert told == ("not_in_this_project", ("self_service_is_fixed",))
    assert refused(manager, "PATCH", path, {"last_id": FIRST + 198}, 409) == ("id_out_of_range", ("last_id",))
    assert manager.call("GET", path).json() == changed


def test_nothing_of_a_closed_project_changes(manager: Station) -> None:
    path = f"/projects/{made(manager)['id']}"
    manager.call("DELETE", path)
    for method, end, body in (("PATCH", "", {"last_id": 5000}), ("POST", "/activation-code/renew", None)):
        assert refused(manager, method, path + end, body, 422) == ("id_out_of_range", ("closed",))


def test_the_code_is_downloaded_as_a_picture_that_can_be_scanned(manager: Station) -> None:
    project = made(manager)
    path = f"/projects/{project['id']}/activation-code"
    drawn = manager.call("GET", f"{path}.svg")
    assert (drawn.status_code, drawn.headers["Content-Type"]) == (200, "image/svg+xml")
    assert drawn.text == svg(modules(project["link"], sturdy=True))
    assert ET.fromstring(drawn.text).tag == "{http://www.w3.org/2000/svg}svg"
    picture = manager.call("GET", f"{path}.png?scale=3")
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/png")
    assert picture.content[16:20] == (3 * len(modules(project["link"], sturdy=True))).to_bytes(4, "big")
    assert manager.call("GET", f"{path}.gif").status_code == 400


def test_a_renewed_code_is_another_one(running: Running, manager: Station) -> None:
    project = made(manager)
    renewed = manager.post(f"/projects/{project['id']}/activation-code/renew", None, 200)
    assert renewed["link"] != project["link"]
    assert events(running)[-1] == ("project_code_renewed", {"project": project["id"], "version": 2})


def test_the_numbers_are_listed_with_how_they_stand(running: Running, manager: Station) -> None:
    project = made(manager)
    numbers = [activated(running, project, each) for each in range(5)]
    manager.post("/mobile-ids/claim", {"user_id": SOMEBODY, "assigned_id": numbers[1]}, 201)
    path = f"/projects/{project['id']}"
    told = manager.post(f"{path}/registered", {"numbers": [numbers[1], numbers[2], 4711]}, 200)
    assert told == {"registered": 2, "already": 0, "unknown": [4711]}
    assert manager.post(f"{path}/registered", {"numbers": [numbers[1]]}, 200)["already"] == 1
    activation.of_phone(running.parts, phone(4))

    def listed(query: str) -> list[int]:
        return [each["number"] for each in manager.call("GET", f"{path}/ids?{query}").json()["ids"]]

    assert listed("") == numbers
    assert listed("state=assigned") == numbers
    assert listed("state=claimed") == [numbers[1]]
    assert listed("state=registered") == [numbers[1], numbers[2]]
    assert listed("state=registered&lacks=claimed") == [numbers[2]]
    assert listed("state=active") == [numbers[4]]
    assert listed("lacks=active") == numbers[:4]
    assert listed("lacks=assigned") == listed("state=released") == []
    second = manager.call("GET", f"{path}/ids?state=claimed").json()["ids"][0]
    assert (second["states"], second["user_id"]) == (["assigned", "claimed", "registered"], SOMEBODY)
    assert None not in (second["assigned_at"], second["claimed_at"], second["registered_at"])
    page = manager.call("GET", f"{path}/ids?limit=2").json()
    assert ([each["number"] for each in page["ids"]], page["next"]) == (numbers[:2], numbers[1])
    assert manager.call("GET", f"{path}/ids?limit=2&after={numbers[3]}").json()["next"] is None
    ids = manager.call("GET", path).json()["ids"]
    assert ids == {"assigned": 5, "claimed": 1, "registered": 2, "active": 1, "released": 0}


def test_a_claim_is_made_once_and_stays(running: Running, manager: Station) -> None:
    project = made(manager)
    number, other = activated(running, project, 0), activated(running, project, 1)
    body = {"user_id": SOMEBODY, "assigned_id": number}
    first = manager.post("/mobile-ids/claim", body, 201)
    assert first == {**body, "project_id": project["id"], "project": "Spring", "registered": False}
    assert manager.post("/mobile-ids/claim", body, 200) == first
    assert manager.post("/mobile-ids/claim", {**body, "project_id": project["id"]}, 200) == first
    another = {"user_id": "somebody-else", "assigned_id": number}
    assert refused(manager, "POST", "/mobile-ids/claim", another, 409) == ("id_taken", ())
    second = {"user_id": SOMEBODY, "assigned_id": other}
    assert refused(manager, "POST", "/mobile-ids/claim", second, 409) == ("id_taken", ())
    claimed = [details for name, details in events(running) if name == "mobile_id_claimed"]
    assert claimed == [{"project": project["id"], "number": number}]


def test_a_number_that_nobody_was_given_is_not_claimed(running: Running, manager: Station) -> None:
    project = made(manager)
    activated(running, project, 0)
    for number, reason in ((FIRST + 1, "not_given_out"), (FIRST + 100, "range"), (0, "range")):
        told = refused(manager, "POST", "/mobile-ids/claim", {"user_id": SOMEBODY, "assigned_id": number}, 422)
        assert told == ("id_out_of_range", (reason,))


def test_the_range_finds_the_project_where_only_one_has_it(running: Running, manager: Station) -> None:
    first, second = made(manager), made(manager, name="Summer")
    number = activated(running, second, 0)
    claimed = manager.post("/mobile-ids/claim", {"user_id": SOMEBODY, "assigned_id": number}, 201)
    assert claimed["project_id"] == second["id"]
    assert activated(running, first, 0) == number
    told = refused(manager, "POST", "/mobile-ids/claim", {"user_id": "other", "assigned_id": number}, 422)
    assert told == ("id_out_of_range", ("several_projects",))
    body = {"user_id": "other", "assigned_id": number, "project_id": first["id"]}
    assert manager.post("/mobile-ids/claim", body, 201)["project_id"] == first["id"]


def test_numbers_of_a_manager_elsewhere_are_claimed_without_activation(manager: Station) -> None:
    project = made(manager, assigned_here=False)
    assert (project["link"], project["parts"]) == ("", [])
    body = {"user_id": SOMEBODY, "assigned_id": FIRST + 7}
    assert manager.post("/mobile-ids/claim", body, 201)["assigned_id"] == FIRST + 7
    assert manager.post("/mobile-ids/claim", body, 200)["assigned_id"] == FIRST + 7
    assert refused(manager, "POST", "/mobile-ids/claim", {**body, "user_id": "other"}, 409)[0] == "id_taken"
    told = refused(manager, "GET", f"/projects/{project['id']}/activation-code.png", None, 409)
    assert told == ("not_in_this_project", ("activation_code",))


def test_a_project_with_a_list_has_no_code_and_no_claims(manager: Station) -> None:
    project = manager.post("/projects", LISTED, 201)
    assert (project["link"], project["parts"]) == ("", ["auto_sync", "users"])
    path = f"/projects/{project['id']}"
    for method, end in (("GET", "/activation-code.svg"), ("POST", "/activation-code/renew")):
        assert refused(manager, method, path + end, None, 409) == ("not_in_this_project", ("activation_code",))
    body = {"user_id": SOMEBODY, "assigned_id": 1, "project_id": project["id"]}
    assert refused(manager, "POST", "/mobile-ids/claim", body, 409) == ("not_in_this_project", ("claim",))


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@x", "a\0b", "a\u202eb"])
def test_names_that_would_do_harm_in_a_file_are_refused(manager: Station, name: str) -> None:
    body = {"user_id": SOMEBODY, "assigned_id": FIRST, "given_name": name}
    assert refused(manager, "POST", "/mobile-ids/claim", body, 400)[0] == "malformed"


def test_another_tenant_sees_and_does_nothing(running: Running, manager: Station) -> None:
    project = made(manager)
    number = activated(running, project, 0)
    before = (manager.call("GET", f"/projects/{project['id']}").json(), len(events(running)))
    with client(running, tenant="elsewhere") as stranger:
        for path in (f"/projects/{project['id']}", "/projects/" + "0" * 32):
            for method, end, sent in (
                ("GET", "", None),
                ("PATCH", "", {"name": "Theirs"}),
                ("DELETE", "", None),
                ("POST", "/activation-code/renew", None),
                ("GET", "/activation-code.png", None),
                ("GET", "/ids", None),
                ("POST", "/registered", {"numbers": [number]}),
            ):
                answer = stranger.call(method, path + end, sent)
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (method, end)
        body: Json = {"user_id": SOMEBODY, "assigned_id": number}
        assert refused(stranger, "POST", "/mobile-ids/claim", body, 422)[0] == "id_out_of_range"
        told = refused(stranger, "POST", "/mobile-ids/claim", {**body, "project_id": project["id"]}, 404)
        assert told == ("not_found", ())
        assert stranger.call("GET", "/projects").json() == {"projects": [], "next": ""}
        stranger.post("/projects", SPRING, 201)  # the same name is free there
    assert (manager.call("GET", f"/projects/{project['id']}").json(), len(events(running)) - 1) == before


@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_each_route_wants_its_own_scope(running: Running, manager: Station, scope: Scope) -> None:
    project = made(manager)
    path = f"/projects/{project['id']}"
    wanted = {
        ("GET", "/projects", None): Scope.PROJECTS_READ,
        ("GET", path, None): Scope.PROJECTS_READ,
        ("GET", f"{path}/ids", None): Scope.PROJECTS_READ,
        ("GET", f"{path}/activation-code.png", None): Scope.PROJECTS_READ,
        ("POST", "/projects", "new"): Scope.PROJECTS_WRITE,
        ("PATCH", path, "change"): Scope.PROJECTS_WRITE,
        ("POST", f"{path}/activation-code/renew", None): Scope.PROJECTS_WRITE,
        ("POST", f"{path}/registered", "numbers"): Scope.MOBILE_IDS_CONFIRM,
        ("POST", "/mobile-ids/claim", "claim"): Scope.MOBILE_IDS_CLAIM,
        ("DELETE", path, None): Scope.PROJECTS_WRITE,
    }
    bodies: dict[str | None, Any] = {
        "new": SPRING | {"name": f"By {scope}"},
        "change": {"languages": ["en"]},
        "numbers": {"numbers": [FIRST]},
        "claim": {"user_id": SOMEBODY, "assigned_id": FIRST},
    }
    with client(running, scope) as limited:
        for (method, where, body), needed in wanted.items():
            answer = limited.call(method, where, bodies.get(body))
            assert (answer.status_code == 403) is (scope is not needed), (method, where, answer.text)


def test_a_picture_of_the_code_is_read_as_the_link(manager: Station) -> None:
    project = made(manager)
    dark = modules(project["link"], sturdy=True)
    wide = [[0 if dot else 255 for dot in row for _ in range(3)] for row in dark for _ in range(3)]
    picture = memoryview(bytes(dot for row in wide for dot in row)).cast("B", [len(wide), len(wide)])
    assert [each.text for each in zxingcpp.read_barcodes(picture)] == [project["link"]]


def test_codes_and_links_are_never_in_the_trail(running: Running, manager: Station) -> None:
    project = made(manager)
    activated(running, project, 0)
    assert code_of(running, project["id"]) not in str(events(running))
