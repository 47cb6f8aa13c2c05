"""Doctor: every check in sickness and in health, each with a remedy."""

from __future__ import annotations

import base64
import json
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from hardware.errors import KeySilent, NoAccess
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from kiosk.commands import checks, doctor
from kiosk.commands.checks import Finding, Level
from kiosk.commands.checks_server import check_certificate, check_database, check_hmac_key, check_port
from kiosk.commands.checks_service import check_clock, check_secret, check_service
from kiosk.commands.composition import JOURNAL
from kiosk.commands.served import HMAC_KEY
from kiosk.contract.problems import Word
from kiosk.credentials import CredentialStore
from kiosk.secret import Secret
from kiosk.service.store.engine import Store
from kiosk.service.store.settings import DatabaseSettings
from kiosk.service.store.upgrade import upgrade
from kiosk.service.tls import make_authority
from kiosk.station.journal import Journal
from kiosk.station.journal_row import KeyMark, Row
from tests.kiosk.commands.test_keys import Refusing
from tests.kiosk.service.running import secret
from tests.kiosk.station.contract_server import SECRET, ContractServer, Fault
from tests.untouched import untouched_process


@pytest.fixture(autouse=True)
def ours_alone() -> Iterator[None]:
    """Doctor takes over the logging of its process."""
    with untouched_process():
        yield


@pytest.fixture(scope="session")
def tls_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture
def server(tls_folder: Path) -> Iterator[ContractServer]:
    with ContractServer(tls_folder).running() as running:
        yield running


def is_bad(finding: Finding, level: Level = Level.FAIL) -> bool:
    return finding.level is level and bool(finding.remedy)


def test_this_interpreter_and_its_libraries_are_good() -> None:
    assert checks.check_python().level is Level.OK
    assert checks.check_libraries().level is Level.OK


def test_a_missing_library_is_named() -> None:
    def find(name: str) -> object:
        if name.startswith("PySide6"):
            raise ModuleNotFoundError(name)
        return None if name == "hid" else name

    finding = checks.check_libraries(find)
    assert is_bad(finding)
    assert finding.seen == "missing: PySide6.QtWidgets, hid"


def test_a_camera_is_looked_for_where_one_is_wanted(tmp_path: Path) -> None:
    assert checks.check_camera(False).level is Level.OK
    missing = checks.check_camera(True, lambda _: None, tmp_path)
    assert is_bad(missing, Level.WARN)
    assert missing.seen == "missing: PySide6.QtMultimedia, zxingcpp"
    assert is_bad(checks.check_camera("HD", lambda name: name, tmp_path, "linux"), Level.WARN)
    (tmp_path / "video0").touch()
    assert checks.check_camera("HD", lambda name: name, tmp_path, "linux").level is Level.OK
    assert checks.check_camera(True, lambda name: name, tmp_path / "none", "win32").level is Level.OK


