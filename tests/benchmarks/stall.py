"""The longest stall of the screen's thread during an enrollment in which key and service answer slowly."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from hardware.simulated.traits import KeyTraits
from kiosk import logs
from kiosk.commands.composition import open_journal, open_session, reference
from kiosk.commands.port import watch_port
from kiosk.commands.standing import Standing
from kiosk.config import ServiceEndpoint, StationSettings
from kiosk.enrollment import events
from kiosk.enrollment.states import (
    ChooseMethod,
    ChoosePin,
    CodeWork,
    Done,
    EnterCode,
    Identify,
    InsertKey,
    State,
    Stopped,
    Welcome,
)
from kiosk.secret import Secret
from tests.benchmarks.measure import Row
from tests.benchmarks.served import ROOT, Served, served
from ui.application import Appearance
from ui.application import run as run_window
from ui.station import MakeStation

SLOW_SERVICE, SLOW_KEY = 0.4, 0.3  # seconds per request, and per CTAP command
BEAT_MS = 2
READING_MS = 150
"""How long the person looks at each screen."""


class Heart(QObject):
    """Beats on the screen's thread; remembers the longest time between two beats."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.longest = 0.0
        self._last: float | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin to beat."""
        self._timer.start(BEAT_MS)

    def _beat(self) -> None:
        now = time.perf_counter()
        if self._last is not None:
            self.longest = max(self.longest, (now - self._last) * 1000 - BEAT_MS)
        self._last = now


class Visitor(QObject):
    """Walks through the screens like a person who knows the way, and leaves when it is done."""

    def __init__(self, standing: Standing, key: SimulatedKey, server: Served, parent: QObject) -> None:
        super().__init__(parent)
        self._standing, self._key, self._server = standing, key, server
        self._heart = Heart(self)
        self.result: tuple[bool, float] = (False, 0.0)

    def see(self, state: State) -> None:
        """A new state: look at it, then act."""
        QTimer.singleShot(READING_MS, self, lambda: self._act(state))

    def _act(self, state: State) -> None:
        match state:
            case Welcome():
                self._heart.start()
                self._standing.dispatch(events.Started())
            case Identify(busy=False):
                self._standing.dispatch(events.CriteriaGiven({"upn": "person1@example.org"}))
            case ChooseMethod(busy=False):
                self._standing.dispatch(events.MethodChosen(state.offers[0].method))
            case EnterCode(work=CodeWork.IDLE):
                self._standing.dispatch(events.CodeTyped(self._server.code(1)))
            case InsertKey(reading=False):
                self._key.plug()
            case ChoosePin(busy=False):
                self._standing.dispatch(events.PinChosen(Secret("704913")))
            case Done() | Stopped():
                self.result = (isinstance(state, Done), self._heart.longest)
                app = QApplication.instance()
                assert app is not None
                app.quit()
            case _:
                pass


def enroll_once() -> tuple[bool, float]:
    """One enrollment in a real window; whether it succeeded, and the longest stall in milliseconds."""
    slow = KeyTraits(latency=dict.fromkeys((0x01, 0x02, 0x04, 0x06), SLOW_KEY))
    key = SimulatedKey(slow)
    key.touch_automatically = True
    source = SimulatedSource([key])
    visitors: list[Visitor] = []
    with TemporaryDirectory(prefix="keywright-bench-") as name, served("ours", SLOW_SERVICE) as server:
        reach = server.reach
        endpoint = ServiceEndpoint(reach["url"], Path(reach["authority"]), reach["client_id"])
        settings = StationSettings(endpoint, state_folder=Path(name))
        with closing(open_journal(settings)) as journal:
            make = _maker(settings, reach["secret"], source, journal, key, server, visitors)
            run_window(make, Appearance(full_screen=False))
    return visitors[0].result


def _maker(
    settings: StationSettings,
    secret: str,
    source: SimulatedSource,
    journal: object,
    key: SimulatedKey,
    server: Served,
    visitors: list[Visitor],
) -> MakeStation:
    def make(post: object) -> Standing:
        session = open_session(
            settings,
            secret=lambda: secret,
            source=lambda: source,
            journal=journal,  # type: ignore[arg-type]  # handed through
            post=post,  # type: ignore[arg-type]  # handed through
            locale="en",
        )
        standing = Standing(session, watch_port(source, post, reference))  # type: ignore[arg-type]  # handed through
        app = QApplication.instance()
        assert app is not None
        visitor = Visitor(standing, key, server, app)
        visitors.append(visitor)
        standing.observe(visitor.see)
        return standing

    return make


def run(runs: int) -> Row:
    """The line of the table: the median of the longest stalls, each measured in a process of its own."""
    platform = {} if os.environ.get("DISPLAY") else {"QT_QPA_PLATFORM": "offscreen"}
    stalls = []
    for _ in range(runs):
        child = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.stall"],
            cwd=ROOT,
            env={**os.environ, **platform},
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        stalls.append(float(child.stdout))
    stalls.sort()
    longest = stalls[len(stalls) // 2]
    notes = {"service_delay_ms": SLOW_SERVICE * 1000, "key_delay_ms": SLOW_KEY * 1000, "worst_run_ms": stalls[-1]}
    return Row("longest stall of the screen", longest, 50.0, "ms", longest / 50.0, "≤ 50 ms", longest <= 50.0, notes)


if __name__ == "__main__":
    logs.install(logs.LogSettings(level=logging.ERROR))
    done, stalled = enroll_once()
    if not done:
        sys.exit("the enrollment did not end well")
    sys.stdout.write(f"{stalled:.1f}\n")
