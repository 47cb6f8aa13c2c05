"""From the start of a process to the first paint of its window: the kiosk against a bare window with one label."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.measure import Row, in_turn
from tests.benchmarks.served import ROOT

_HARNESS = """
import sys, time
from PySide6 import QtWidgets
from PySide6.QtCore import QEvent, QObject, QTimer

class FirstPaint(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and watched.isWidgetType():
            app.removeEventFilter(self)
            QTimer.singleShot(0, painted)
        return False

class Timed(QtWidgets.QApplication):
    def __init__(self, arguments):
        global app
        super().__init__(arguments)
        app = self
        self.first_paint = FirstPaint(self)
        self.installEventFilter(self.first_paint)

def painted():
    sys.stdout.write(repr(time.time()))
    sys.stdout.flush()
    import os; os._exit(0)

QtWidgets.QApplication = Timed
"""
_BARE = (
    _HARNESS
    + """
app = Timed([])
label = QtWidgets.QLabel("Keywright")
label.resize(1280, 800)
label.show()
app.exec()
"""
)
_OURS = (
    _HARNESS
    + """
from kiosk.__main__ import main
main(["kiosk", "--config", sys.argv[1], "--window"])
"""
)


def _once(program: str, *arguments: str) -> float:
    platform = {} if os.environ.get("DISPLAY") else {"QT_QPA_PLATFORM": "offscreen"}
    begun = time.time()
    result = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        env={**os.environ, **platform},
        capture_output=True,
        check=True,
        text=True,
    )
    return float(result.stdout) - begun


def run(runs: int) -> Row:
    """The line of the table."""
    with TemporaryDirectory(prefix="keywright-bench-") as name:
        folder = Path(name)
        config = folder / "station.toml"
        config.write_text(
            f'state_folder = "{folder}"\n[service]\nurl = "https://127.0.0.1:1"\nca_file = "{folder / "none.pem"}"\n'
        )
        ours, bare, ratio = in_turn(lambda: _once(_OURS, str(config)), lambda: _once(_BARE), runs)
    return Row(
        "window: start to first paint",
        ours * 1000,
        bare * 1000,
        "ms",
        ratio,
        "≤ 2.0",
        ratio <= 2.0,
        {"platform": "xcb" if os.environ.get("DISPLAY") else "offscreen"},
    )
