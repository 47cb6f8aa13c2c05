"""Simulators on UDP: there, gone, restarted, shared, and talked into by strangers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from threading import Event
from time import monotonic

import pytest

from hardware.authenticator import KeyAddress, Transport, Watch
from hardware.errors import Cancelled, KeyBusy, KeyGone, KeySilent, KeySwapped
from hardware.simulated.key import SimulatedKey
from hardware.transport.udp import MISSES, UdpSource
from kiosk.secret import Secret
from tests.hardware.ways import HOST, PIN, free_port, register, served


def hurried() -> float:
    """Time that runs four times as fast: a probe waits 50 ms, a silent key is one after 0.75 s."""
    return monotonic() * 4


class Simulator:
    """A simulator on fixed ports that can be killed and started."""

    def __init__(self, key: SimulatedKey) -> None:
        self.key = key
        self.answer_port = free_port()
        self._running = ExitStack()
        self.port = self._running.enter_context(served(key, self.answer_port))

    def kill(self) -> None:
        self._running.close()

    def start(self) -> None:
        self._running.enter_context(served(self.key, self.answer_port, self.port))

    def source(self) -> UdpSource:
        return UdpSource(HOST, self.port, self.answer_port, clock=hurried)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A simulator with a key in it."""
    key = SimulatedKey()
    key.touch_automatically = True
    key.plug()
    running = Simulator(key)
    yield running
    running.kill()


def looks(source: UdpSource, count: int = MISSES) -> list[int]:
    """How many keys each of so many looks finds."""
    return [len(source.attached()) for _ in range(count)]


def test_a_simulator_that_answers_is_attached(simulator: Simulator) -> None:
    (address,) = simulator.source().attached()
    assert (address.transport, address.path) == (Transport.UDP, f"{HOST}:{simulator.port}")
    assert (address.attach_id, address.simulated) == (1, True)


def test_where_nobody_answers_nothing_is_attached() -> None:
    source = UdpSource(HOST, free_port(), free_port(), clock=hurried)
    assert source.attached() == ()
    with pytest.raises(KeyGone):
        source.open(KeyAddress(Transport.UDP, "nowhere"))


def test_a_simulator_is_gone_after_a_few_unanswered_probes(simulator: Simulator) -> None:
    source = simulator.source()
    looks(source)
    simulator.kill()
    assert looks(source) == [1, 1, 0]


@pytest.mark.parametrize("downtime", [0, MISSES])
def test_a_restarted_simulator_is_another_insertion(simulator: Simulator, downtime: int) -> None:
    source = simulator.source()
    (before,) = source.attached()
    simulator.kill()
    looks(source, downtime)
    simulator.key.power_cycle()
    simulator.start()
    (after,) = source.attached()
    assert after.attach_id != before.attach_id
    with pytest.raises(KeySwapped):
        source.open(before)
    source.open(after).close()


def test_a_look_does_not_disturb_an_open_key(simulator: Simulator) -> None:
    source = simulator.source()
    with closing(source.open(*source.attached())) as key:
        assert looks(source) == [1, 1, 1]
        key.set_pin(Secret(PIN))
        found: list[int] = []
        register(key, Watch(on_touch=lambda: found.extend(looks(source))))
        assert found == [1, 1, 1]


def test_a_killed_simulator_is_noticed_by_the_next_command(simulator: Simulator) -> None:
    source = simulator.source()
    with closing(source.open(*source.attached())) as key:
        key.inspect()
        simulator.kill()
        with pytest.raises(KeySilent):
            key.inspect()
    assert looks(source)[-1] == 0


def test_one_port_serves_one_key(simulator: Simulator) -> None:
    source = simulator.source()
    (address,) = source.attached()
    with closing(source.open(address)):
        with pytest.raises(KeyBusy):
            source.open(address)
        with pytest.raises(KeyBusy):
            simulator.source().attached()
    source.open(address).close()


def test_a_port_that_another_program_holds_is_told(simulator: Simulator) -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as other:
        other.bind((HOST, simulator.answer_port))
        with pytest.raises(KeyBusy):
            simulator.source().attached()


def test_strangers_are_not_listened_to(simulator: Simulator) -> None:
    source = simulator.source()
    with closing(source.open(*source.attached())) as key, closing(socket.socket(type=socket.SOCK_DGRAM)) as stranger:
        key.inspect()
        for datagram in (b"", bytes(64), b"\xff" * 64, b"\0\0\0\x02\x90\0\x01\x30".ljust(64, b"\0"), bytes(3000)):
            stranger.sendto(datagram, (HOST, simulator.answer_port))
        key.set_pin(Secret(PIN))
        register(key)


def test_a_cancel_reaches_the_simulator(simulator: Simulator) -> None:
    simulator.key.touch_automatically = False
    source, cancel = simulator.source(), Event()
    with closing(source.open(*source.attached())) as key:
        key.set_pin(Secret(PIN))
        with pytest.raises(Cancelled):
            register(key, Watch(on_touch=cancel.set, cancel=cancel))
        assert not simulator.key.wants_touch
