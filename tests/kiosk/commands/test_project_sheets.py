"""`keywright projects handouts|export|feed`: files are written, troubles told, and by exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from kiosk.service.projects.handout_data import Sheet
from tests.kiosk.commands.conftest import Keywright

Projects = Callable[..., Result]
MADE = ("add", "Spring", "--self-service", "--first", 1000, "--last", 1099, "--settings", "gate")


@pytest.fixture
def projects(keywright: Keywright, config: Path, tmp_path: Path) -> Projects:
    """Call a subcommand with the settings of a service that feeds a host by a file."""
    told = '\n[projects]\nurl = "https://enroll.example.org"\n\n[projects.named.gate.feed]\n'
    file = json.dumps(str(tmp_path / "people.csv"))
    config.write_text(f"{config.read_text(encoding='utf-8')}{told}file = {file}\n", encoding="utf-8")
    where = ("--config", config, "--credentials", tmp_path)

    def call(*arguments: object) -> Result:
        return keywright("projects", *arguments, *where)

    return call


def test_every_sheet_is_written_into_a_folder(projects: Projects, tmp_path: Path, plain: Callable[[str], None]) -> None:
    assert projects(*MADE).exit_code == 0
    folder = tmp_path / "a" / "b"
    result = projects("handouts", "Spring", folder)
    assert result.exit_code == 0, result.output
    assert {each.name for each in folder.iterdir()} >= {f"{sheet}.pdf" for sheet in Sheet}
    assert result.stdout.splitlines() == [str(folder / Path(each).name) for each in result.stdout.splitlines()]
    plain(result.output)
    (tmp_path / "file").touch()
    assert projects("handouts", "Spring", tmp_path / "file" / "x").exit_code == 1
    assert projects("handouts", "Autumn", folder).exit_code == 1


def test_the_list_is_written_as_a_file_or_to_the_output(projects: Projects, tmp_path: Path) -> None:
    projects(*MADE)
    head = "First name,Last name,E-mail address,ID"
    assert projects("export", "Spring", "-", "--layout", "users").stdout.splitlines() == [head]
    assert projects("export", "Spring", tmp_path / "list.csv").exit_code == 0
    assert (tmp_path / "list.csv").read_bytes() == f"{head},Sync ID\r\n".encode()
    assert projects("export", "Spring", tmp_path / "none" / "list.csv").exit_code == 1


def test_how_the_feed_stands_is_said(projects: Projects, plain: Callable[[str], None]) -> None:
    projects(*MADE)
    said = projects("feed", "Spring")
    assert said.exit_code == 0, said.output
    assert said.stdout.splitlines() == [
        "webhook  none",
        "file     never",
        "view     host_mobile_ids",
        "left out nobody",
    ]
    plain(said.output)
    assert json.loads(projects("feed", "Spring", "--resume", "--everybody", "--json").stdout)["position"] == 0
