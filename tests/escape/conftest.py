"""The kiosk itself, full screen on a display of its own, under a window manager that has every key that people try."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from kiosk.commands.embedded import embedded_service

ROOT = Path(__file__).resolve().parents[2]
WIDTH, HEIGHT = 1280, 800
NEEDED = {"Xvfb": "xvfb", "openbox": "openbox", "xdotool": "xdotool", "xclip": "xclip", "xev": "x11-utils"}
_LONG = 40.0


def pause(seconds: float = 0.05) -> None:
    """Until something is looked at again."""
    Event().wait(seconds)


@dataclass
class Display:
    """A display with a window manager."""

    environment: dict[str, str]
    opened: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def tell(self, *command: str, check: bool = True) -> str:
        """Run a program there; what it printed."""
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=check, timeout=30, errors="replace"
        )
        return done.stdout.strip()

    def press(self, *keys: str) -> None:
        """Press keys, or combinations of them, one after the other."""
        self.tell("xdotool", "key", "--clearmodifiers", *keys)

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Click there."""
        self.tell("xdotool", "mousemove", str(x), str(y), "click", str(button))

    def windows(self) -> list[str]:
        """The windows that are shown and belong to a program, by their ids."""
        return self.tell("xdotool", "search", "--onlyvisible", "--name", ".+", check=False).split()

    def in_front(self) -> str:
        """The window that has the keyboard."""
        return self.tell("xdotool", "getactivewindow", check=False)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a program there, which is ended with the test."""
        started = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        self.opened.append(started)
        return started


@dataclass
class Kiosk:
    """The kiosk at a display: its own process, under the script that starts it again."""

    display: Display
    folder: Path
    session: subprocess.Popen[bytes]
    environment: Mapping[str, str]

    @property
    def log(self) -> str:
        """What it has logged."""
        path = self.folder / "state" / "kiosk.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def states(self, name: str) -> int:
        """How often it came to a state."""
        return self.log.count(f'"{name}"')

    def await_state(self, name: str, times: int) -> None:
        """Until it came there so often."""
        ends = monotonic() + _LONG
        while self.states(name) < times:
            assert monotonic() < ends, self.log[-3000:]
            assert self.session.poll() is None, self.log[-3000:]
            pause()

    def window(self) -> str:
        """Its window, once it has the keyboard."""
        ends = monotonic() + _LONG
        while True:
            for each in self.display.tell(
                "xdotool", "search", "--onlyvisible", "--name", "Keywright", check=False
            ).split():
                if self.display.in_front() == each:
                    return each
            assert monotonic() < ends, self.display.tell("xdotool", "search", "--name", ".+", check=False)
            pause()

    def process(self) -> int:
        """The process id of the kiosk (not of the script)."""
        return int(self.display.tell("xdotool", "getwindowpid", self.window()))


@contextmanager
def display_with(folder: Path, *manager: str) -> Iterator[Display]:
    """A display with this window manager, or Openbox as Debian configures it."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL) as server:
        os.close(writing)
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "DISPLAY": f":{number}"}
        display = Display(environment)
        try:
            display.start(*(manager or ("openbox",)))
            yield display
        finally:
            for each in display.opened:
                os.killpg(each.pid, signal.SIGTERM)
                each.wait(20)
            server.terminate()


def station_file(folder: Path) -> tuple[ExitStack, Path]:
    """A service, and the settings of a station of it."""
    stack = ExitStack()
    embedded = stack.enter_context(embedded_service(folder))
    secret = folder / "credentials" / "station-secret"
    secret.parent.mkdir(mode=0o700)
    secret.touch(mode=0o600)
    secret.write_text(embedded.secret(), encoding="utf-8")
    file = folder / "station.toml"
    service = embedded.station.service
    file.write_text(
        f'state_folder = "{folder}/state"\n[credentials]\nfolder = "{secret.parent}"\n'
        f'[service]\nurl = "{service.url}"\nca_file = "{service.ca_file}"\nclient_id = "{embedded.client.client_id}"\n',
        encoding="utf-8",
    )
    return stack, file


@contextmanager
def kiosk_on(display: Display, folder: Path) -> Iterator[Kiosk]:
    """The kiosk there, at its first screen."""
    stack, file = station_file(folder)
    program = folder / "keywright"
    program.write_text(f'#!/bin/sh\ncd {ROOT} && exec {sys.executable} -m kiosk "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    given = {"KEYWRIGHT": str(program), "KEYWRIGHT_CONFIG": str(file), "QT_QPA_PLATFORM": "xcb"}
    environment = display.environment | given | {"PYTHONDONTWRITEBYTECODE": "1"}
    with stack, (folder / "session.log").open("wb") as said:
        session = subprocess.Popen(
            [str(ROOT / "resources/kiosk/keywright-session")], env=environment, stdout=said, stderr=said
        )
        kiosk = Kiosk(display, folder, session, environment)
        try:
            kiosk.await_state("Welcome", 1)
            kiosk.window()
            yield kiosk
        finally:
            session.terminate()
            session.wait(30)


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kiosk]:
    """One kiosk for all attempts, under Openbox with all its keys."""
    missing = sorted({package for program, package in NEEDED.items() if shutil.which(program) is None})
    if missing and os.environ.get("CI") != "true":
        pytest.skip(f"needs the Debian packages {', '.join(missing)}")
    assert not missing
    folder = tmp_path_factory.mktemp("kiosk")
    with display_with(folder) as display, kiosk_on(display, folder) as kiosk:
        yield kiosk
