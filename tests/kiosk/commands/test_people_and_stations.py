"""`keywright users` and `keywright stations`: what is done is said, what is wrong is named."""

from __future__ import annotations

import os
import pwd
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.commands.served import HMAC_KEY, at_terminal, hmac_key
from kiosk.contract.paths import Scope
from kiosk.resources import resource
from kiosk.service.verification.counters import subject_of_person
from tests.kiosk.commands.conftest import Keywright

PEOPLE = resource("sample/people.csv")


def people_in(config: Path) -> int:
    with closing(sqlite3.connect(config.with_name("service.db"))) as database:
        count: int = database.execute("SELECT count(*) FROM users").fetchone()[0]
    return count


def test_people_and_then_their_badges_are_imported(keywright: Keywright, config: Path) -> None:
    assert keywright("users", "import", PEOPLE, "--config", config).output == "Imported 13.\n"
    assert keywright("users", "badges", resource("sample/badges.csv"), "--config", config).output == "Imported 3.\n"
    assert people_in(config) == 13


def test_the_same_file_twice_makes_nobody_twice(keywright: Keywright, config: Path) -> None:
    for _ in range(2):
        assert keywright("users", "import", PEOPLE, "--config", config).exit_code == 0
    assert people_in(config) == 13


@pytest.fixture
def spoiled(tmp_path: Path) -> Path:
    """A file with one good row and two bad ones."""
    file = tmp_path / "people.csv"
    file.write_text(
        "upn,employee_id,given_name,family_name,email,phone,status\n"
        "a.kowalska@example.org,1,Agnieszka,Kowalska,a.kowalska@example.org,,active\n"
        "b.bad@example.org,2,Bea,Bad,not an address,,active\n"
        "c.bad@example.org,3,Cem,Bad,c.bad@example.org,,asleep\n",
        encoding="utf-8",
    )
    return file


def test_bad_rows_are_named_by_line_and_column_and_nothing_is_imported(
    keywright: Keywright, config: Path, spoiled: Path, plain: Callable[[str], None]
) -> None:
    result = keywright("users", "import", spoiled, "--config", config)
    assert result.exit_code == 1
    assert "line 3, column 'email'" in result.stderr
    assert "line 4, column 'status'" in result.stderr
    assert "Nothing was imported: 2 rows are wrong." in result.stderr
    plain(result.output)
    assert people_in(config) == 0


def test_bad_rows_are_left_out_when_that_is_wanted(keywright: Keywright, config: Path, spoiled: Path) -> None:
    result = keywright("users", "import", spoiled, "--config", config, "--skip-bad")
    assert result.exit_code == 0
    assert result.stdout == "Imported 1, left out 2.\n"
    assert "line 3, column 'email'" in result.stderr
    assert people_in(config) == 1


@pytest.mark.parametrize(
    "content", [b"\xff\xfeu\x00p\x00n\x00", b"nothing,that,we,know\n1,2,3,4\n", b"", b'upn\n"open'], ids=str
)
def test_a_file_that_is_no_list_of_people_is_refused(
    keywright: Keywright, config: Path, tmp_path: Path, content: bytes, plain: Callable[[str], None]
) -> None:
    file = tmp_path / "wrong.csv"
    file.write_bytes(content)
    result = keywright("users", "import", file, "--config", config)
    assert result.exit_code == 1
    assert "Nothing was imported" in result.stderr
    plain(result.output)


def test_a_station_is_added_rotated_and_shut_out(
    keywright: Keywright, config: Path, plain: Callable[[str], None]
) -> None:
    added = keywright("stations", "add", "Lobby", "--config", config)
    assert added.exit_code == 0
    client, first = re.findall(r"^(?:client_id|secret) +(\S+)$", added.stdout, re.MULTILINE)
    rotated = keywright("stations", "rotate", client, "--config", config)
    again, second = re.findall(r"^(?:client_id|secret) +(\S+)$", rotated.stdout, re.MULTILINE)
    assert again == client
    assert second != first
    shut = keywright("stations", "disable", client, "--config", config)
    assert shut.stdout == f"{client} is shut out.\n"
    for secret in (first, second):
        assert secret.encode() not in config.with_name("service.db").read_bytes()
    plain(shut.output)


@pytest.mark.parametrize("scope", [*Scope])
def test_every_scope_is_named_as_oauth2_names_it(keywright: Keywright, config: Path, scope: Scope) -> None:
    assert keywright("stations", "add", "Client", "--scope", scope.value, "--config", config).exit_code == 0


SITES = """
[[accounts.sites]]
id = "north"
name = "North"
tenant = "one"
[[accounts.sites]]
id = "south"
name = "South"
tenant = "two"
"""


