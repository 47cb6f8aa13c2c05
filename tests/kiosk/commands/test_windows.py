"""The commands that open a window: kiosk, demo and tour; with a display, and without one."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.commands.embedded import embedded_service
from tests.kiosk.commands.conftest import Keywright, Start

LONG = 60
NOWHERE = {"DISPLAY": None, "WAYLAND_DISPLAY": None, "QT_QPA_PLATFORM": None}


def station_file(folder: Path) -> Path:
    file = folder / "station.toml"
    file.write_text(f'[service]\nurl = "https://localhost:1"\nca_file = "{file}"\nclient_id = "station-1"\n')
    return file


@pytest.mark.parametrize("arguments", [("demo",), ("kiosk", "--config", "")], ids=["demo", "kiosk"])
def test_without_a_display_a_sentence_says_so(
    start: Start, tmp_path: Path, arguments: tuple[str, ...], plain: Callable[[str], None]
) -> None:
    given = [argument or station_file(tmp_path) for argument in arguments]
    process = start(*given, **NOWHERE)
    said, complained = process.communicate(timeout=LONG)
    assert process.returncode == 3, complained
    assert not said
    assert complained == "There is no display. Start from a desktop, or under Xvfb.\n"
    plain(complained)


def test_a_kiosk_runs_until_it_is_told_to_end(start: Start, tmp_path: Path) -> None:
    with embedded_service(tmp_path) as embedded:
        file = tmp_path / "station.toml"
        secret = tmp_path / "credentials" / "station-secret"
        secret.parent.mkdir(mode=0o700)
        secret.touch(mode=0o600)
        secret.write_text(embedded.secret())
        file.write_text(
            f'''
state_folder = "{tmp_path}/state"
[credentials]
folder = "{secret.parent}"
[service]
url = "{embedded.station.service.url}"
ca_file = "{embedded.station.service.ca_file}"
client_id = "{embedded.client.client_id}"
'''
        )
        process = start("kiosk", "--config", file, "--window", QT_QPA_PLATFORM="offscreen")
        log = tmp_path / "state" / "kiosk.log"
        while not (log.exists() and '"Welcome"' in log.read_text(encoding="utf-8")):
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        _, complained = process.communicate(timeout=LONG)
    assert process.returncode == 0, complained
    assert "Traceback" not in complained


@pytest.mark.parametrize(
    ("text", "path"),
    [("", "service"), ("[service]\nurl = 'http://example.org'\nclient_id = 'x'\n", "service.url"), ("x", "TOML")],
)
def test_wrong_settings_of_a_kiosk_are_said(
    keywright: Keywright, tmp_path: Path, text: str, path: str, plain: Callable[[str], None]
) -> None:
    file = tmp_path / "station.toml"
    file.write_text(text)
    result = keywright("kiosk", "--config", file)
    assert result.exit_code == 3
    assert path in result.stderr
    plain(result.output.replace("TOML", ""))


@pytest.mark.parametrize("options", [("--lang", "en"), ("--lang", "ar", "--contrast", "high", "--text-scale", "1.3")])
def test_a_tour_has_a_picture_of_everything(start: Start, tmp_path: Path, options: tuple[str, ...]) -> None:
    process = start("tour", tmp_path / "pictures", "--size", "800x600", *options, **NOWHERE)
    said, complained = process.communicate(timeout=LONG)
    assert process.returncode == 0, complained
    pictures = sorted((tmp_path / "pictures").glob("*.png"))
    assert said == f"{len(pictures)} pictures in {tmp_path / 'pictures'}\n"
    assert len(pictures) > 40
    assert pictures[0].name.startswith("001-")


@pytest.mark.parametrize(
    ("options", "words"), [(("--size", "wide"), "wide"), (("--contrast", "pink"), "pink"), (("--text-scale", "9"), "9")]
)
def test_a_tour_says_which_option_is_wrong(
    keywright: Keywright, tmp_path: Path, options: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    result = keywright("tour", tmp_path / "pictures", *options)
    assert result.exit_code == 2
    assert words in result.stderr


def test_a_tour_into_a_place_that_is_no_folder_says_so(
    keywright: Keywright, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    (tmp_path / "file").write_text("")
    result = keywright("tour", tmp_path / "file" / "pictures")
    assert result.exit_code == 1
    assert "cannot be written to" in result.stderr


def test_help_says_who_the_visitor_is(keywright: Keywright) -> None:
    said = " ".join(keywright("demo", "--help").output.split())
    for words in ("Maria Okafor", "m.okafor@example.org", "104217"):
        assert words in said


def test_help_lists_every_command_with_what_it_does(keywright: Keywright) -> None:
    said = keywright("--help").output
    for name in ("demo", "kiosk", "service", "selftest", "doctor", "tour"):
        assert f"\n  {name} " in said
