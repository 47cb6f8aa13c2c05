"""`keywright staff`: who becomes staff, with which code, and who is staff no more."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.kiosk.commands.conftest import Keywright

CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){7}")


Staff = Callable[..., Result]


@pytest.fixture
def staff(keywright: Keywright, config: Path, tmp_path: Path) -> Staff:
    """Call a subcommand with the settings of a service."""
    return lambda *words: keywright("staff", *words, "--config", config, "--credentials", tmp_path)


def told(staff: Staff, *words: str) -> Any:
    return json.loads(staff(*words, "--json").stdout)


@pytest.fixture
def ada(staff: Staff) -> str:
    """Somebody who approves at one site; what was printed."""
    how = ("--role", "approve", "--site", "north", "--email", "ada@example.org", "--display-name", "Ada L.")
    return staff("add", "ada", *how).stdout


def test_somebody_becomes_staff_with_a_code_that_only_they_are_told(staff: Staff, config: Path, ada: str) -> None:
    (code,) = (each.group() for each in CODE.finditer(ada))
    assert told(staff, "list") == [
        {
            "name": "ada",
            "display_name": "Ada L.",
            "email": "ada@example.org",
            "roles": ["approve"],
            "sites": ["north"],
            "disabled": False,
        }
    ]
    with closing(sqlite3.connect(config.with_name("service.db"))) as database:
        assert code not in "\n".join(database.iterdump())


def test_the_join_link_has_the_code_where_no_log_sees_it(staff: Staff, config: Path, ada: str) -> None:
    with config.open("a", encoding="utf-8") as file:
        file.write('\n[staff]\nurl = "https://keys.example.org/console"\nrp_id = "keys.example.org"\n')
    link = staff("join-link", "ADA").stdout.strip()
    address, _, code = link.partition("#")
    assert address == "https://keys.example.org/console/join"
    assert CODE.fullmatch(code)
    assert code not in ada


def test_what_is_changed_is_said(staff: Staff, ada: str) -> None:
    assert ada
    changed = staff("change", "ada", "--role", "view", "--everywhere")
    assert changed.stdout == "ada  Ada L.  view  everywhere\n"
    both = staff("change", "ada", "--site", "south", "--everywhere")
    assert both.exit_code == 2


def test_a_sealed_code_is_printed_once_and_keys_are_listed(staff: Staff, ada: str) -> None:
    assert ada
    assert CODE.fullmatch(staff("sealed-code", "ada").stdout.strip())
    assert told(staff, "keys", "ada") == []
    assert "no key yet" in staff("keys", "ada").stdout
    assert staff("revoke-key", "ada", "0" * 32).exit_code == 1


def test_who_is_disabled_gets_no_code(staff: Staff, ada: str) -> None:
    assert ada
    assert staff("disable", "ada").exit_code == 0
    assert "disabled" in staff("list").stdout
    refused = staff("join-link", "ada")
    assert refused.exit_code == 1
    assert "keywright staff list" in refused.stderr


def test_what_is_wrong_is_named(staff: Staff, ada: str) -> None:
    assert ada
    for words, code, said in (
        (("add", "ada", "--role", "approve"), 1, "this name already"),
        (("add", "bob"), 2, "--role"),
        (("add", "bob", "--role", "approve", "--email", "bob"), 2, "--email"),
        (("add", "bob", "--role", "approve", "--site", "No Site"), 2, "--site"),
        (("sealed-code", "nobody"), 1, "no such member"),
    ):
        result = staff(*words)
        assert result.exit_code == code
        assert said in result.stderr


def test_a_service_without_staff_says_how_to_begin(staff: Staff) -> None:
    assert "keywright staff add" in staff("list").stdout
