"""Processes that are killed while they take a whole list: it is there as a whole, or nothing of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.service.projects.whole_list import Wanted, take_list
from tests.kiosk.service.projects.campaign import FIRST, MANAGER, PAGES, a_project
from tests.kiosk.service.running import Running, assembled, settings_for

ROOT = Path(__file__).resolve().parents[4]
HEADER = "First name,Last name,E-mail address,ID,Sync ID"
PEOPLE = 500


def listed(first: int, last: int) -> bytes:
    lines = (f"P{n},Person,p{n}@example.org,{FIRST + n},s{n}" for n in range(first, last))
    return "\n".join((HEADER, *lines)).encode()


def there(running: Running) -> tuple[int, ...]:
    """How many people, mails and events of lists there are."""
    counts = (
        "SELECT count(*) FROM project_members WHERE status <> 'deletion_pending'",
        "SELECT count(*) FROM project_members WHERE status = 'deletion_pending'",
        "SELECT count(*) FROM messages WHERE sealed IS NOT NULL",
        "SELECT count(*) FROM audit WHERE event LIKE 'member%'",
    )
    with running.parts.store.read() as tx:
        return tuple(int(tx.connection.exec_driver_sql(each).scalar_one()) for each in counts)


def kill(*arguments: str) -> None:
    """Kill it where it waits, in the middle of its transaction."""
    command = [sys.executable, "-m", "tests.kiosk.service.projects.doomed", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        process.kill()
        assert process.stdout.read() == ""


@pytest.mark.kill
def test_a_list_whose_process_is_killed_leaves_nothing_half(tmp_path: Path) -> None:
    database = {"url": f"sqlite:///{tmp_path / 'service.db'}"}
    settings = settings_for(tmp_path, database=database, projects=PAGES)
    with assembled(tmp_path, settings) as running:
        project = a_project(running, self_service=False, last_id=FIRST + 2 * PEOPLE)
        take_list(running.parts, MANAGER, project, listed(0, 100), Wanted())
        before = there(running)
    source = tmp_path / "people.csv"
    source.write_bytes(listed(50, PEOPLE))
    for tokens in (60, 4 * PEOPLE):  # when people were removed, and when others were added
        kill(str(tmp_path), json.dumps(database), project, str(source), str(tokens))
    with assembled(tmp_path, settings) as running:
        after = PEOPLE - 50, 50, PEOPLE, before[3] + 2 * (PEOPLE - 100) + 50 + 1
        assert there(running) == before
        take_list(running.parts, MANAGER, project, source.read_bytes(), Wanted(confirm_removals=True))
        assert there(running) == after