def test_a_client_of_the_account_workflows_gets_its_scopes_and_sites(keywright: Keywright, config: Path) -> None:
    config.write_text(config.read_text(encoding="utf-8") + SITES, encoding="utf-8")
    told = keywright("stations", "add", "HR", "--scope", "USER_RW", "--site", "north", "--config", config).output
    client = re.findall(r"(?m)^client_id  (client-\w+)$", told)
    with closing(sqlite3.connect(config.with_name("service.db"))) as database:
        rows = database.execute("SELECT id, scopes, tenant, sites FROM clients").fetchall()
    assert rows == [(*client, "USER_RW", "one", "north")]


@pytest.mark.parametrize("sites", [["nowhere"], ["north", "south"]])
def test_a_client_belongs_to_sites_of_one_tenant(keywright: Keywright, config: Path, sites: list[str]) -> None:
    config.write_text(config.read_text(encoding="utf-8") + SITES, encoding="utf-8")
    wanted = [word for each in sites for word in ("--site", each)]
    result = keywright("stations", "add", "HR", "--scope", "USER_RW", *wanted, "--config", config)
    assert result.exit_code == 3
    assert "site" in result.stderr


@pytest.mark.parametrize("verb", ["rotate", "disable"])
def test_a_station_that_is_not_there_is_said(
    keywright: Keywright, config: Path, verb: str, plain: Callable[[str], None]
) -> None:
    result = keywright("stations", verb, "station-nowhere", "--config", config)
    assert result.exit_code == 1
    assert "There is no station 'station-nowhere'." in result.stderr
    plain(result.output)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('[server]\nport = "many"\n', "server.port"),
        ("[verification.code]\ndigits = 4\n", "verification.code.digits"),
        ("colour = 'red'\n", "colour"),
        ("organization = \n", ""),
    ],
    ids=["type", "limit", "unknown", "no TOML"],
)
def test_a_wrong_setting_is_named_by_its_path(
    keywright: Keywright, config: Path, text: str, path: str, plain: Callable[[str], None]
) -> None:
    config.write_text(text, encoding="utf-8")
    result = keywright("stations", "add", "Lobby", "--config", config)
    assert result.exit_code == 3
    assert path in result.stderr
    assert "Correct it and start again." in result.stderr
    plain(result.output.replace("TOML", ""))


def test_a_person_who_was_locked_out_is_unlocked(
    keywright: Keywright, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    keywright("users", "import", PEOPLE, "--config", config)
    upn = "m.okafor@example.org"
    unlocking = ("users", "unlock", upn.upper(), "--config", config, "--credentials", folder)
    assert keywright(*unlocking).output == "Unlocked.\n"
    with closing(sqlite3.connect(config.with_name("service.db"))) as database:
        user_id = database.execute("SELECT id FROM users WHERE upn_key = ?", (upn,)).fetchone()[0]
        subject = subject_of_person(hmac_key((folder / HMAC_KEY).read_text()), user_id)
        failed = (subject, 12, "2026-11-22 10:00:00.000000")
        database.execute("INSERT INTO attempts (subject, failures, last_at) VALUES (?, ?, ?)", failed)
        database.commit()
    assert keywright(*unlocking, "--reason", "Ticket 4711").output == "Unlocked.\n"
    with closing(sqlite3.connect(config.with_name("service.db"))) as database:
        assert database.execute("SELECT count(*) FROM attempts").fetchone()[0] == 0
        told = database.execute("SELECT actor, subject, reason FROM audit WHERE event = 'person_unlocked'").fetchall()
    assert told[-1] == (at_terminal(), user_id, "Ticket 4711")


def test_the_trail_names_the_account_in_the_terminal_and_behind_sudo_that_of_who_called_it(
    keywright: Keywright, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = os.getuid()
    assert at_terminal() == f"command-line:{pwd.getpwuid(number).pw_name}"
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setenv("SUDO_USER", "CORP\\jana weber\x1b")
    assert at_terminal() == "command-line:CORP\\jana_weber_"
    made = ("staff", "add", "jana", "--role", "view", "--config", config, "--credentials", tmp_path)
    assert keywright(*made).exit_code == 0
    project = ("projects", "add", "Spring", "--self-service", "--first", 1, "--last", 9, "--config", config)
    assert keywright(*project, "--credentials", tmp_path).exit_code == 0
    with closing(sqlite3.connect(config.with_name("service.db"))) as database:
        told = database.execute(
            "SELECT DISTINCT actor FROM audit WHERE event IN ('staff_added', 'project_created')"
        ).fetchall()
    assert told == [("command-line:CORP\\jana_weber_",)]
    monkeypatch.setenv("SUDO_USER", "")
    monkeypatch.setattr(os, "getuid", lambda: 2**31 - 7)
    assert at_terminal() == f"command-line:{2**31 - 7}"


@pytest.mark.parametrize("user", ["nobody@example.org", "\x00", ""])
def test_nobody_to_unlock_is_said(keywright: Keywright, config: Path, tmp_path: Path, user: str) -> None:
    done = keywright("users", "unlock", user, "--config", config, "--credentials", tmp_path)
    assert done.exit_code == 1
    assert done.output == "Nobody has this user name.\n"
