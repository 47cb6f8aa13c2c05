"""`keywright kiosk activate`, against a real service over TLS."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kiosk.__main__ import main
from kiosk.commands.checks import Level
from kiosk.commands.checks_service import check_identity, secret_name
from kiosk.config import ServiceEndpoint, StationSettings
from kiosk.service.stations import actions
from kiosk.service.tls import Identity, issue_server_certificate, make_authority
from kiosk.station.configuration import FILE
from kiosk.station.identity import SLOTS, read_identity
from tests.kiosk.service.running import Running, served, settings_for
from tests.untouched import untouched_process


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Identity, Identity]:
    folder, now = tmp_path_factory.mktemp("authority"), datetime.now(UTC)
    authority = make_authority(folder, now)
    return authority, issue_server_certificate(folder, ("localhost", "127.0.0.1"), now, authority)


@pytest.fixture
def running(tmp_path: Path, tls: tuple[Identity, Identity]) -> Iterator[Running]:
    with served(tmp_path, settings_for(tmp_path), tls) as running:
        yield running


def activate(folder: Path, running: Running, typed: str, *more: str) -> Result:
    """Call it as an administrator does."""
    config = folder / "station.toml"
    config.write_text(
        f'state_folder = "state"\n[service]\nurl = "{running.url}"\nca_file = "{running.authority}"\n'
        '[credentials]\nfolder = "credentials"\n'
    )
    with untouched_process():
        asked = ["kiosk", "activate", "--config", str(config), *more]
        return CliRunner().invoke(main, asked, input=typed, catch_exceptions=False)


def code_of(running: Running, name: str = "Lobby") -> str:
    station = actions.create_station(running.parts, "staff:ada", "default", name, "north")
    return actions.activation_code(running.parts, "staff:ada", station.id)[0]


def test_a_code_from_standard_input_connects_a_kiosk(running: Running, tmp_path: Path) -> None:
    result = activate(tmp_path, running, code_of(running).lower() + "\n", "--code", "-")
    assert (result.exit_code, "Lobby at the site north" in result.output) == (0, True), result.output
    identity = read_identity(tmp_path / "state")
    assert identity is not None
    assert identity.key == SLOTS[0]
    assert (tmp_path / "credentials" / SLOTS[0]).stat().st_mode & 0o777 == 0o600


def test_a_code_that_is_asked_for_is_not_shown(running: Running, tmp_path: Path) -> None:
    code = code_of(running)
    result = activate(tmp_path, running, code + "\n")
    assert result.exit_code == 0, result.output
    assert code not in result.output


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0000-0000-0000-0000", "does not work"),
        ("what", "16 letters and digits"),
        ("", "no code"),
        ("https://other.example.org#0000000000000000", "another service"),
    ],
)
def test_what_is_no_code_of_this_service_is_refused_plainly(
    running: Running, tmp_path: Path, typed: str, said: str
) -> None:
    result = activate(tmp_path, running, typed + "\n", "--code", "-")
    assert (result.exit_code, said in result.stderr) == (1, True), result.stderr
    assert read_identity(tmp_path / "state") is None


def test_the_address_of_the_service_may_be_given(running: Running, tmp_path: Path) -> None:
    result = activate(tmp_path, running, code_of(running), "--code", "-", "--service", "https://localhost:1")
    assert (result.exit_code, "does not answer" in result.stderr) == (1, True), result.stderr


def test_without_a_place_for_the_key_nothing_is_tried(tmp_path: Path, running: Running) -> None:
    with untouched_process():
        asked = ["kiosk", "activate", "--service", running.url, "--ca", str(running.authority), "--code", "-"]
        environment = {"KEYWRIGHT_STATION_STATE_FOLDER": str(tmp_path / "state"), "PYTHON_KEYRING_BACKEND": ""}
        result = CliRunner().invoke(main, asked, input=code_of(running), env=environment, catch_exceptions=False)
    assert result.exit_code == 3, result.output
    assert read_identity(tmp_path / "state") is None


def test_a_service_must_be_named() -> None:
    assert CliRunner().invoke(main, ["kiosk", "activate"]).exit_code == 2
    assert CliRunner().invoke(main, ["kiosk"]).exit_code == 2


def test_doctor_says_who_the_station_is(running: Running, tmp_path: Path) -> None:
    settings = StationSettings(ServiceEndpoint(running.url, running.authority), tmp_path / "state")
    assert check_identity(settings).seen.startswith("none")
    assert secret_name(settings) == "station-secret"
    activate(tmp_path, running, code_of(running))
    told = check_identity(settings)
    assert (told.level, told.seen.startswith("Lobby at north, station-")) == (Level.OK, True), told
    assert told.seen.endswith("configuration 1 of 2026-06-01 12:00 UTC")
    assert secret_name(settings) == SLOTS[0]
    (tmp_path / "state" / FILE).unlink()
    assert check_identity(settings).level is Level.WARN
