"""The session of a kiosk as it is set up: what starts the program again, in which shell, with which keys allowed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest

from tests.escape.conftest import ROOT, pause, station_file

SESSION = ROOT / "resources/kiosk/keywright-session"


def needs(program: str, package: str) -> str:
    found = shutil.which(program)
    if found is None and os.environ.get("CI") != "true":
        pytest.skip(f"needs the Debian package {package}")
    assert found is not None
    return found


def session(folder: Path, program: str) -> subprocess.Popen[bytes]:
    """The script with this program, which adds a line to `runs` each time."""
    file = folder / "keywright"
    file.write_text(f"#!/bin/sh\necho run >> {folder}/runs\n{program}\n", encoding="utf-8")
    file.chmod(0o755)
    return subprocess.Popen([str(SESSION)], env=os.environ | {"KEYWRIGHT": str(file)})


def runs(folder: Path) -> int:
    path = folder / "runs"
    return len(path.read_text(encoding="utf-8").splitlines()) if path.exists() else 0


def test_a_program_that_fails_is_started_again(tmp_path: Path) -> None:
    running = session(tmp_path, "exit 1")
    ends = monotonic() + 20
    while runs(tmp_path) < 3:
        assert monotonic() < ends
        pause()
    running.terminate()
    assert running.wait(20) == 0


def test_a_program_that_staff_left_is_not(tmp_path: Path) -> None:
    assert session(tmp_path, "exit 0").wait(20) == 0
    assert runs(tmp_path) == 1


def test_the_end_of_the_session_is_the_end_of_the_program(tmp_path: Path) -> None:
    running = session(tmp_path, f"echo $$ > {tmp_path}/pid; exec sleep 600")
    ends = monotonic() + 20
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text(encoding="utf-8").strip():
        assert monotonic() < ends
        pause()
    running.send_signal(signal.SIGTERM)
    assert running.wait(20) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text(encoding="utf-8")), 0)


def test_the_kiosk_stands_in_westons_kiosk_shell(tmp_path: Path) -> None:
    weston = needs("weston", "weston")
    stack, file = station_file(tmp_path)
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    program = tmp_path / "keywright"
    program.write_text(f'#!/bin/sh\ncd {ROOT} && exec {sys.executable} -m kiosk "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    shipped = (ROOT / "resources/kiosk/weston/weston.ini").read_text(encoding="utf-8")
    settings = tmp_path / "weston.ini"
    settings.write_text(shipped.replace("/etc/keywright/keywright-session", str(SESSION)), encoding="utf-8")
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("DISPLAY", "QT_QPA_PLATFORM")},
        "XDG_RUNTIME_DIR": str(runtime),
        "KEYWRIGHT": str(program),
        "KEYWRIGHT_CONFIG": str(file),
    }
    command = [weston, "--backend=headless-backend.so", "--shell=kiosk-shell.so", "--use-pixman"]
    log = tmp_path / "state" / "kiosk.log"
    with stack, (tmp_path / "weston.log").open("wb") as said:
        running = subprocess.Popen([*command, f"--config={settings}"], env=environment, stdout=said, stderr=said)
        try:
            ends = monotonic() + 40
            while not (log.exists() and '"Welcome"' in log.read_text(encoding="utf-8")):
                assert running.poll() is None
                assert monotonic() < ends
                pause()
        finally:
            running.terminate()
            running.wait(30)


def test_openbox_as_it_is_shipped_binds_no_key_and_no_button() -> None:
    text = (ROOT / "resources/kiosk/xorg/openbox.xml").read_text(encoding="utf-8")
    assert "keybind" not in text
    assert "mousebind" not in text
    assert "<chainQuitKey/>" in text


def test_usbguard_understands_its_rules_and_refuses_what_they_do_not_name() -> None:
    path = ROOT / "resources/kiosk/usbguard/rules.conf"
    rules = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert rules[-1] == "reject"
    parser = shutil.which("usbguard-rule-parser")
    if parser is not None:  # the package starts a daemon that would shut out what is plugged in: not asked for here
        done = subprocess.run([parser, "-f", str(path)], capture_output=True, text=True, check=False, timeout=30)
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("OUTPUT: ") >= len(rules)
