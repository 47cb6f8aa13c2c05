"""How a feed stands, the list and the hand-outs over HTTPS; and what host systems read in the database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.contract.paths import Scope
from kiosk.service.store.host_list import HOST_VIEW
from kiosk.service.tls import Identity
from tests.kiosk.service.projects import paper
from tests.kiosk.service.projects.campaign import FIRST, a_project, client
from tests.kiosk.service.projects.host import fed_project, feeding, join, person
from tests.kiosk.service.running import Running, Station, served, settings_for
from tests.kiosk.service.soft_key import Json


@pytest.fixture
def running(tmp_path: Path, backend: Json, tls: tuple[Identity, Identity]) -> Iterator[Running]:
    """A service that feeds a host by a file."""
    fed = feeding(file=tmp_path / "people.csv")
    with served(tmp_path, settings_for(tmp_path, database=backend, projects=fed), tls) as made:
        yield made


def test_how_a_feed_stands_is_told(running: Running, manager: Station) -> None:
    project = fed_project(running)
    empty = manager.call("GET", f"/projects/{project}/feed").json()
    assert empty == {
        "webhook": False,
        "file": True,
        "view": HOST_VIEW,
        "position": 0,
        "taken": 0,
        "waiting": 0,
        "tries": 0,
        "due_at": None,
        "stopped_at": None,
        "trouble": "",
        "file_written_at": None,
        "file_trouble": "",
        "left_out": [],
    }
    join(running, project, person(1))
    assert manager.call("GET", f"/projects/{project}/feed").json()["position"] == 1
    resumed = manager.call("POST", f"/projects/{project}/feed/resume")
    assert resumed.status_code == 200
    assert resumed.json()["trouble"] == ""


@pytest.mark.parametrize("layout", ["users", "autosync"])
def test_the_list_is_exported_as_its_file_has_it(running: Running, manager: Station, layout: str) -> None:
    project = fed_project(running)
    join(running, project, person(1), person(2, family_name="=cmd()"))
    answer = manager.call("GET", f"/mobile-ids/export.csv?project={project}&layout={layout}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["keywright-left-out"] == str(FIRST + 1)
    more = (",Sync ID", ",101") if layout == "autosync" else ("", "")
    assert (
        answer.content
        == (
            f"First name,Last name,E-mail address,ID{more[0]}\r\nMona,Okafor 1,m.okafor1@example.org,1000{more[1]}\r\n"
        ).encode()
    )
    running.service.worker.run_due()
    same = manager.call("GET", f"/mobile-ids/export.csv?project={project}")
    assert same.content == Path(running.parts.settings.projects.named["gate"].feed.file).read_bytes()  # type: ignore[union-attr,arg-type]  # it has one


def test_a_hand_out_is_downloaded(running: Running, manager: Station, tmp_path: Path) -> None:
    project = a_project(running)
    link = manager.call("GET", f"/projects/{project}").json()["link"]
    answer = manager.call("GET", f"/projects/{project}/handouts/sheet-a4.pdf?lang=ar")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["content-disposition"] == 'inline; filename="sheet-a4-ar.pdf"'
    (page,) = paper.pages(answer.content, tmp_path)
    assert paper.codes(page) == [link]
    code = manager.call("GET", f"/projects/{project}/activation-code.pdf")
    assert [paper.codes(each) for each in paper.pages(code.content, tmp_path)] == [[link], [link]]
    picture = manager.call("GET", f"/projects/{project}/handouts/screen.png?lang=en")
    assert (picture.headers["content-type"], picture.content[:4]) == ("image/png", b"\x89PNG")
    drawing = manager.call("GET", f"/projects/{project}/handouts/poster.svg")
    assert (drawing.headers["content-type"], drawing.content[:4]) == ("image/svg+xml", b"<svg")
    for path, status in (
        ("handouts/flag.pdf", 400),
        ("handouts/poster.gif", 400),
        ("handouts/poster.png?page=9", 404),
        ("handouts/poster.pdf?lang=../x", 400),
    ):
        assert manager.call("GET", f"/projects/{project}/{path}").status_code == status


def test_other_tenants_and_other_scopes_see_nothing(running: Running) -> None:
    project = fed_project(running)
    below = [f"/projects/{project}/{each}" for each in ("feed", "handouts/poster.pdf", "activation-code.pdf")]
    paths = [*below, f"/mobile-ids/export.csv?project={project}"]
    with client(running, Scope.PROJECTS_READ, tenant="elsewhere") as stranger:
        assert [stranger.call("GET", path).status_code for path in paths] == [404] * 4
    with client(running, Scope.MOBILE_IDS_CLAIM) as another:
        assert [another.call("GET", path).status_code for path in paths] == [403] * 4
    with client(running, Scope.PROJECTS_READ) as reader:
        assert reader.call("POST", f"/projects/{project}/feed/resume").status_code == 403


@pytest.mark.databases
def test_host_systems_read_people_and_no_secret_in_the_database(running: Running) -> None:
    project = fed_project(running)
    join(running, project, person(1))
    with running.parts.store.read() as tx:
        found = tx.connection.exec_driver_sql(f"SELECT * FROM {HOST_VIEW}")
        columns, rows = tuple(found.keys()), found.all()
    assert columns == (
        "project_id", "tenant", "project", "number", "first_name", "last_name", "email", "sync_id", "user_id",
        "assigned_at", "claimed_at", "registered_at", "active_at",
    )  # fmt: skip
    assert [tuple(row)[:9] for row in rows] == [
        (project, "default", "Spring", FIRST, "Mona", "Okafor 1", "m.okafor1@example.org", "101", "u-1")
    ]
