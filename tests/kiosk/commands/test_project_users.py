"""`keywright projects users|sync|invite|reset`: the list of a project is kept, and what is refused is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from kiosk.commands.project_desk import Desk, at_desk
from kiosk.service.projects.auto_sync import AutoSync
from tests.kiosk.commands.conftest import Keywright

Projects = Callable[..., Result]
ANN = "Ann,Archer,ann@example.org,1042,s1"
BEN = "Ben,Baker,ben@example.org,,s2"


@pytest.fixture
def projects(keywright: Keywright, config: Path, tmp_path: Path) -> Projects:
    """Call a subcommand with a project that has a user list, and a file that it is looked for in."""
    file = json.dumps(str(tmp_path / "people.csv"))
    told = f'\n[projects]\nurl = "https://enroll.example.org"\n\n[projects.named.staff]\nlist = {file}\n'
    config.write_text(config.read_text(encoding="utf-8") + told, encoding="utf-8")
    where = ("--config", config, "--credentials", tmp_path)

    def call(*arguments: object) -> Result:
        return keywright("projects", *arguments, *where)

    made = call("add", "Staff", "--user-list", "--first", 1000, "--last", 1099, "--settings", "staff")
    assert made.exit_code == 0, made.output
    return call


@pytest.fixture
def sync(projects: Projects, tmp_path: Path) -> Projects:
    """Let the list be these lines."""

    def call(*lines: str, more: tuple[str, ...] = ()) -> Result:
        file = tmp_path / "given.csv"
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return projects("sync", "Staff", file, *more)

    return call


def test_a_list_is_tried_taken_and_shown(projects: Projects, sync: Projects, plain: Callable[[str], None]) -> None:
    assert projects("users", "Staff").stdout == "There is nobody.\n"
    tried = sync(ANN, BEN, more=("--dry-run",))
    counts = "2 added, 0 changed, 0 same, 0 removed, 0 returned, 2 invited"
    assert (tried.exit_code, tried.stdout) == (0, f"{counts}; nothing was done\n")
    assert projects("users", "Staff").stdout == "There is nobody.\n"
    assert sync(ANN, BEN).stdout == f"{counts}\n"
    assert json.loads(sync(ANN, BEN, more=("--json",)).stdout)["same"] == 2
    listed = projects("users", "Staff")
    assert "ann@example.org" in listed.stdout
    assert listed.stdout.count("invited") == 2
    (found,) = [each for each in json.loads(projects("users", "Staff", "--json").stdout) if each["sync_id"] == "s1"]
    assert (found["id"], found["number"], found["status"]) == (1042, None, "invited")
    assert projects("users", "Staff", "--status", "active").stdout == "There is nobody.\n"
    assert "users    2 invited\n" in projects("show", "Staff").stdout
    plain(listed.output)


def test_a_list_with_errors_is_told_line_by_line_and_not_taken(projects: Projects, sync: Projects) -> None:
    for more in ((), ("--dry-run",)):
        bad = sync(ANN, "Ben,Baker,nowhere,x,s2", more=more)
        assert bad.exit_code == 1
        assert bad.stderr.splitlines()[:2] == ["line 2: email: not_an_address", "line 2: id: not_a_number"]
    assert projects("users", "Staff").stdout == "There is nobody.\n"


def test_a_list_that_removes_most_must_be_meant(projects: Projects, sync: Projects) -> None:
    sync(*(f"P{n},Person,p{n}@example.org,,s{n}" for n in range(10)))
    few = ["P0,Person,p0@example.org,,s0"]
    assert "--confirm-removals" in sync(*few, more=("--dry-run",)).stderr
    refused = sync(*few)
    assert (refused.exit_code, refused.stderr) == (1, "line 1: removes_too_many\nNothing was taken.\n")
    assert "9 removed" in sync(*few, more=("--confirm-removals",)).stdout
    assert projects("users", "Staff", "--status", "deletion_pending").stdout.count("example.org") == 9


def test_somebody_is_reset_and_invited_again_by_any_name_of_theirs(projects: Projects, sync: Projects) -> None:
    sync(ANN, BEN)
    (ben,) = [each for each in json.loads(projects("users", "Staff", "--json").stdout) if each["sync_id"] == "s2"]
    for who in ("BEN@example.org", "s2", ben["member_id"]):
        assert projects("reset", "Staff", who).stdout == "Reset.\n"
        assert projects("users", "Staff", "--status", "reset").stdout.split()[0] == ben["member_id"]
        assert projects("invite", "Staff", who).stdout == "Invited.\n"
        assert projects("users", "Staff", "--status", "reset").stdout == "There is nobody.\n"


def test_nobody_and_wrong_projects_are_told_in_a_sentence(
    projects: Projects, sync: Projects, plain: Callable[[str], None]
) -> None:
    sync(ANN)
    projects("add", "Open", "--self-service", "--first", 1, "--last", 99)
    for arguments, said in (
        (("reset", "Staff", "nobody@example.org"), "Nobody on the list"),
        (("invite", "Nothing", "s1"), "There is no such project."),
        (("users", "Open"), "The project does not have that"),
    ):
        result = projects(*arguments)
        assert (result.exit_code, result.stderr.startswith(said)) == (1, True), result.output
        plain(result.output)


def test_how_the_file_of_the_list_was_taken_is_shown(
    projects: Projects, config: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "people.csv"

    @at_desk
    def look(desk: Desk) -> None:
        looking = AutoSync(desk.parts)
        looking.work()
        looking.work()

    assert "list     no file was read\n" in projects("show", "Staff").stdout
    file.write_text(f"{ANN}\n", encoding="utf-8")
    look(config, tmp_path, "default")
    assert "list     taken, read " in projects("show", "Staff").stdout
    file.write_text("Ann,Archer,nowhere,\n", encoding="utf-8")
    look(config, tmp_path, "default")
    shown = projects("show", "Staff").stdout
    assert "list     rejected, read " in shown
    assert "users    1 invited\n" in shown
    caplog.clear()
