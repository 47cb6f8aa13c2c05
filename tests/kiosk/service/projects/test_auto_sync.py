"""Auto-sync: a file is taken once it is at rest, and what became of it is shown with its project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.service.projects import actions
from kiosk.service.projects.auto_sync import AutoSync
from tests.kiosk.service.projects.campaign import MANAGER, PAGES, a_project
from tests.kiosk.service.running import Running, assembled, settings_for


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


@pytest.fixture
def synced(tmp_path: Path, file: Path) -> Iterator[Running]:
    named = {"staff": {"list": str(file)}}
    with assembled(tmp_path, settings_for(tmp_path, projects={**PAGES, "named": named})) as running:
        yield running


def test_a_file_at_rest_is_taken_once_and_a_bad_one_is_shown(
    synced: Running, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    project = a_project(synced, self_service=False, details={"settings": "staff"})
    sync = AutoSync(synced.parts)

    def look() -> tuple[str, object]:
        sync.work()
        told = actions.show(synced.parts, MANAGER, project).auto_sync
        return ("", None) if told is None else (told.trouble, told.result["added"])

    assert look()[0] == "no_file"
    file.write_text("Ann,Archer,ann@example.org,\n")
    assert look()[0] == "no_file"
    assert look() == ("", 1)
    assert look() == ("", 1)
    assert actions.show(synced.parts, MANAGER, project).users == {"invited": 1}
    file.write_text("")
    assert [look()[0] for _ in range(2)] == ["", "rejected"]
    assert actions.show(synced.parts, MANAGER, project).users == {"invited": 1}
    other = file.with_name("other.csv")
    file.rename(other)
    file.symlink_to(other)
    assert look()[0] == "unreadable"
    assert "project_list_not_taken" in caplog.text
    caplog.clear()
