"""What hangs in the agent ends it, and nothing else does."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from hardware.agent import protocol
from hardware.agent.client import AgentSource
from hardware.agent.notify import ALIVE, READY, Systemd
from hardware.agent.pipes import Pipe
from hardware.agent.served_time import ServedTime
from hardware.agent.server import TICK, Agent
from hardware.agent.watchdog import Watchdog
from hardware.authenticator import Authenticator, KeyAddress
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from tests.hardware.agent.near import NearAgent


class Time:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Stuck(SimulatedSource):
    """A source in which one method does not come back until it is let go."""

    def __init__(self, key: SimulatedKey, method: str) -> None:
        super().__init__([key])
        self._method = method
        self.inside = Event()
        self.let_go = Event()

    def _hang(self, method: str) -> None:
        if method == self._method:
            self.inside.set()
            assert self.let_go.wait(20)

    def attached(self) -> tuple[KeyAddress, ...]:
        self._hang("attached")
        return super().attached()

    def open(self, address: KeyAddress) -> Authenticator:
        self._hang("open")
        return super().open(address)


@pytest.fixture
def key() -> SimulatedKey:
    key = SimulatedKey()
    key.plug()
    return key


@pytest.mark.parametrize(
    ("method", "seconds"),
    [
        ("attached", protocol.LOOK_SECONDS + protocol.LOOK_GRACE),
        ("open", protocol.COMMAND_SECONDS + protocol.GRACE),
    ],
)
def test_a_call_that_is_overdue_ends_the_process(
    key: SimulatedKey, method: str, seconds: float, caplog: pytest.LogCaptureFixture
) -> None:
    ends, clock, source = Event(), Time(), Stuck(key, method)
    agent = Agent(source, clock=clock, hangs=ends.set)
    keys = AgentSource(NearAgent(agent))
    address = SimulatedSource([key]).attached()[0]
    asker = Thread(target=keys.attached if method == "attached" else lambda: keys.open(address).close())
    asker.start()
    assert source.inside.wait(10)
    while clock.now < seconds - TICK:
        clock.now += TICK
        agent.check()
        assert not ends.is_set()
    for _ in range(3):
        clock.now += TICK
        agent.check()
    assert ends.is_set()
    assert {record.getMessage() for record in caplog.records} == {"agent_hangs"}
    caplog.clear()
    source.let_go.set()
    asker.join()
    agent.check()
    assert not caplog.records
    keys.close()
    agent.close()


def test_whoever_is_starved_does_not_take_others_for_hung() -> None:
    clock = Time()
    time = ServedTime(clock, 0.5)
    for now, passed in ((0.25, 0.25), (10.25, 0.75), (10.5, 1.0)):
        clock.now = now
        assert time.tick() == time.now == passed


def test_a_watchdog_knows_which_call_is_overdue() -> None:
    clock = Time()
    watchdog = Watchdog(clock)
    with watchdog.watching("inspect", 5), watchdog.watching("prove", 2):
        clock.now = 1.9
        assert watchdog.overdue() is None
        clock.now = 2
        assert watchdog.overdue() == "prove"
    assert watchdog.overdue() is None


class ScriptedDoor:
    """A door through which these come."""

    def __init__(self, *comers: Pipe, then: Callable[[], None]) -> None:
        self._comers = list(comers)
        self._then = then
        self.closed = False

    def wait(self, seconds: float) -> Pipe | None:
        if self._comers:
            return self._comers.pop()
        self._then()
        return None

    def close(self) -> None:
        self.closed = True


def test_it_serves_until_it_is_told_to_stop(key: SimulatedKey) -> None:
    stop, ticks = Event(), list[int]()
    door = ScriptedDoor(then=lambda: stop.set() if len(ticks) > 2 else None)
    Agent(SimulatedSource([key])).serve(door, stop, lambda: ticks.append(1))
    assert len(ticks) == 4
    assert door.closed


def test_systemd_hears_that_it_is_alive(tmp_path: Path) -> None:

    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        systemd = Systemd({"NOTIFY_SOCKET": str(path)})
        systemd.tell(READY)
        systemd.tell(ALIVE)
        assert [manager.recv(64) for _ in range(2)] == [b"READY=1", b"WATCHDOG=1"]


def test_without_systemd_nothing_is_told_and_a_deaf_one_is_no_trouble() -> None:
    Systemd({}).tell(READY)
    Systemd({"NOTIFY_SOCKET": "@keywright-nobody-listens-here"}).tell(READY)
    Systemd({"NOTIFY_SOCKET": "/nowhere/at/all"}).tell(READY)
