"""`keywright stations`: the fleet from the service's own machine."""

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

from kiosk.commands.served import at_terminal
from tests.kiosk.commands.conftest import Keywright

CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}")
NOW = "2026-06-01 12:00:00.000000"

Stations = Callable[..., Result]


@pytest.fixture
def stations(keywright: Keywright, config: Path, tmp_path: Path) -> Stations:
    """Call a subcommand with the settings of a service."""
    return lambda *words: keywright("stations", *words, "--config", config, "--credentials", tmp_path)


def told(stations: Stations, *words: str) -> Any:
    return json.loads(stations(*words, "--json").stdout)


@pytest.fixture
def lobby(stations: Stations) -> str:
    """The id of a station that waits."""
    return stations("create", "Lobby", "--site", "north").stdout.split()[0]


def heard(config: Path, station: str) -> None:
    """As if the station had told of itself."""
    with closing(sqlite3.connect(config.with_name("service.db"))) as database:
        database.execute(
            "INSERT INTO station_standings VALUES (?, ?, 1, 'Verify', ?, 2, 'printer', '1.0', 0, 9.5, '', '')",
            (station, NOW, NOW),
        )
        database.execute(
            "INSERT INTO station_steps (station_id, tenant, site, step, tenths, ended, day) "
            "VALUES (?, 'default', 'north', 'Identify', 125, 'idle', CAST(julianday('now') - 2440587.5 AS INTEGER))",
            (station,),
        )
        database.commit()


def test_a_station_is_made_and_gets_a_code_that_is_told_once(stations: Stations, config: Path, lobby: str) -> None:
    made = stations("code", "Lobby")
    assert CODE.fullmatch(made.stdout.strip())
    assert "It works once, within 15 minutes, until " in made.stderr
    assert "stations.urls" in made.stderr
    with closing(sqlite3.connect(config.with_name("service.db"))) as database:
        assert made.stdout.strip() not in "\n".join(database.iterdump())
        events = database.execute("SELECT event, actor, subject FROM audit ORDER BY number").fetchall()
    assert events == [(f"station.{word}", at_terminal(), lobby) for word in ("created", "code_made")]


def test_the_code_is_drawn_for_the_scanner_of_the_kiosk(stations: Stations, config: Path, lobby: str) -> None:
    with config.open("a", encoding="utf-8") as file:
        file.write('\n[stations]\nurls = ["https://keys.example.org/"]\n')
    made = stations("code", lobby)
    assert CODE.fullmatch(made.stdout.strip())
    assert sum("█" in line or "▀" in line for line in made.stderr.splitlines()) > 10


def test_stations_are_listed_renamed_assigned_and_revoked(stations: Stations, lobby: str) -> None:
    assert stations("rename", "Lobby", "Hall").stdout == f"{lobby}  Hall  north  not activated\n"
    assert stations("assign", "Hall", "--site", "south").stdout == f"{lobby}  Hall  south  not activated\n"
    assert stations("revoke", "Hall").stdout == f"{lobby}  Hall  south  revoked\n"
    (row,) = told(stations, "list")
    assert (row["id"], row["name"], row["site"], row["client"]) == (lobby, "Hall", "south", None)
    assert row["revoked"]
    assert stations("list").stdout == f"{lobby}  Hall  south  revoked\n"
    assert stations("code", lobby).exit_code == 1


def test_nothing_is_said_where_there_is_nothing(stations: Stations) -> None:
    assert stations("list").stdout.startswith("There is no station yet.")
    assert stations("board").stdout == "There is no station.\n"
    assert stations("steps").stdout == "Nobody was at any station.\n"


def test_the_board_says_how_stations_stand(stations: Stations, config: Path, lobby: str) -> None:
    assert stations("board").stdout == "Lobby  north  new\n"
    assert stations("restart", "Lobby").exit_code == 1
    heard(config, lobby)
    line = stations("board").stdout
    for word in ("Lobby  north  silent  Verify", "queue 2", "clock +9.5 s", "Printer", "1.0"):
        assert word in line
    assert stations("board", "--site", "south").stdout == "There is no station.\n"
    assert stations("restart", "Lobby").stdout == "Lobby is told when it next tells of itself.\n"
    (entry,) = told(stations, "board")
    assert (entry["state"], entry["commands"]) == ("silent", ["restart"])


def test_steps_are_told_in_figures(stations: Stations, config: Path, lobby: str) -> None:
    heard(config, lobby)
    assert stations("steps").stdout == "Identify  1 times  median 12.5 s  90 % 12.5 s  1 idle\n"
    assert "north" in stations("steps", "--by", "site").stdout
    (figures,) = told(stations, "steps", "--by", "day", "--days", "2")
    assert (figures["step"], figures["outcomes"]) == ("Identify", {"idle": 1})


REFUSALS = (
    (("create", "Lobby"), 1, "has this name already"),
    (("create", ""), 2, "NAME is empty"),
    (("create", "Gate", "--site", "North Wing"), 2, "--site"),
    (("create", "Gate", "--project", "Spring"), 2, "--project"),
    (("revoke", "Nowhere"), 1, "There is no such station"),
    (("rename", "Lobby", "x" * 65), 2, "NAME is empty, too long"),
)


def test_what_is_refused_is_said_in_a_sentence(stations: Stations, lobby: str, plain: Callable[[str], None]) -> None:
    assert lobby
    for words, status, said in REFUSALS:
        result = stations(*words)
        assert result.exit_code == status, words
        assert said in result.stderr
        plain(result.output)
