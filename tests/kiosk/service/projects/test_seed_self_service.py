"""Mobile IDs with self-service registration, sentence by sentence, as far as projects, numbers and activation go: each
test says what it proves, and asks over HTTP as an administrator, a phone or a kiosk would."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.service.projects import activation
from kiosk.service.qr_picture import modules, svg
from kiosk.service.tls import Identity
from tests.kiosk.service.projects.campaign import FIRST, PAGES, client, phone
from tests.kiosk.service.running import Running, Station, served, settings_for
from tests.kiosk.service.soft_key import Json

SPRING: Json = {
    "name": "Spring",
    "self_service": True,
    "first_id": FIRST,
    "last_id": FIRST + 999,
    "details": {
        "app_store": "https://apps.example.org/badges",
        "google_play": "https://play.example.org/badges",
        "instructions": {"en": "Show your number at the kiosk in the lobby."},
        "settings": "spring",
    },
}


@pytest.fixture
def running(tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]) -> Iterator[Running]:
    """A service whose host system reads a file."""
    projects = PAGES | {"named": {"spring": {"feed": {"file": str(tmp_path / "host.csv")}}}}
    with served(tmp_path, settings_for(tmp_path, database=backend, projects=projects), tls) as running:
        yield running


@pytest.fixture
def manager(running: Running) -> Iterator[Station]:
    with client(running) as signed_in:
        yield signed_in


@pytest.fixture
def project(manager: Station) -> Json:
    """A project with self-service, as its administrator made it."""
    return manager.post("/projects", SPRING, 201)


def activated(running: Running, project: Json, number: int) -> int:
    """What a phone is assigned when it opens what the activation code says."""
    return activation.activate(running.parts, str(project["link"]).rpartition("/")[2], phone(number)).row.number


def ids_of(manager: Station, project: Json) -> list[Json]:
    return list(manager.call("GET", f"/projects/{project['id']}/ids").json()["ids"])


def test_a_project_is_created_with_self_service_enabled(project: Json) -> None:
    """A project is created with self-service registration."""
    assert project["self_service"] is True


def test_an_activation_code_is_generated_for_each_project(manager: Station, project: Json) -> None:
    """Each project has an activation code of its own, made by itself."""
    other = manager.post("/projects", SPRING | {"name": "Summer", "details": {}}, 201)
    assert project["link"].startswith("https://enroll.example.org/a/")
    assert other["link"] != project["link"]


def test_activation_assigns_an_id_by_itself(running: Running, manager: Station, project: Json) -> None:
    """Activation assigns an ID by itself."""
    assert ids_of(manager, project) == []
    number = activated(running, project, 0)
    assert [each["number"] for each in ids_of(manager, project)] == [number]


def test_self_service_is_an_option_of_creation(manager: Station) -> None:
    """Self-service is chosen when the project is created."""
    unsaid = {name: value for name, value in SPRING.items() if name != "self_service"}
    assert manager.post("/projects", unsaid, 400)["detail"] == "body.self_service: missing"


@pytest.mark.parametrize("self_service", [True, False])
def test_self_service_cannot_be_enabled_later(manager: Station, self_service: bool) -> None:
    """It cannot be enabled later."""
    project = manager.post("/projects", SPRING | {"self_service": self_service}, 201)
    path = f"/projects/{project['id']}"
    refusal = manager.call("PATCH", path, {"self_service": not self_service})
    assert (refusal.status_code, refusal.json()["reasons"]) == (409, ["self_service_is_fixed"])
    assert manager.call("GET", path).json()["self_service"] is self_service


def test_the_settings_have_the_activation_code(manager: Station, project: Json) -> None:
    """The settings have the project's activation code."""
    shown = manager.call("GET", f"/projects/{project['id']}").json()
    assert shown["link"] == project["link"]


def test_the_activation_code_is_downloaded_in_the_settings(manager: Station, project: Json) -> None:
    """The activation code is downloaded in the settings."""
    drawn = manager.call("GET", f"/projects/{project['id']}/activation-code.svg")
    assert drawn.text == svg(modules(project["link"], sturdy=True))
    picture = manager.call("GET", f"/projects/{project['id']}/activation-code.png")
    assert picture.content.startswith(b"\x89PNG")