@pytest.mark.parametrize(
    ("environment", "level"),
    [
        ({"DISPLAY": ":0"}, Level.OK),
        ({"WAYLAND_DISPLAY": "wayland-0"}, Level.OK),
        ({"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":0"}, Level.WARN),
        ({}, Level.FAIL),
    ],
)
def test_a_display_is_looked_for(environment: dict[str, str], level: Level) -> None:
    assert checks.check_display(environment, needed=True, system="linux").level is level


def test_a_display_is_not_needed_everywhere() -> None:
    assert is_bad(checks.check_display({}, needed=False, system="linux"), Level.WARN)
    assert checks.check_display({}, needed=True, system="win32").level is Level.OK


def test_missing_typefaces_are_named() -> None:
    finding = checks.check_fonts(lambda: "Noto Sans Arabic\n")
    assert is_bad(finding, Level.WARN)
    assert "Manrope" in finding.seen
    assert checks.check_fonts(lambda: "Manrope\nNoto Sans Arabic,Noto Sans Arabic Black\n").level is Level.OK
    assert isinstance(checks.installed_families(), str)


def test_keys_and_their_access() -> None:
    key = SimulatedKey()
    source = SimulatedSource([key])
    assert checks.check_keys(source).level is Level.OK
    key.plug()
    assert "1 plugged in" in checks.check_keys(source).seen
    assert checks.check_keys(Refusing(NoAccess("/dev/hidraw0", "the rule"))).remedy == "the rule"
    assert is_bad(checks.check_keys(Refusing(KeySilent(2.0))))


def test_a_state_folder_is_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.check_state_folder(tmp_path / "state").level is Level.OK
    assert list((tmp_path / "state").iterdir()) == []
    (tmp_path / "file").write_text("")
    assert is_bad(checks.check_state_folder(tmp_path / "file"))
    monkeypatch.setattr(checks, "ENOUGH", 1 << 60)
    assert is_bad(checks.check_state_folder(tmp_path), Level.WARN)
    monkeypatch.setattr(checks, "LITTLE", 1 << 60)
    assert is_bad(checks.check_state_folder(tmp_path))


def test_a_journal_is_looked_at_and_left_alone(tmp_path: Path) -> None:
    assert checks.check_journal(tmp_path).seen == "not begun yet"
    file = tmp_path / JOURNAL
    journal = Journal(file, lambda: datetime(2026, 3, 1, tzinfo=UTC))
    with closing(journal):
        journal.intend(Row("c1", "e1", "mail", "mail.example", "dXNlcg", discoverable=True, key=KeyMark(b"", "1")))
        assert checks.check_journal(tmp_path).seen == "in use by a running station"
    assert is_bad(checks.check_journal(tmp_path), Level.WARN)
    with closing(journal):
        journal.forgotten("c1")
    assert "left on keys" in checks.check_journal(tmp_path).seen
    with closing(journal):
        journal.pin_owed(KeyMark(b"", "1"), "e1")
    told = checks.check_journal(tmp_path)
    assert ("never reached its owner" in told.seen, told.level) == (True, Level.WARN)
    with closing(journal):
        journal.pin_settled(KeyMark(b"", "1"), "e1")
        journal.off_key("c1")
    assert checks.check_journal(tmp_path).seen == "sound and settled"
    file.write_bytes(b"x" * 5000)
    assert is_bad(checks.check_journal(tmp_path))
    file.unlink()
    (tmp_path / f"{JOURNAL}.broken-20260301T000000000000").write_bytes(b"")
    assert is_bad(checks.check_journal(tmp_path), Level.WARN)


def test_a_secret_is_told_by_its_place_only(tmp_path: Path) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir(mode=0o700)
    store = CredentialStore({}, None, folder)
    assert is_bad(check_secret(store, "station-secret"))
    store.write("station-secret", Secret("hunter2"))
    finding = check_secret(store, "station-secret")
    assert finding.level is Level.OK
    assert "hunter2" not in finding.seen
    (folder / "station-secret").chmod(0o644)
    assert is_bad(check_secret(store, "station-secret"))


@pytest.mark.parametrize(("ahead", "level"), [(0, Level.OK), (-29, Level.OK), (60, Level.WARN), (-3600, Level.FAIL)])
def test_clocks_are_compared(ahead: float, level: Level) -> None:
    assert check_clock(ahead).level is level


def test_a_service_in_health(server: ContractServer, tmp_path: Path) -> None:
    findings = check_service(server.settings(tmp_path), lambda: SECRET)
    assert [(finding.name, finding.level) for finding in findings] == [
        ("service", Level.OK),
        ("clock", Level.OK),
        ("station", Level.OK),
    ]


def test_a_clock_that_is_wrong_is_told_by_the_services(server: ContractServer, tmp_path: Path) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    findings = check_service(server.settings(tmp_path), lambda: SECRET, now=lambda: tomorrow)
    assert is_bad(findings[1])


@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        (lambda server: server.faults.append(Fault("/health", "drop")), "service"),
        (lambda server: server.faults.append(Fault("/token", "html", status=401)), "station"),
        (lambda server: server.faults.append(Fault("/profile", "problem", Word.INSUFFICIENT_SCOPE, 403)), "station"),
    ],
)
def test_a_service_in_sickness(
    server: ContractServer, tmp_path: Path, spoil: Callable[[ContractServer], None], name: str
) -> None:
    spoil(server)
    findings = check_service(server.settings(tmp_path, retries=0), lambda: SECRET)
    assert is_bad(findings[-1])
    assert findings[-1].name == name


def test_a_missing_and_a_wrong_authority(server: ContractServer, tmp_path: Path) -> None:
    settings = server.settings(tmp_path)
    nowhere = replace(settings, service=replace(settings.service, ca_file=tmp_path / "none.pem"))
    assert is_bad(check_service(nowhere, lambda: SECRET)[0])
    stranger = make_authority(tmp_path, datetime.now(UTC)).certificate
    other = replace(settings, service=replace(settings.service, ca_file=stranger))
    assert "not one that is trusted" in check_service(other, lambda: SECRET)[0].seen


def test_the_command_examines_a_whole_station(
    server: ContractServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "key_source", lambda _: SimulatedSource([]))
    monkeypatch.setattr(doctor, "system_keyring", lambda: None)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    credentials = tmp_path / "credentials"
    credentials.mkdir(mode=0o700)
    CredentialStore({}, None, credentials).write("station-secret", Secret(SECRET))
    file = tmp_path / "station.toml"
    file.write_text(
        f'state_folder = "state"\n[service]\nurl = "{server.url}"\nca_file = "{server.authority}"\n'
        'client_id = "station-1"\n[credentials]\nfolder = "credentials"\n'
    )
    monkeypatch.setattr("kiosk.credentials.system_keyring", lambda: None)
    result = CliRunner().invoke(doctor.command, ["--config", str(file), "--json"])
    report = json.loads(result.output)
    assert [check["name"] for check in report["checks"] if check["level"] == "fail"] == []
    assert result.exit_code == 0
    assert report["ok"]


