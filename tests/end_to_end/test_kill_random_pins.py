"""kill -9 between a random PIN and its owner: staff are told of the key until it is wiped."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Flag

import pytest
from structlog.testing import capture_logs

from hardware.authenticator import PinState
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from kiosk.enrollment import answers, effects
from kiosk.enrollment.effects import Letter
from kiosk.enrollment.pin_rules import PinRules
from kiosk.enrollment.visit import KeyIdentity
from kiosk.station.journal import Journal
from kiosk.station.on_device import DeviceWork
from kiosk.station.recovery import tell_owed
from kiosk.station.work import Job

pytestmark = pytest.mark.kill
LETTER = Letter("Example", "Ada", "Simulated", "", "en")
_SECONDS = 30.0


class Deadly:
    """A printer at which the power goes."""

    def ready(self) -> bool:
        """It takes pages."""
        return True

    def take_back(self) -> None:
        """Nothing was left behind."""

    def print_pdf(self, document: bytes, give_up: Flag) -> None:
        """The end."""
        os.kill(os.getpid(), signal.SIGKILL)


def opened(folder: Path) -> Journal:
    """The journal of the station."""
    return Journal(folder / "journal.db", lambda: datetime.now(UTC))


def plugged(folder: Path) -> SimulatedSource:
    """The key, which keeps what it has in a file of its own, put in."""
    key = SimulatedKey.load(folder / "key.json")
    key.touch_automatically = True
    key.plug()
    return SimulatedSource([key])


def print_a_pin(folder: Path) -> None:
    """A station gives its key a PIN by chance, and prints the letter."""
    source = plugged(folder)
    work = DeviceWork(source, opened(folder), lambda _: None, printer=Deadly())
    work.perform(Job(effects.InspectKey(1, source.attached()[0])))
    made = work.perform(Job(effects.SetRandomPin(2, PinRules(6, 63), 8, letter=True, enrollment_id="e1")))
    assert isinstance(made, answers.PinGenerated)
    work.perform(Job(effects.PrintLetter(3, made.pin, LETTER)))


def show_a_pin(folder: Path) -> None:
    """A station gives its key a PIN by chance, and the power goes while it is on the screen."""
    source = plugged(folder)
    work = DeviceWork(source, opened(folder), lambda _: None)
    work.perform(Job(effects.InspectKey(1, source.attached()[0])))
    made = work.perform(Job(effects.SetRandomPin(2, PinRules(6, 63), 8, enrollment_id="e1")))
    assert isinstance(made, answers.PinGenerated)
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("dies", [print_a_pin, show_a_pin])
def test_a_station_that_dies_before_the_owner_has_the_pin_tells_of_the_key_until_it_is_wiped(
    tmp_path: Path, dies: Callable[[Path], None]
) -> None:
    station = multiprocessing.get_context("forkserver").Process(target=dies, args=(tmp_path,))
    station.start()
    station.join(_SECONDS)
    assert station.exitcode == -signal.SIGKILL
    with closing(opened(tmp_path)) as journal, capture_logs() as logs:
        tell_owed(journal, frozenset())
        assert [(each["event"], each["enrollment"]) for each in logs] == [("pin_nobody_knows", "e1")]
        source = plugged(tmp_path)
        (address,) = source.attached()
        lane = DeviceWork(source, journal, lambda _: None)
        read = lane.perform(Job(effects.InspectKey(1, address)))
        assert isinstance(read, answers.KeyInspected)
        assert read.info.pin is PinState.SET
        wiped = lane.perform(Job(effects.ResetKey(2, address, KeyIdentity.of(read.info), 10, read.info)))
        assert isinstance(wiped, answers.KeyReset)
        assert wiped.info.pin is PinState.NOT_SET
        lane.close()
        assert tell_owed(journal, frozenset()) == frozenset()
