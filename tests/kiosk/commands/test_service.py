"""`keywright service`: it serves HTTPS until it is told to end, or says in a sentence why it cannot."""

from __future__ import annotations

import re
import signal
import socket
import stat
import urllib.request
from collections.abc import Callable
from pathlib import Path
from ssl import create_default_context

import pytest

from tests.kiosk.commands.conftest import Start

LONG = 60


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    folder = tmp_path / "credentials"
    folder.mkdir(mode=0o700)
    return folder


def test_it_serves_https_until_it_is_told_to_end(start: Start, config: Path, credentials: Path, tmp_path: Path) -> None:
    process = start("service", "--config", config, "--credentials", credentials, "--log", tmp_path / "service.log")
    assert process.stderr is not None
    line = process.stderr.readline()
    found = re.fullmatch(r"Serving Example Hospital at (https://127\.0\.0\.1:\d+)\n", line)
    assert found, line
    trusted = create_default_context(cafile=str(tmp_path / "tls" / "authority.pem"))
    with urllib.request.urlopen(f"{found[1]}/health", context=trusted, timeout=LONG) as answer:
        assert answer.status == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(LONG) == 0
    (kept,) = credentials.iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_port_that_is_taken_is_said(
    start: Start, config: Path, credentials: Path, plain: Callable[[str], None]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        config.write_text(config.read_text().replace("port = 0", f"port = {port}"))
        process = start("service", "--config", config, "--credentials", credentials)
        _, said = process.communicate(timeout=LONG)
    assert process.returncode == 3
    assert f"Another program listens on 127.0.0.1, port {port}." in said
    plain(said)


@pytest.mark.parametrize(
    ("wrong", "path"),
    [("port = 0", "server.host"), ("sqlite:///", "database.url"), ('"Example Hospital"', "organization")],
)
def test_wrong_settings_are_said(
    start: Start, config: Path, credentials: Path, plain: Callable[[str], None], wrong: str, path: str
) -> None:
    instead = {"port = 0": 'host = "192.0.2.1"\nport = 0', "sqlite:///": "nosuch:///", '"Example Hospital"': '""'}
    config.write_text(config.read_text().replace(wrong, instead[wrong]))
    process = start("service", "--config", config, "--credentials", credentials)
    _, said = process.communicate(timeout=LONG)
    assert process.returncode == 3, said
    assert path in said or "server.certificate" in said
    plain(said)


def test_without_a_place_for_its_secret_it_does_not_start(
    start: Start, config: Path, plain: Callable[[str], None]
) -> None:
    process = start("service", "--config", config, PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring")
    _, said = process.communicate(timeout=LONG)
    assert process.returncode == 3, said
    assert "service-hmac-key" in said
    plain(said)
