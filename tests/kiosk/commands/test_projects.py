"""`keywright projects`: what is done is said, what is refused is told in a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from kiosk.commands.project_desk import Desk, at_desk
from kiosk.service.projects import activation
from kiosk.service.qr_picture import modules, png, svg
from tests.kiosk.commands.conftest import Keywright
from tests.kiosk.service.projects.campaign import phone

Projects = Callable[..., Result]
RANGE = ("--first", 1000, "--last", 1099)


@pytest.fixture
def projects(keywright: Keywright, config: Path, tmp_path: Path) -> Projects:
    """Call a subcommand with the settings of a service whose phones know where to go."""
    url = '\n[projects]\nurl = "https://enroll.example.org"\n'
    config.write_text(config.read_text(encoding="utf-8") + url, encoding="utf-8")
    where = ("--config", config, "--credentials", tmp_path)

    def call(*arguments: object) -> Result:
        return keywright("projects", *arguments, *where)

    return call


def made(projects: Projects, *more: object) -> dict[str, Any]:
    result = projects("add", "Spring", "--self-service", *RANGE, "--json", *more)
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_a_project_is_added_listed_shown_and_closed(projects: Projects, plain: Callable[[str], None]) -> None:
    assert projects("list").stdout == "There is no project yet.\n"
    added = projects("add", "Spring", "--self-service", *RANGE, "--contact", "desk@example.org")
    assert added.exit_code == 0
    assert "self-service" in added.stdout
    assert "1000 (100 left)" in added.stdout
    assert "https://enroll.example.org/a/" in added.stdout
    listed = projects("list")
    assert "Spring" in listed.stdout
    assert "100 left" in listed.stdout
    (told,) = json.loads(projects("list", "--json").stdout)
    for name in ("Spring", told["id"]):
        assert projects("show", name).stdout == added.stdout
    assert projects("close", "Spring").stdout == "Closed.\n"
    assert "closed" in projects("list").stdout
    assert json.loads(projects("show", "Spring", "--json").stdout)["closed_at"] is not None
    for result in (added, listed):
        plain(result.output)


def test_everything_about_a_project_can_be_said(projects: Projects) -> None:
    told = made(
        projects,
        *("--language", "ar", "--app-store", "https://apps.example.org", "--google-play", "https://play.example.org"),
        *("--instructions", "en", "Go to the lobby.", "--settings", "spring"),
    )
    assert told["languages"] == ["ar"]
    assert told["details"] == {
        "app_store": "https://apps.example.org",
        "google_play": "https://play.example.org",
        "other_app": None,
        "instructions": {"en": "Go to the lobby."},
        "contact": "",
        "settings": "spring",
    }


def test_which_kind_must_be_said(projects: Projects) -> None:
    result = projects("add", "Spring", *RANGE)
    assert result.exit_code == 2
    assert "--self-service or --user-list" in result.stderr
    listed = json.loads(projects("add", "Listed", "--user-list", *RANGE, "--json").stdout)
    assert (listed["self_service"], listed["parts"], listed["link"]) == (False, ["auto_sync", "users"], "")


def test_the_code_is_printed_and_drawn(projects: Projects, tmp_path: Path) -> None:
    link = made(projects)["link"]
    files = tmp_path / "code.png", tmp_path / "code.svg"
    result = projects("code", "Spring", "--png", files[0], "--svg", files[1], "--scale", 5)
    assert result.stdout == f"{link}\n"
    dark = modules(link, sturdy=True)
    assert files[0].read_bytes() == png(dark, 5)
    assert files[1].read_text(encoding="utf-8") == svg(dark)
    renewed = projects("renew", "Spring")
    assert renewed.stdout.startswith("https://enroll.example.org/a/")
    assert renewed.stdout != f"{link}\n"


def test_a_place_that_cannot_be_written_is_named(
    projects: Projects, tmp_path: Path, plain: Callable[[str], None]
) -> None:
    made(projects)
    result = projects("code", "Spring", "--png", tmp_path / "nowhere" / "code.png")
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr
    plain(result.output)


def test_numbers_are_listed_and_confirmed(projects: Projects, config: Path, tmp_path: Path) -> None:
    code = made(projects)["link"][-22:]

    @at_desk
    def activate(desk: Desk) -> None:
        for number in range(3):
            activation.activate(desk.parts, code, phone(number))

    assert projects("ids", "Spring").stdout == "There is no such number.\n"
    activate(config, tmp_path, "default")
    confirmed = projects("confirm", "Spring", 1001, 1002)
    assert (confirmed.exit_code, confirmed.stdout) == (0, "Confirmed 2, and 0 before.\n")
    again = projects("confirm", "Spring", 1001, 4711, "--json")
    assert again.exit_code == 1
    assert json.loads(again.stdout) == {"registered": 0, "already": 1, "unknown": [4711]}
    assert again.stderr == "Nobody has 4711.\n"
    lines = projects("ids", "Spring").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["1000", "1001", "1002"]
    assert lines[2].endswith("assigned, registered")
    rest = json.loads(projects("ids", "Spring", "--lacks", "registered", "--json").stdout)
    assert [each["number"] for each in rest] == [1000]


def test_the_number_of_a_lost_phone_is_taken_back(projects: Projects, config: Path, tmp_path: Path) -> None:
    code = made(projects)["link"][-22:]

    @at_desk
    def activate(desk: Desk) -> None:
        activation.activate(desk.parts, code, phone(0))

    activate(config, tmp_path, "default")
    for _ in range(2):
        assert projects("take-back", "Spring", 1000).stdout == "Nobody has 1000 any more.\n"
    assert projects("ids", "Spring").stdout.rstrip().endswith("released")
    assert projects("take-back", "Spring", 1001).exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "Nothing"), "There is no such project."),
        (("show", "Spring", "--tenant", "elsewhere"), "There is no such project."),
        (("extend", "Spring", 1050), "The range only grows"),
        (("add", "Spring", "--self-service", *RANGE), "Another project has this name"),
        (("code", "Listed"), "The project does not have that"),
        (("renew", "Closed"), "The project is closed"),
    ],
)
def test_what_is_refused_is_told_in_a_sentence(
    projects: Projects, arguments: tuple[object, ...], said: str, plain: Callable[[str], None]
) -> None:
    made(projects)
    projects("add", "Listed", "--user-list", *RANGE)
    projects("add", "Closed", "--self-service", *RANGE)
    projects("close", "Closed")
    result = projects(*arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith(said)
    plain(result.output)


def test_a_range_is_extended_and_its_end_is_told(projects: Projects) -> None:
    small = projects("add", "Small", "--self-service", "--first", 1, "--last", 10)
    assert "Few numbers are left" in small.stderr
    extended = projects("extend", "Small", 200)
    assert "1 to 200" in extended.stdout
    assert extended.stderr == ""


def test_what_is_no_range_is_a_wrong_call(projects: Projects) -> None:
    result = projects("add", "Spring", "--self-service", "--first", 10, "--last", 9)
    assert result.exit_code == 2
    assert "last_id" in result.stderr
