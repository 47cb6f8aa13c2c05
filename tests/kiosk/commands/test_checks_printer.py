"""Doctor looks at the printer for letters, and prints nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.commands.checks import Level
from kiosk.commands.checks_printer import check_printer
from kiosk.commands.composition import printer_of
from kiosk.commands.doctor import examine_station
from kiosk.config import PrinterSettings, ServiceEndpoint, StationSettings
from kiosk.station.printing import Printer
from tests.kiosk.station.cups import Cups, own_cups


@pytest.fixture(scope="module")
def cups() -> Iterator[Cups]:
    with own_cups() as server:
        yield server


def test_a_queue_that_takes_letters_is_well(cups: Cups) -> None:
    found = check_printer(cups.add("letters", 9))
    assert (found.level, found.seen) == (Level.OK, "letters takes letters")
    assert cups.tell("lpstat", "-W", "all", "-o", "letters").stdout == b""


def test_a_queue_that_is_not_there_is_told_with_what_to_do(cups: Cups) -> None:
    found = check_printer(Printer("nobody", str(cups.socket)))
    assert found.level is Level.FAIL
    assert "lpstat -a nobody" in found.remedy


def test_a_machine_without_cups_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.station.printing.PROGRAMS", str(tmp_path))
    found = check_printer(Printer("letters"))
    assert (found.level, found.seen) == (Level.FAIL, "letters: no_cups")
    assert "cups-client" in found.remedy


def test_a_station_has_the_printer_of_its_settings_or_none() -> None:
    settings = StationSettings(ServiceEndpoint("https://x", Path("ca.pem")))
    assert printer_of(settings) is None
    printer = PrinterSettings("letters", "/run/own.sock", 30.0)
    assert printer_of(StationSettings(settings.service, printer=printer)) == Printer("letters", "/run/own.sock", 30.0)


def test_doctor_looks_at_the_printer_of_a_station_that_has_one(tmp_path: Path) -> None:
    text = 'state_folder = "state"\n[service]\nurl = "https://127.0.0.1:9"\nca_file = "ca.pem"\n'
    for more, names in (('[printer]\nqueue = "nobody"\nserver = "/nowhere.sock"\n', ["printer"]), ("", [])):
        file = tmp_path / "station.toml"
        file.write_text(text + more, encoding="utf-8")
        assert [found.name for found in examine_station(file) if found.name == "printer"] == names
