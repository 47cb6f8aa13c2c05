"""A station's settings: strict, from file and environment, with the path of whatever is wrong."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from kiosk.config import (
    ENVIRONMENT,
    Place,
    PrinterSettings,
    StationSettings,
    load_station_settings,
    read_station_settings,
)
from kiosk.errors import ConfigurationError
from kiosk.resources import resource

SERVICE = {"url": "https://service.example", "ca_file": "/ca.pem"}


def read(environment: dict[str, str] | None = None, **table: Any) -> StationSettings:
    return read_station_settings({"service": SERVICE, **table}, environment or {}, Path("/etc/keywright"))


def refused(environment: dict[str, str] | None = None, **table: Any) -> str:
    with pytest.raises(ConfigurationError) as told:
        read(environment, **table)
    return told.value.path


def test_two_settings_are_enough() -> None:
    settings = read()
    assert settings.service.url == "https://service.example"
    assert (settings.simulator, settings.languages, settings.slot) == (False, (), Place.BELOW)
    assert (settings.credentials_folder, settings.agent_socket) == (None, None)


def test_the_example_is_the_standard_and_names_every_setting() -> None:
    file = resource("config/station.toml")
    settings = load_station_settings(file, {})
    text = file.read_text(encoding="utf-8")
    standard = read(service={"url": settings.service.url, "ca_file": str(file.parent / "service-ca.pem")})
    assert settings == standard
    shown = tomllib.loads(text.replace("# folder", "folder").replace("# agent_socket", "agent_socket"))
    assert set(_names(shown)) == set(_settings(StationSettings))


def test_the_guide_names_every_setting_and_no_other() -> None:
    guide = resource("docs/station.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z_.]+)`", guide, re.MULTILINE)) == set(_settings(StationSettings))


def _names(table: dict[str, Any], prefix: str = "") -> list[str]:
    names: list[str] = []
    for name, value in table.items():
        names += _names(value, f"{prefix}{name}.") if isinstance(value, dict) else [prefix + name]
    return names


def _settings(cls: type, prefix: str = "") -> list[str]:
    names: list[str] = []
    for field in fields(cls):
        kind = get_type_hints(cls)[field.name]
        name = prefix + field.name.replace("credentials_folder", "credentials.folder")
        names += _settings(kind, f"{name}.") if is_dataclass(kind) and isinstance(kind, type) else [name]
    return names


def test_the_environment_wins() -> None:
    environment = {
        ENVIRONMENT + "SERVICE_URL": "https://other.example/",
        ENVIRONMENT + "SIMULATOR": "true",
        ENVIRONMENT + "LANGUAGES": "de ar",
        ENVIRONMENT + "SERVICE_RETRIES": "0",
        ENVIRONMENT + "SERVICE_READ_TIMEOUT": "1.5",
        ENVIRONMENT + "CREDENTIALS_FOLDER": "secrets",
        "KEYWRIGHT_VENV": "/somewhere",
    }
    settings = read(environment, simulator=False)
    assert (settings.service.url, settings.simulator, settings.languages) == (
        "https://other.example",
        True,
        ("de", "ar"),
    )
    assert (settings.service.retries, settings.service.read_timeout) == (0, 1.5)
    assert settings.credentials_folder == Path("/etc/keywright/secrets")


@pytest.mark.parametrize("camera", [True, False, "HD Pro Webcam C920", "/dev/video2"])
def test_a_camera_is_the_systems_own_or_has_a_name(camera: bool | str) -> None:
    assert read(camera=camera).camera == camera
    told = str(camera).lower() if isinstance(camera, bool) else camera
    settings = read({ENVIRONMENT + "CAMERA": told, ENVIRONMENT + "CAMERA_BADGES": "true"})
    assert (settings.camera, settings.camera_badges) == (camera, True)


@pytest.mark.parametrize(
    ("table", "path"),
    [
        ({"simulater": True}, "simulater"),
        ({"simulator": "yes"}, "simulator"),
        ({"simulator": 1}, "simulator"),
        ({"camera": 1}, "camera"),
        ({"camera": ""}, "camera"),
        ({"camera": "a\nb"}, "camera"),
        ({"camera_badges": "HD camera"}, "camera_badges"),
        ({"languages": "en"}, None),
        ({"languages": ["English"]}, "languages"),
        ({"languages": [1]}, "languages"),
        ({"slot": "above"}, "slot"),
        ({"state_folder": ""}, "state_folder"),
        ({"state_folder": "a\0b"}, "state_folder"),
        ({"service": 7}, "service"),
        ({"service": {**SERVICE, "url": "http://service.example"}}, "service.url"),
        ({"service": {**SERVICE, "url": "https://user@service.example"}}, "service.url"),
        ({"service": {"url": "https://service.example"}}, "service.ca_file"),
        ({"service": {"ca_file": "/ca.pem"}}, "service.url"),
        ({"service": {**SERVICE, "retries": 1.5}}, "service.retries"),
        ({"service": {**SERVICE, "retries": True}}, "service.retries"),
        ({"service": {**SERVICE, "retries": 99}}, "service.retries"),
        ({"service": {**SERVICE, "read_timeout": "soon"}}, "service.read_timeout"),
        ({"service": {**SERVICE, "read_timeout": float("nan")}}, "service.read_timeout"),
        ({"service": {**SERVICE, "secret": "hunter 2"}}, "service.secret"),
        ({"service": {**SERVICE, "password": "hunter2"}}, "service.password"),
        ({"credentials": {"file": "x"}}, "credentials.file"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_path(table: dict[str, Any], path: str | None) -> None:
    if path is None:
        assert read(**table).languages == ("en",)
    else:
        assert refused(**table) == path


def test_a_variable_that_names_no_setting_is_refused() -> None:
    assert refused({ENVIRONMENT + "SERVICE_ULR": "x"}) == ENVIRONMENT + "SERVICE_ULR"


@pytest.mark.parametrize("content", [b"= nonsense", b"\xff\xfe", b"a = 1\na = 2"])
def test_a_file_that_is_no_toml_is_refused_by_its_name(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "station.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError) as told:
        load_station_settings(file, {})
    assert told.value.path == str(file)


def test_a_missing_file_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as told:
        load_station_settings(tmp_path / "none.toml", {})
    assert "none.toml" in told.value.path


def test_a_printer_is_a_queue_of_cups_on_this_machine() -> None:
    settings = read({ENVIRONMENT + "PRINTER_PATIENCE": "90"}, printer={"queue": "letters", "server": "/run/own.sock"})
    assert settings.printer == PrinterSettings("letters", "/run/own.sock", 90.0)
    assert read().printer.queue == ""


@pytest.mark.parametrize(
    ("printer", "path"),
    [
        ({"queue": "-oraw"}, "printer.queue"),
        ({"queue": "two words"}, "printer.queue"),
        ({"server": "/run/own.sock"}, "printer.queue"),
        ({"queue": "letters", "server": "printers.example.org"}, "printer.server"),
        ({"queue": "letters", "patience": 1}, "printer.patience"),
        ({"queue": "letters", "paper": "a4"}, "printer.paper"),
    ],
)
def test_a_printer_that_cannot_be_meant_is_refused(printer: dict[str, Any], path: str) -> None:
    assert refused(printer=printer) == path
