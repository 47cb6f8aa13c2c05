from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SYSTEM_PYTHON = "/usr/bin/python3"
BUS = "/usr/libexec/at-spi-bus-launcher"
INSIDE = """
set -e
"$1" --launch-immediately & bus=$!
"$2" -m tests.ui.aloud.shows_a_screen "$5" "$6" & app=$!
trap 'kill $app $bus 2>/dev/null || true' EXIT
"$3" "$4" Keywright 20 "$7"
"""


def _missing() -> list[str]:
    """The Debian packages that this test needs and that are not here."""
    needed = {
        "at-spi2-core": Path(BUS).exists(),
        "dbus": shutil.which("dbus-run-session") is not None,
        "xvfb": shutil.which("Xvfb") is not None,
        "python3-pyatspi": Path(SYSTEM_PYTHON).exists()
        and subprocess.run([SYSTEM_PYTHON, "-c", "import pyatspi"], capture_output=True, check=False).returncode == 0,
    }
    return [name for name, there in needed.items() if not there]


@contextmanager
def _display() -> Iterator[str]:
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL) as server:
        os.close(writing)
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        try:
            yield f":{number}"
        finally:
            server.terminate()


def _read(folder: Path, name: str, locale: str, press: str) -> tuple[list[list[str]], list[list[str]]]:
    """What a screen reader finds on this screen, before and after it pressed a button."""
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    with _display() as display:
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "XDG_RUNTIME_DIR": str(runtime),
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        inside = ["bash", "-c", INSIDE, "inside", BUS, sys.executable, SYSTEM_PYTHON, str(HERE / "reads_aloud.py")]
        done = subprocess.run(
            ["dbus-run-session", "--", *inside, name, locale, press],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    lines = [line for line in done.stdout.splitlines() if line.startswith("[[")]
    assert len(lines) == 2, done.stderr[-2000:]
    before, after = (json.loads(line) for line in lines)
    return before, after


def _needs_the_parts() -> None:
    missing = _missing()
    if missing and os.environ.get("CI") != "true":
        pytest.skip(f"needs the Debian packages {', '.join(missing)}")
    assert not missing


@pytest.mark.a11y
def test_a_screen_reader_finds_title_step_notice_field_and_actions_and_can_press(tmp_path: Path) -> None:
    _needs_the_parts()
    before, after = _read(tmp_path, "identify-empty", "en", "Help")
    names = {name for _, name in before}
    assert {"Who are you?", "Step 1 of 5, You"} <= names
    assert "Something is missing. Please fill in every field." in names
    assert ["text", "Work email"] in before
    buttons = {name for role, name in before if "button" in role}
    assert {"Back", "Continue", "Scan my badge", "Language, now English", "Help"} <= buttons
    assert "Close" in {name for role, name in after if "button" in role}


@pytest.mark.a11y
def test_a_screen_reader_finds_the_key_and_not_the_pin_that_was_made_up_for_it(tmp_path: Path) -> None:
    _needs_the_parts()
    before, after = _read(tmp_path, "pin-random", "en", "Hide the PIN")
    names = {name for _, name in before}
    assert {"This is the PIN of your key", "The PIN. It is not read aloud by itself."} <= names
    assert {"Hide the PIN", "Read aloud", "I have noted it"} <= {name for role, name in before if "button" in role}
    assert "Show the PIN" in {name for role, name in after if "button" in role}
    assert not [name for _, name in before + after if re.search(r"\d( ?\d){5}", name)]


@pytest.mark.a11y
def test_a_screen_reader_finds_the_recovery_codes_by_their_number_alone(tmp_path: Path) -> None:
    _needs_the_parts()
    before, after = _read(tmp_path, "recovery-codes", "en", "Hide the codes")
    names = {name for _, name in before}
    assert {"Keep these recovery codes", "10 recovery codes. They are not read aloud by themselves."} <= names
    assert {"Read aloud", "I have noted them"} <= {name for role, name in before if "button" in role}
    assert "Show the codes" in {name for role, name in after if "button" in role}
    assert not [name for _, name in before + after if "9kxc" in name.replace(" ", "").casefold()]


@pytest.mark.a11y
def test_a_screen_reader_finds_every_field_of_a_form_its_days_and_what_is_not_right(tmp_path: Path) -> None:
    _needs_the_parts()
    before, _ = _read(tmp_path, "register-contractor", "en", "Help")
    names = {name for _, name in before}
    assert {"Tell us about your work here", "Please choose a day."} <= names
    fields = {name for role, name in before if role == "text"}
    assert {"First name", "Last name", "Your email", "Who do you work with here?"} <= fields
    assert {"Your last day here: Today", "Back", "Continue"} <= {name for _, name in before}


@pytest.mark.a11y
def test_a_screen_reader_finds_the_steps_of_an_app_and_not_its_key(tmp_path: Path) -> None:
    _needs_the_parts()
    before, after = _read(tmp_path, "app", "en", "I have scanned it")
    names = {name for _, name in before}
    assert "Add a spare way to sign in" in names
    assert "A square code, to be scanned with a phone" in names
    assert [name for name in names if "Open an authenticator app." in name]
    assert "The code, 6 digits" in {name for _, name in after}
    assert not [name for _, name in before + after if "JBSW" in name.replace(" ", "")]
