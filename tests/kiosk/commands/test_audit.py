"""`keywright audit`: verify, export, anchor and erase, from a terminal."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.service.settings import load
from tests.kiosk.commands.conftest import Keywright


@pytest.fixture
def given(config: Path, tmp_path: Path, keywright: Keywright) -> tuple[str, ...]:
    """The options of a service with some entries in its trail."""
    folder = tmp_path / "credentials"
    folder.mkdir(mode=0o700, exist_ok=True)
    options = ("--config", str(config), "--credentials", str(folder))
    for name in ("ada", "grace", "alan"):
        keywright("staff", "add", name, "--role", "approve", *options)
    return options


def tamper(config: str, statement: str) -> None:
    """What an administrator of the database can do."""
    path = load(Path(config)).database.url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
        database.commit()


def test_a_trail_that_nobody_touched_is_whole(keywright: Keywright, given: tuple[str, ...]) -> None:
    told = keywright("audit", "verify", *given)
    assert told.exit_code == 0, told.output
    assert told.output.startswith("The trail is whole: ")


def test_what_was_changed_is_named_with_exit_code_1(keywright: Keywright, given: tuple[str, ...]) -> None:
    tamper(given[1], "UPDATE audit SET reason = 'another' WHERE number = 2")
    told = keywright("audit", "verify", *given)
    assert told.exit_code == 1
    assert told.output.startswith("Entry 2 was changed: ")
    assert "Whole up to entry 1 (" in told.output


def test_an_export_is_verified_by_somebody_who_has_the_public_key_and_anchors(
    keywright: Keywright, given: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "one.anchor").write_text(keywright("audit", "anchor", *given).stdout, encoding="ascii")
    (tmp_path / "key.json").write_text(keywright("audit", "key", *given).stdout, encoding="utf-8")
    trail = tmp_path / "trail.jsonl"
    keywright("audit", "export", *given, "--output", str(trail))
    outside = ("--anchors", str(tmp_path / "one.anchor"), "--key", str(tmp_path / "key.json"))
    told = keywright("audit", "verify", str(trail), *outside)
    assert (told.exit_code, "1 agree with an anchor." in told.output) == (0, True)
    lines = trail.read_text(encoding="utf-8").splitlines(keepends=True)
    trail.write_text("".join(lines[:-1]), encoding="utf-8")
    cut = keywright("audit", "verify", str(trail), *outside)
    assert (cut.exit_code, "the trail was rewritten" in cut.output) == (1, True)


def test_each_form_has_every_entry(keywright: Keywright, given: tuple[str, ...]) -> None:
    many = len(keywright("audit", "export", *given).output.splitlines())
    assert many >= 3
    assert len(keywright("audit", "export", *given, "--form", "cef").output.splitlines()) == many
    assert len(keywright("audit", "export", *given, "--form", "csv").output.splitlines()) == many + 1
    assert len(keywright("audit", "export", *given, "--first", str(many)).output.splitlines()) == 1


def test_somebody_who_is_erased_is_in_no_export_and_the_trail_stays_whole(
    keywright: Keywright, given: tuple[str, ...]
) -> None:
    first = json.loads(keywright("audit", "export", *given).output.splitlines()[0])
    assert first["subject"]
    told = keywright("audit", "erase", first["subject"], *given, "--reason", "request")
    assert told.exit_code == 0, told.output
    assert first["subject"] not in keywright("audit", "export", *given).output
    verdict = keywright("audit", "verify", *given)
    assert verdict.exit_code == 0, verdict.output
    assert "0 of them do not name" not in verdict.output


@pytest.mark.parametrize("text", ["", "hello", "a.b.c"])
def test_an_anchor_that_is_none_is_refused_by_its_name(
    keywright: Keywright, given: tuple[str, ...], tmp_path: Path, text: str
) -> None:
    (tmp_path / "odd.anchor").write_text(text, encoding="ascii")
    told = keywright("audit", "verify", *given, "--anchors", str(tmp_path / "odd.anchor"))
    assert told.exit_code == (2 if text else 0)
    assert ("odd.anchor" in told.output) is bool(text)


def test_a_file_or_a_service_is_named_and_not_both(keywright: Keywright, given: tuple[str, ...]) -> None:
    assert keywright("audit", "verify").exit_code == 2
    assert keywright("audit", "verify", given[1], *given).exit_code == 2
    assert keywright("audit", "verify", given[1]).exit_code == 2


def test_a_report_is_written_and_says_by_its_exit_code_whether_the_trail_is_whole(
    keywright: Keywright, given: tuple[str, ...], tmp_path: Path
) -> None:
    file = tmp_path / "report.pdf"
    asked = ("audit", "report", *given, "--output", str(file), "--since", "2020-01-01", "--most", "2")
    told = keywright(*asked)
    assert (told.exit_code, told.output) == (0, "2 entries, and there are more.\n")
    assert file.read_bytes().startswith(b"%PDF-")
    tamper(given[1], "UPDATE audit SET reason = 'another' WHERE number = 2")
    assert keywright(*asked).exit_code == 1


def test_a_report_of_what_never_happened_is_empty(keywright: Keywright, given: tuple[str, ...], tmp_path: Path) -> None:
    told = keywright("audit", "report", *given, "--output", str(tmp_path / "report.pdf"), "--event", "nothing")
    assert (told.exit_code, told.output) == (0, "0 entries.\n")
