"""Guides and code say the same: settings, words, scopes and commands are in a guide, and links lead somewhere."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from kiosk.__main__ import COMMANDS
from kiosk.config import PrinterSettings, ServiceEndpoint, StationSettings, load_station_settings
from kiosk.contract.paths import Scope
from kiosk.contract.policy import Demand
from kiosk.contract.problems import Word
from kiosk.contract.profile import VerificationMethod
from kiosk.service.settings import ServiceSettings, load, parse
from tests import documentation

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "resources/docs"
GUIDES = (ROOT / "README.md", *sorted(DOCS.glob("*.md")), ROOT / "resources/attestation/roots/README.md")
SERVICE, STATION = (DOCS / "service.md").read_text(encoding="utf-8"), (DOCS / "station.md").read_text(encoding="utf-8")
ALL = "\n".join(guide.read_text(encoding="utf-8") for guide in GUIDES)
UNITS = sorted((ROOT / "resources").glob("*/*.service"))
RENAMED = {"credentials_folder": "credentials.folder"}
TABLES = {"service": ServiceEndpoint, "printer": PrinterSettings}


def _id(path: Path) -> str:
    return path.name


def test_the_reference_of_the_service_is_what_its_settings_are() -> None:
    assert documentation.guide(SERVICE) == SERVICE, "run: python -m tests.documentation"


def test_the_example_of_the_service_is_what_its_settings_are() -> None:
    text = documentation.EXAMPLE.read_text(encoding="utf-8")
    assert documentation.example() == text, "run: python -m tests.documentation"


def test_the_example_of_the_service_has_every_setting_once_with_its_default() -> None:
    text = documentation.EXAMPLE.read_text(encoding="utf-8")
    as_it_stands = load(documentation.EXAMPLE)
    mail = {"host": "mail.example.org", "sender": "security-keys@example.org"}
    assert as_it_stands == ServiceSettings.model_validate({"mail": mail})
    every = tomllib.loads(re.sub(r"(?m)^#(?! )", "", text))
    written = set(_paths(every))
    assert {each.path for section in documentation.sections() for each in section.settings} == written
    assert len(re.findall(r"(?m)^#?[a-z_]+ = ", text)) == len(written)


def test_the_example_of_the_service_is_right_with_all_its_comments_taken_off() -> None:
    everything = parse(re.sub(r"(?m)^#(?! )", "", documentation.EXAMPLE.read_text(encoding="utf-8")))
    standard = ServiceSettings.model_validate({"verification": {"methods": ["automatic"]}})
    for unchanged in ("organization", "languages", "public", "session", "key"):
        assert getattr(everything, unchanged) == getattr(standard, unchanged)
    assert everything.database.url == standard.database.url
    assert everything.pin == standard.pin.model_copy(update={"enroll_fingerprint": Demand.BEST_EFFORT})
    assert everything.verification.code == standard.verification.code
    assert everything.verification.limits == standard.verification.limits


_WHOLE = (".body", ".headers", ".labels", ".hints", ".min_firmware", ".certification", ".titles", ".texts")


def _paths(table: dict[str, object], path: str = "") -> list[str]:
    """The settings in a parsed example, by the paths of the reference."""
    found: list[str] = []
    for name, value in table.items():
        here = f"{path}.{name}".lstrip(".")
        if isinstance(value, dict) and here in documentation.NAMED:
            found += [each for inside in value.values() for each in _paths(inside, here)]
        elif isinstance(value, dict) and not here.endswith(_WHOLE):
            found += _paths(value, here)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            found += _paths(value[0], here)
        else:
            found.append(here)
    return found


def test_every_setting_of_a_station_is_in_its_guide_and_its_example() -> None:
    own = [RENAMED.get(each.name, each.name) for each in fields(StationSettings) if each.name not in TABLES]
    settings = own + [f"{table}.{each.name}" for table, kind in TABLES.items() for each in fields(kind)]
    assert [name for name in settings if f"| `{name}` |" not in STATION] == []
    text = (ROOT / "resources/config/station.toml").read_text(encoding="utf-8")
    assert [name for name in settings if not re.search(rf"(?m)^(# )?{name.rpartition('.')[2]} = ", text)] == []


def test_the_example_of_a_station_is_its_defaults() -> None:
    settings = load_station_settings(ROOT / "resources/config/station.toml", {})
    endpoint = settings.service
    assert settings == StationSettings(ServiceEndpoint(endpoint.url, endpoint.ca_file))


@pytest.mark.parametrize("word", [*Word, *Scope, *VerificationMethod])
def test_every_word_that_is_sent_is_in_the_guide(word: str) -> None:
    assert f"`{word}`" in SERVICE


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_a_guide(name: str) -> None:
    assert re.search(rf"keywright {name}\b|`{name}\b[^`]*`", ALL)


@pytest.mark.parametrize(
    "name", ["users import", "users badges", "stations add", "stations rotate", "stations disable"]
)
def test_every_command_of_an_administrator_is_in_the_guide(name: str) -> None:
    assert name in SERVICE


@pytest.mark.parametrize("guide", GUIDES, ids=_id)
def test_every_link_of_a_guide_leads_somewhere(guide: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", guide.read_text(encoding="utf-8"))
    assert [link for link in links if not (guide.parent / link).exists()] == []


@pytest.mark.parametrize("guide", GUIDES, ids=_id)
def test_every_file_that_a_guide_names_is_there(guide: Path) -> None:
    named = re.findall(r"\bresources/[\w./@-]+\w", guide.read_text(encoding="utf-8"))
    missing = [name for name in named if not (ROOT / name).exists() and name != "resources/fonts"]
    assert missing == []  # the typefaces are collected when the program is frozen


def _unit(path: Path) -> configparser.ConfigParser:
    """A unit, parsed; of a repeated setting the last."""
    parser = configparser.ConfigParser(strict=False, interpolation=None, comment_prefixes=("#", ";"))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # the documented way to keep capitals
    parser.read_string(path.read_text(encoding="utf-8"))
    return parser


@pytest.mark.parametrize("path", UNITS, ids=_id)
def test_a_unit_is_hardened_and_starts_again(path: Path) -> None:
    service = _unit(path)["Service"]
    assert service["User"] not in ("", "root")
    assert service["Restart"] == "always"
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] in ("strict", "full")
    assert service["UMask"] == "0077"
    assert "LoadCredentialEncrypted" in service or path.stem == "keywright-agent"  # which has no secret
    assert _unit(path)["Unit"]["StartLimitIntervalSec"] == "0"


def test_the_units_start_what_there_is() -> None:
    units = {path.stem: _unit(path)["Service"]["ExecStart"].split() for path in UNITS}
    assert units["keywright-service"][1] in COMMANDS
    assert units["keywright-agent"][1] in COMMANDS
    kiosk = ROOT / "resources/kiosk"
    assert units["keywright-kiosk"][0] == "/usr/bin/weston"
    assert _unit(kiosk / "weston/weston.ini")["autolaunch"]["path"] == "/etc/keywright/keywright-session"
    assert units["keywright-kiosk-xorg"][:2] == ["/usr/bin/xinit", "/etc/keywright/xsession"]
    assert "exec /etc/keywright/keywright-session" in (kiosk / "xorg/xsession").read_text()
    assert "/opt/keywright/keywright" in (kiosk / "keywright-session").read_text()


@pytest.mark.parametrize("path", UNITS, ids=_id)
def test_systemd_understands_a_unit(path: Path, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None and os.environ.get("CI") != "true":
        pytest.skip("systemd-analyze is not here (package systemd)")
    assert program is not None
    unit = tmp_path / path.name
    unit.write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", path.read_text(encoding="utf-8")))
    asked = [program, "verify", "--man=no", "--recursive-errors=no", str(unit)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
