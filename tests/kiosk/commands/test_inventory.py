"""`keywright inventory`: staff look after keys from a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kiosk.commands.served import at_terminal
from tests.kiosk.commands.conftest import Keywright

Where = tuple[object, ...]

MAKE = "2fc0579f-8113-47ea-b116-bb5a8db9202a"


@pytest.fixture
def where(config: Path, tmp_path: Path) -> Where:
    """Which service, and where its secrets are."""
    return ("--config", config, "--credentials", tmp_path)


@pytest.fixture
def stocked(keywright: Keywright, where: Where) -> None:
    """Two keys in stock."""
    done = keywright("inventory", "stock", "s-1", "s-2", "--model", MAKE, "--site", "north", *where)
    assert done.output == "2 keys are new, 0 were known, 0 lines are wrong.\n"


def listed(keywright: Keywright, where: Where, *options: str) -> dict[str, str]:
    told = json.loads(keywright("inventory", "list", "--json", *options, *where).output)
    assert all("contact" not in each for each in told)
    return {each["serial"]: each["state"] for each in told}


def test_an_empty_inventory_says_so(keywright: Keywright, where: Where) -> None:
    assert keywright("inventory", "list", *where).output == "There is no such key.\n"
    assert keywright("inventory", "counts", *where).output == ""
    assert "accuse no model" in keywright("inventory", "proposals", *where).output


def test_a_key_goes_through_its_life(keywright: Keywright, where: Where, stocked: None) -> None:
    def call(*arguments: str, code: int = 0) -> str:
        done = keywright("inventory", *arguments, *where)
        assert done.exit_code == code, done.output
        return done.output

    assert listed(keywright, where) == {"S-1": "in_stock", "S-2": "in_stock"}
    assert "are recalled" not in call("lost", "s-1", "--reason", "stolen")
    assert listed(keywright, where, "--state", "lost") == {"S-1": "lost"}
    assert "state that does not allow this: lost" in call("hand-over", "S-1", code=1)
    assert call("return", "s-1") == "The key is returned. Wipe it before it is given out again.\n"
    assert call("restock", "s-1", "--wiped") == "The key is in stock.\n"
    assert call("retire", "s-2") == "The key is retired.\n"
    shown = call("show", "s-1")
    assert [word in shown for word in ("key_stocked", "key_lost", "stolen", "key_restocked", at_terminal())] == [
        True
    ] * 5
    assert "in_stock" in call("counts")
    key_id = json.loads(call("show", "s-1", "--json"))["id"]
    assert json.loads(call("show", key_id, "--json"))["history"][0][1] == "key_stocked"
    assert "no such key" in call("lost", "s-3", code=1)
    assert "no serial number" in call("lost", "s 3", code=1)


def test_a_model_is_called_back(keywright: Keywright, where: Where, stocked: None) -> None:
    done = keywright("inventory", "recall", MAKE, "--firmware-below", 7, "--reason", "weak", *where)
    assert done.output == "2 keys of the model are recalled.\n"
    told = keywright("inventory", "recall", *where).output
    assert f"{MAKE}  firmware below 7  weak" in told
    assert keywright("inventory", "recall", "yubikeys", *where).exit_code == 2


def test_a_file_of_keys_is_taken_but_for_its_bad_lines(keywright: Keywright, where: Where, tmp_path: Path) -> None:
    file = tmp_path / "keys.csv"
    file.write_text(f"serial,aaguid\n1,{MAKE}\n\x1b[2J,\n", encoding="utf-8")
    done = keywright("inventory", "stock", "--file", file, *where)
    assert done.exit_code == 1
    assert "1 keys are new, 0 were known, 1 lines are wrong." in done.output
    assert "\x1b" not in done.output
    file.write_text("holder\nmaria\n", encoding="utf-8")
    assert "The file cannot be read" in keywright("inventory", "stock", "--file", file, *where).output
    assert keywright("inventory", "stock", *where).exit_code == 2


def test_keys_of_another_tenant_are_not_shown(keywright: Keywright, where: Where, stocked: None) -> None:
    assert listed(keywright, where, "--tenant", "acme") == {}
    assert keywright("inventory", "show", "s-1", "--tenant", "acme", *where).exit_code == 1
