from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from kiosk.enrollment.events import RetryDue, TimeExpired
from kiosk.enrollment.states import Connecting, State, Welcome
from ui.application import has_display
from ui.standing import VisitClock


def _run(*args: str) -> subprocess.CompletedProcess[str]:
    """A kiosk in a process of its own: an application runs only once in one."""
    script = Path(__file__).with_name("closing_station.py")
    environment = os.environ | {"PYTHONPATH": str(script.parents[2]), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, str(script), *args]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)


@pytest.mark.parametrize(("args", "code"), [((), 0), (("hangs",), 1)])
def test_something_is_painted_before_the_session_is_made_and_it_is_stopped_at_the_end(
    args: tuple[str, ...], code: int
) -> None:
    done = _run(*args)
    assert done.stdout.split("\n") == ["curtain first: True", "Started", "stopped", ""]
    assert (done.returncode, done.stderr) == (code, "")


def test_a_session_that_cannot_be_made_ends_the_process() -> None:
    done = _run("fails")
    assert done.returncode == 1
    assert "NoCredential" in done.stderr


def test_the_dock_of_the_demo_stands_beside_the_kiosk_not_in_it() -> None:
    done = _run("dock")
    assert "dock beside: True" in done.stdout
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("environment", "system", "there"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"QT_QPA_PLATFORM": "offscreen"}, "linux", True),
        ({"QT_QPA_PLATFORM": "xcb"}, "linux", False),
        ({}, "win32", True),
    ],
)
def test_a_missing_display_is_found_before_qt_aborts(environment: dict[str, str], system: str, *, there: bool) -> None:
    assert has_display(environment, system) is there


def test_an_announced_wait_ends_once_with_the_attempt_it_was_for(qtbot: QtBot) -> None:
    events: list[object] = []
    parent = QWidget()
    qtbot.addWidget(parent)
    clock = VisitClock(events.append, parent, second=1)
    waiting = Connecting("en", attempt=3, tries=1, retry_in=2)
    clock.follow(waiting)
    clock.follow(replace(waiting, locale="ar"))  # the same wait goes on
    qtbot.waitUntil(lambda: bool(events))
    qtbot.wait(10)
    assert events == [RetryDue(3)]


def test_a_visit_that_takes_too_long_is_ended_and_the_first_screen_never_is(
    qtbot: QtBot, sample: Callable[[str], State]
) -> None:
    events: list[object] = []
    parent = QWidget()
    qtbot.addWidget(parent)
    clock = VisitClock(events.append, parent, second=0)
    welcome = sample("welcome")
    assert isinstance(welcome, Welcome)
    clock.follow(sample("identify"))
    clock.follow(welcome)
    qtbot.wait(10)
    assert events == []
    clock.follow(sample("identify"))
    qtbot.waitUntil(lambda: events == [TimeExpired()])


def test_the_time_of_a_visit_stands_still_while_staff_are_waited_for_or_at_the_desk(
    qtbot: QtBot, sample: Callable[[str], State]
) -> None:
    events: list[object] = []
    parent = QWidget()
    qtbot.addWidget(parent)
    clock = VisitClock(events.append, parent, second=0)
    waiting = sample("staff-verify")
    clock.follow(sample("identify"))
    clock.follow(waiting)
    clock.pause()
    clock.go_on()
    qtbot.wait(10)
    assert events == []
    clock.follow(sample("staff-denied"))
    qtbot.waitUntil(lambda: events == [TimeExpired()])
