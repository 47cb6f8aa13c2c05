"""A kiosk for tests: the real window over a real service, with simulated keys that a test holds in its hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import cast
from uuid import uuid4

from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication

from hardware.authenticator import KeySource
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from hardware.simulated.traits import CTAP21
from kiosk.commands.composition import open_journal, open_session, reference
from kiosk.commands.embedded import Embedded
from kiosk.commands.port import watch_port
from kiosk.commands.standing import Standing
from kiosk.config import PrinterSettings, ServiceEndpoint, StationSettings
from kiosk.desk.events import Event as DeskEvent
from kiosk.enrollment.events import Event
from kiosk.station.desk_client import DeskClient, desk_client
from kiosk.station.desk_work import DeskWork
from ui.application import Appearance, run
from ui.surroundings import Surroundings

PIN = "kiwi-2701-moos"


def new_key() -> SimulatedKey:
    """A key that nobody had before."""
    return SimulatedKey(replace(CTAP21, serial=f"SIM-{uuid4().hex[:12]}"))


@dataclass
class Stand:
    """One kiosk. `folder` is its own: journal and log. `source` is where other keys than `keys` come from."""

    folder: Path
    endpoint: ServiceEndpoint
    secret: Callable[[], str]
    keys: Sequence[SimulatedKey] = field(default_factory=lambda: (new_key(),))
    source: KeySource | None = None
    printer: PrinterSettings = field(default_factory=PrinterSettings)

    @classmethod
    def at(cls, embedded: Embedded, folder: Path, *keys: SimulatedKey) -> Stand:
        """A kiosk of this service."""
        return cls(folder, embedded.station.service, embedded.secret, keys or (new_key(),))

    @property
    def key(self) -> SimulatedKey:
        """The first key."""
        return self.keys[0]

    def live(self, visit: Callable[[], None]) -> int:
        """Open the window, let `visit` happen, close it. The exit code."""
        settings = StationSettings(self.endpoint, state_folder=self.folder, printer=self.printer)
        with ExitStack() as stack:
            journal = open_journal(settings)
            stack.callback(journal.close)
            source = self.source or SimulatedSource(self.keys)

            def make(post: Callable[[Event], None]) -> Standing:
                session = open_session(
                    settings, secret=self.secret, source=lambda: source, journal=journal, post=post, locale="en"
                )
                desk = DeskWork(lambda: source, self._desk_client, cast("Callable[[DeskEvent], None]", post))
                return Standing(session, watch_port(source, post, reference), desk)

            appearance = Appearance(place=Surroundings(simulated=True), full_screen=False)
            return while_open(visit, lambda: run(make, appearance))

    def _desk_client(self) -> DeskClient:
        return desk_client(self.endpoint, self.secret, monotonic, reference)


def while_open(visit: Callable[[], None], run_window: Callable[[], int]) -> int:
    """Let `visit` happen in the event loop of `run_window`, then close every window."""
    failures: list[BaseException] = []
    app = QCoreApplication.instance()
    assert app is not None

    def happen() -> None:
        try:
            visit()
        except BaseException as error:
            failures.append(error)
        QTimer.singleShot(0, app, _close_everything)

    QTimer.singleShot(0, app, happen)
    try:
        code = run_window()
    finally:
        _throw_away()
    if failures:
        raise failures[0]
    return code


def _close_everything() -> None:
    QApplication.closeAllWindows()
    QApplication.exit(0)


def _throw_away() -> None:
    for window in QApplication.topLevelWidgets():
        window.close()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