def test_a_station_whose_agent_does_not_answer_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "system_keyring", lambda: None)
    monkeypatch.setattr("kiosk.credentials.system_keyring", lambda: None)
    file = tmp_path / "station.toml"
    file.write_text(
        f'state_folder = "state"\nagent_socket = "{tmp_path}/nobody.sock"\n'
        f'[service]\nurl = "https://localhost:1"\nca_file = "{tmp_path}/ca.pem"\n'
    )
    found = {each.name: each for each in doctor.examine_station(file)}
    assert found["key agent"].level is Level.FAIL
    assert found["key agent"].remedy


def test_a_wrong_setting_ends_the_examination(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "key_source", lambda _: SimulatedSource([]))
    file = tmp_path / "station.toml"
    file.write_text("simulater = true")
    result = CliRunner().invoke(doctor.command, ["--config", str(file)])
    assert result.exit_code == 1
    assert "service.url" in result.output
    assert "→" in result.output


# ── a service on this machine ───────────────────────────────────────────────────────────────────


def test_a_port_in_use_is_perhaps_the_service_itself() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert is_bad(check_port("127.0.0.1", port), Level.WARN)
    assert check_port("127.0.0.1", port).level is Level.OK


def test_a_certificate_is_renewed_in_time(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    identity = make_authority(tmp_path / "one", now)
    other = make_authority(tmp_path / "other", now)
    assert check_certificate(identity, now).level is Level.OK
    assert is_bad(check_certificate(identity, now + timedelta(days=360)), Level.WARN)
    assert is_bad(check_certificate(identity, now + timedelta(days=400)))
    assert is_bad(check_certificate(identity, now - timedelta(days=1)))
    assert is_bad(check_certificate(replace(identity, key=other.key), now))
    assert is_bad(check_certificate(replace(identity, key=tmp_path / "none.key"), now))
    identity.certificate.write_bytes(b"nonsense")
    assert is_bad(check_certificate(identity, now))
    assert is_bad(check_certificate(replace(identity, certificate=tmp_path / "none.pem"), now))


def test_a_database_is_looked_at_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "service.db"
    settings = DatabaseSettings(url=f"sqlite:///{file}")
    assert "first start" in check_database(settings, secret).seen
    assert not file.exists()
    assert is_bad(check_database(DatabaseSettings(url=f"sqlite:///{tmp_path}/none/service.db"), secret))
    assert is_bad(check_database(DatabaseSettings(url="nonsense"), secret))
    with closing(Store.open(settings.url)) as store:
        upgrade(store)
        assert check_database(settings, secret).level is Level.OK
        with sqlite3.connect(file) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '0000'")
        connection.close()
        assert is_bad(check_database(settings, secret), Level.WARN)
        downgrade_to_nothing(file)
        assert "empty" in check_database(settings, secret).seen
    file.write_bytes(b"nonsense" * 1000)
    assert is_bad(check_database(settings, secret))


def downgrade_to_nothing(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("DELETE FROM alembic_version")
    connection.commit()
    connection.close()


def test_the_key_of_the_codes_is_looked_at(tmp_path: Path) -> None:
    assert is_bad(check_hmac_key(CredentialStore({}, None, None)))
    folder = tmp_path / "credentials"
    folder.mkdir(mode=0o700)
    store = CredentialStore({}, None, folder)
    assert "first start" in check_hmac_key(store).seen
    store.write(HMAC_KEY, Secret("c2hvcnQ="))
    assert is_bad(check_hmac_key(store))
    surroundings_key = base64.b64encode(bytes(32)).decode()
    store.write(HMAC_KEY, Secret(surroundings_key))
    finding = check_hmac_key(store)
    assert finding.level is Level.OK
    assert surroundings_key not in finding.seen
    (folder / HMAC_KEY).chmod(0o644)
    assert is_bad(check_hmac_key(store))


def test_a_service_is_examined_with_its_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "key_source", lambda _: SimulatedSource([]))
    monkeypatch.setattr(doctor, "credential_store", lambda _: CredentialStore({}, None, None))
    file = tmp_path / "service.toml"
    file.write_text(
        f'[server]\ndata_directory = "{tmp_path}"\nport = 0\n'
        f'[database]\nurl = "sqlite:///{tmp_path}/service.db"\n'
        '[mail]\nhost = "localhost"\nsender = "keys@example.org"\nuser = "keys"\npassword = "mail-password"\n'
    )
    result = CliRunner().invoke(doctor.command, ["--service", str(file), "--json"])
    found = {check["name"]: check["level"] for check in json.loads(result.output)["checks"]}
    assert found["service settings"] == found["data folder"] == found["port"] == "ok"
    assert found["database"] == "ok"
    assert not {"display", "fonts", "keys"} & set(found)
    assert found["secret"] == found["hmac key"] == found["mail server"] == "fail"
    assert result.exit_code == 1


def test_a_wrong_setting_of_the_service_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "key_source", lambda _: SimulatedSource([]))
    file = tmp_path / "service.toml"
    file.write_text("[server]\nprot = 1\n")
    assert "server.prot" in CliRunner().invoke(doctor.command, ["--service", str(file)]).output
