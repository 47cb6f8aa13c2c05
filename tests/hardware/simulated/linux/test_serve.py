"""A key on a cable: it answers, waits for its touch, comes and goes, and leaves nothing behind."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from fido2.ctap2.base import Ctap2
from fido2.hid import CtapHidDevice
from fido2.hid.base import CtapHidConnection, HidDescriptor

from hardware.simulated.key import SimulatedKey
from hardware.simulated.linux.cable import Missing, Need
from hardware.simulated.linux.serve import Server
from hardware.simulated.traits import CTAP21

PATIENCE = 10.0


class Cable:
    """A pair of sockets instead of a kernel; what happened to it is in `events`."""

    def __init__(self) -> None:
        self.host, self._device = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.host.settimeout(PATIENCE)
        self._device.setblocking(False)
        self.events: list[str] = []
        self.seen = Event()

    def plug(self) -> None:
        self._note("plugged")

    def unplug(self) -> None:
        self._note("unplugged")

    def close(self) -> None:
        self._note("closed")

    def fileno(self) -> int:
        return self._device.fileno()

    def receive(self) -> bytes | None:
        return self._device.recv(100)

    def send(self, report: bytes) -> None:
        self._device.send(report)

    def _note(self, event: str) -> None:
        self.events.append(event)
        self.seen.set()

    def wait_for(self, *events: str) -> None:
        while self.events != list(events):
            assert self.seen.wait(PATIENCE), self.events
            self.seen.clear()

    def end(self) -> None:
        self.host.close()
        self._device.close()


class Host(CtapHidConnection):
    """The other end of it."""

    def __init__(self, cable: Cable) -> None:
        self._socket = cable.host

    def read_packet(self) -> bytes:
        return self._socket.recv(100)

    def write_packet(self, data: bytes) -> None:
        self._socket.send(data)

    def close(self) -> None:
        pass


@contextmanager
def served(key: SimulatedKey, cable: Cable) -> Iterator[Server]:
    server = Server(key, cable)
    thread = Thread(target=server.run, name="served key")
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()
        server.close()


@pytest.fixture
def cable() -> Iterator[Cable]:
    made = Cable()
    yield made
    made.end()


@pytest.fixture
def key() -> SimulatedKey:
    return SimulatedKey()


def opened(cable: Cable) -> Ctap2:
    return Ctap2(CtapHidDevice(HidDescriptor("cable", 0, 0, 64, 64, None, None), Host(cable)))


def test_it_answers_and_waits_for_its_touch(key: SimulatedKey, cable: Cable) -> None:
    key.plug()
    with served(key, cable):
        ctap = opened(cable)
        assert ctap.info.aaguid == CTAP21.aaguid
        key.observe(lambda: key.touch() if key.wants_touch else None)
        ctap.selection()
    assert not key.plugged


def test_the_cable_follows_the_key_however_quick(key: SimulatedKey, cable: Cable) -> None:
    with served(key, cable):
        key.plug()
        cable.wait_for("plugged")
        key.power_cycle()
        cable.wait_for("plugged", "unplugged", "plugged")
        opened(cable)
        key.unplug()
        cable.wait_for("plugged", "unplugged", "plugged", "unplugged")
    assert cable.events[-1] == "closed"


def test_a_long_answer_passes_though_the_host_is_slow(key: SimulatedKey, cable: Cable) -> None:
    key.plug()
    with served(key, cable):
        device = opened(cable).device
        assert device.ping(bytes(7000)) == bytes(7000)  # type: ignore[attr-defined]  # of CtapHidDevice


def test_what_the_system_lacks_ends_it_and_leaves_nothing_behind(key: SimulatedKey, cable: Cable) -> None:
    class Lacking(Cable):
        def plug(self) -> None:
            raise Missing(Need.PORT)

    lacking = Lacking()
    server = Server(key, lacking)
    key.plug()
    with pytest.raises(Missing):
        server.run()
    server.close()
    lacking.end()
    assert lacking.events == ["closed"]
    assert not key.plugged
