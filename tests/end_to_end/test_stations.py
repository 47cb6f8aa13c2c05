"""A new kiosk and a real service: from the code of the console to the first screen, and when it is switched off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

import pytest
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QApplication

from hardware.simulated.source import SimulatedSource
from kiosk.commands.behind import stand
from kiosk.commands.kiosk import RESTART
from kiosk.commands.standing import Standing
from kiosk.config import ServiceEndpoint, StationSettings
from kiosk.desk.events import Event as DeskEvent
from kiosk.enrollment.events import ActivationTyped, Event, RetryDue
from kiosk.enrollment.states import Activate, Connecting, State, Welcome
from kiosk.errors import NoCredential
from kiosk.secret import Secret
from kiosk.service.stations import actions
from kiosk.service.tls import Identity, issue_server_certificate, make_authority
from kiosk.station.notes import Heard, News
from kiosk.station_errors import StationSwitchedOff
from tests.kiosk.service.running import Running, served, settings_for
from ui.application import Appearance, run

ACTOR = "staff:ada"
S = TypeVar("S", bound=State)


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Identity, Identity]:
    folder, now = tmp_path_factory.mktemp("authority"), datetime.now(UTC)
    authority = make_authority(folder, now)
    return authority, issue_server_certificate(folder, ("localhost", "127.0.0.1"), now, authority)


class Screen:
    """What a kiosk shows; events are taken on this thread."""

    def __init__(self) -> None:
        self.events: SimpleQueue[Event | DeskEvent | News] = SimpleQueue()
        self.state: State | None = None
        self.restarts: list[str] = []
        self.standing: Standing | None = None

    def show(self, state: State) -> None:
        self.state = state

    def take(self) -> object:
        """Take one event."""
        assert self.standing is not None
        event = self.events.get(timeout=30)
        self.standing.dispatch(event)
        return event

    def wait(self, kind: type[S], when: Callable[[S], bool] = lambda _: True) -> S:
        """Take events until this is shown; announced waits are over at once."""
        assert self.standing is not None
        while not (isinstance(self.state, kind) and when(self.state)):
            if isinstance(self.state, Connecting) and self.state.retry_in:
                self.standing.dispatch(RetryDue(self.state.attempt))
            else:
                self.take()
        assert isinstance(self.state, kind)
        return self.state


@contextmanager
def kiosk(running: Running, folder: Path) -> Iterator[Screen]:
    """A kiosk, started anew."""
    screen = Screen()
    endpoint = ServiceEndpoint(running.url, running.authority)
    settings = StationSettings(endpoint, folder / "state", credentials_folder=folder / "credentials")
    source = SimulatedSource([])
    screen.standing = stand(settings, source, lambda: screen.restarts.append("restart"), screen.events.put)
    screen.standing.observe(screen.show)
    screen.standing.start()
    try:
        yield screen
    finally:
        assert screen.standing.stop()


def test_a_kiosk_is_activated_obeys_and_is_switched_off(
    tmp_path: Path, tls: tuple[Identity, Identity], caplog: pytest.LogCaptureFixture
) -> None:
    with served(tmp_path, settings_for(tmp_path, stations={"heartbeat": 2}), tls) as running:
        station = actions.create_station(running.parts, ACTOR, "default", "Lobby", "north")
        with kiosk(running, tmp_path) as screen:
            assert isinstance(screen.wait(Activate).problem, NoCredential)
            code = actions.activation_code(running.parts, ACTOR, station.id)[0]
            assert screen.standing is not None
            screen.standing.dispatch(ActivationTyped(Secret(f"{running.url}#{code.lower()}")))
            assert screen.wait(Activate, lambda state: state.done).kiosk.name == "Lobby"
            first = screen.wait(Welcome).visit.profile
            while not isinstance(screen.take(), Heard):
                pass
            actions.command(running.parts, ACTOR, station.id, "restart")
            while not screen.restarts:
                screen.take()
        with kiosk(running, tmp_path) as screen:  # it was started again, and knows who it is
            assert screen.wait(Connecting).kiosk.name == "Lobby"
            assert screen.wait(Welcome).visit.profile == first
            actions.revoke(running.parts, ACTOR, station.id)
            away = screen.wait(Connecting, lambda state: state.problem is not None)
            assert isinstance(away.problem, StationSwitchedOff)
    caplog.clear()  # the service of the test lives in another summer than this machine


class Restarting:
    """A station that is told to start again as soon as it stands."""

    def __init__(self) -> None:
        self.stopped = False

    def observe(self, on_state: Callable[[State], None]) -> None:
        on_state(Connecting("en"))

    def start(self) -> None:
        QTimer.singleShot(0, lambda: QCoreApplication.exit(RESTART))

    def dispatch(self, event: Event) -> None:
        raise AssertionError(event)

    def stop(self) -> bool:
        self.stopped = True
        return True


def test_a_restart_ends_the_program_in_good_order_with_a_code_of_its_own(qapp: QApplication) -> None:
    station = Restarting()
    assert run(lambda _post: station, Appearance(full_screen=False)) == RESTART
    assert station.stopped