def test_the_settings_keep_where_the_app_is_and_the_instructions(project: Json) -> None:
    """People are given the code, the codes for the app, and instructions."""
    details = project["details"]
    assert details["app_store"] == "https://apps.example.org/badges"
    assert details["google_play"] == "https://play.example.org/badges"
    assert details["instructions"]["en"] == "Show your number at the kiosk in the lobby."


def test_users_and_auto_sync_are_not_there_with_self_service(manager: Station, project: Json) -> None:
    """Such projects have no users and no auto-sync."""
    assert project["parts"] == ["activation_code"]
    listed = manager.post("/projects", SPRING | {"name": "Listed", "self_service": False, "details": {}}, 201)
    assert listed["parts"] == ["auto_sync", "users"]


def test_the_ids_are_consecutive(running: Running, project: Json) -> None:
    """The IDs are consecutive."""
    assert [activated(running, project, each) for each in range(5)] == list(range(FIRST, FIRST + 5))


def test_the_settings_show_which_ids_were_assigned(running: Running, manager: Station, project: Json) -> None:
    """The settings show which were assigned."""
    numbers = [activated(running, project, each) for each in range(3)]
    assert [each["number"] for each in ids_of(manager, project)] == numbers
    shown = manager.call("GET", f"/projects/{project['id']}").json()
    assert (shown["ids"]["assigned"], shown["next_id"]) == (3, FIRST + 3)


def test_self_registration_feeds_the_id_and_the_data_into_the_host_system(
    running: Running, manager: Station, project: Json
) -> None:
    """Registration feeds the ID and the person's data into the host system."""
    number = activated(running, project, 0)
    person = {"user_id": "mona", "given_name": "Mona", "family_name": "Okafor", "email": "m.okafor@example.org"}
    manager.post("/mobile-ids/claim", {**person, "assigned_id": number}, 201)
    with running.parts.store.read() as tx:
        ((kind, which, body),) = tx.connection.exec_driver_sql("SELECT kind, number, body FROM host_feed").all()
    told: dict[str, Any] = json.loads(body) if isinstance(body, str) else body
    assert (kind, which) == ("claimed", number)
    assert (told["givenName"], told["familyName"], told["email"]) == ("Mona", "Okafor", "m.okafor@example.org")


def test_at_the_kiosk_users_register_themselves_with_the_id_of_their_phone(
    running: Running, manager: Station, station: Station, project: Json
) -> None:
    """Where administrators cannot add people in two places, people register themselves."""
    number = activated(running, project, 0)
    enrollment = running.verified(station)
    claimed = station.post(f"/enrollments/{enrollment}/mobile-id", {"shown": str(number)}, 200)
    assert claimed == {"project": "Spring", "number": number, "registered": False}
    assert ids_of(manager, project)[0]["claimed_at"] is not None


def test_users_complete_a_process_that_the_organization_defines(
    running: Running, manager: Station, project: Json
) -> None:
    """The IDs reach the host system by a process that the organization defines."""
    number = activated(running, project, 0)
    claimed = manager.post("/mobile-ids/claim", {"user_id": "from a page of our own", "assigned_id": number}, 201)
    assert claimed["assigned_id"] == number


def test_nothing_is_exchanged_with_a_host_system_that_nobody_named(
    running: Running, manager: Station, project: Json
) -> None:
    """Without that, manager and host system exchange nothing."""
    quiet = manager.post("/projects", SPRING | {"name": "Quiet", "details": {}, "first_id": 1, "last_id": 9}, 201)
    number = activated(running, quiet, 0)
    manager.post("/mobile-ids/claim", {"user_id": "mona", "assigned_id": number}, 201)
    with running.parts.store.read() as tx:
        assert tx.connection.exec_driver_sql("SELECT count(*) FROM host_feed").scalar_one() == 0
    assert ids_of(manager, project) == []


def test_assigned_says_nothing_of_registered_or_active(running: Running, manager: Station, project: Json) -> None:
    """Assigned does not mean registered, nor active."""
    numbers = [activated(running, project, each) for each in range(3)]
    assert [each["states"] for each in ids_of(manager, project)] == [["assigned"]] * 3
    manager.post(f"/projects/{project['id']}/registered", {"numbers": numbers[1:2]}, 200)
    activation.of_phone(running.parts, phone(2))
    assert [each["states"] for each in ids_of(manager, project)] == [
        ["assigned"],
        ["assigned", "registered"],
        ["assigned", "active"],
    ]
    running.clock.advance(days=31)
    assert ids_of(manager.sign_in(), project)[2]["states"] == ["assigned"]
