from __future__ import annotations

import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread

import pytest
from fido2.ctap import CtapError
from fido2.ctap2.base import Ctap2
from fido2.ctap2.pin import ClientPin
from fido2.hid import CTAPHID, CtapHidDevice
from fido2.hid.base import CtapHidConnection, HidDescriptor

from hardware.simulated.faults import Faults
from hardware.simulated.key import SimulatedKey
from hardware.simulated.udp_server import run, serve_udp

HOST = "127.0.0.1"


class Wire(CtapHidConnection):
    """The client's end: a socket on a port of its own."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, 0))
        self.socket.settimeout(10)
        self.key_port = 0

    @property
    def address(self) -> tuple[str, int]:
        """Where the answers are to go."""
        return HOST, int(self.socket.getsockname()[1])

    def read_packet(self) -> bytes:
        return self.socket.recv(100)

    def write_packet(self, data: bytes) -> None:
        self.socket.sendto(data, (HOST, self.key_port))

    def close(self) -> None:
        self.socket.close()

    def device(self) -> CtapHidDevice:
        """A new channel."""
        return CtapHidDevice(HidDescriptor("udp", 0, 0, 64, 64, None, None), self)


@pytest.fixture
def wire() -> Iterator[Wire]:
    with closing(Wire()) as wire:
        yield wire


@contextmanager
def served(key: SimulatedKey, wire: Wire) -> Iterator[None]:
    stop, ports = Event(), SimpleQueue[int]()
    server = Thread(target=serve_udp, args=(key, stop, (HOST, 0), wire.address, ports.put))
    server.start()
    try:
        wire.key_port = ports.get(timeout=10)
        yield
    finally:
        stop.set()
        server.join(5)


def plugged() -> SimulatedKey:
    key = SimulatedKey()
    key.plug()
    return key


def test_a_served_key_answers_to_the_agreed_port_whoever_asked(wire: Wire) -> None:
    with served(plugged(), wire), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.sendto(struct.pack(">IBH", 0xFFFFFFFF, 0x86, 8).ljust(64, b"\1"), (HOST, wire.key_port))
        report = wire.read_packet()
        assert (len(report), report[:5], report[7:15]) == (64, b"\xff\xff\xff\xff\x86", b"\1" * 8)


@pytest.mark.parametrize("datagram", [b"", b"short", bytes(63), bytes(65), bytes(2000)])
def test_datagrams_that_are_no_report_do_not_disturb_it(wire: Wire, datagram: bytes) -> None:
    with served(plugged(), wire):
        wire.write_packet(datagram)
        assert wire.device().ping(b"alive" * 100) == b"alive" * 100


def test_keepalives_come_while_a_touch_is_waited_for_and_a_touch_from_elsewhere_answers(wire: Wire) -> None:
    key = plugged()
    with served(key, wire):
        ctap = Ctap2(wire.device())
        seen: list[int] = []

        def on_keepalive(status: int) -> None:
            seen.append(status)
            key.touch()

        ctap.selection(on_keepalive=on_keepalive)
        assert seen == [2]


def test_a_wait_can_be_cancelled(wire: Wire) -> None:
    with served(plugged(), wire):
        ctap, cancel = Ctap2(wire.device()), Event()
        with pytest.raises(CtapError) as refused:
            ctap.selection(event=cancel, on_keepalive=lambda _: cancel.set())
        assert refused.value.code == CtapError.ERR.KEEPALIVE_CANCEL


def test_a_key_that_is_not_plugged_in_does_not_answer_until_it_is(wire: Wire) -> None:
    key = SimulatedKey()
    with served(key, wire):
        wire.write_packet(struct.pack(">IBH", 0xFFFFFFFF, 0x86, 8).ljust(64, b"\1"))
        wire.socket.settimeout(0.05)
        with pytest.raises(TimeoutError):
            wire.read_packet()
        wire.socket.settimeout(10)
        key.plug()
        assert wire.device().ping(b"x") == b"x"


def test_a_key_that_dies_in_the_middle_comes_back_when_it_is_plugged_in(wire: Wire) -> None:
    key = plugged()
    with served(key, wire):
        device = wire.device()
        key.faults = Faults(dies_in=1)
        wire.socket.settimeout(0.05)
        with pytest.raises(TimeoutError):
            device.call(CTAPHID.CBOR, b"\x04")
        wire.socket.settimeout(10)
        key.faults = Faults()
        key.plug()
        assert Ctap2(wire.device()).info


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.1", "::"])
def test_it_serves_this_machine_only(address: str) -> None:
    for listen, answer_to in (((address, 0), (HOST, 1)), ((HOST, 0), (address, 1))):
        with pytest.raises(ValueError, match="this machine only"):
            serve_udp(plugged(), Event(), listen, answer_to)


def test_a_taken_port_is_an_error(wire: Wire) -> None:
    with pytest.raises(OSError, match="in use"):
        serve_udp(plugged(), Event(), wire.address, (HOST, 1))


def test_a_key_that_cannot_save_does_not_answer_and_says_why(wire: Wire, tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    key = SimulatedKey.load(folder / "key.json")
    key.touch_automatically = True
    key.plug()
    (folder / "key.json").unlink()
    folder.rmdir()

    def on_ready(port: int) -> None:
        wire.key_port = port
        wire.write_packet(struct.pack(">IBH", 0xFFFFFFFF, 0x86, 8).ljust(64, b"\1"))
        wire.write_packet(struct.pack(">IBHB", 1, 0x90, 1, 0x07).ljust(64, b"\0"))

    with pytest.raises(FileNotFoundError):
        serve_udp(key, Event(), (HOST, 0), wire.address, on_ready)


@pytest.mark.parametrize("touches", [None, True])
def test_run_serves_a_key_that_touches_itself_or_is_touched(wire: Wire, touches: bool | None) -> None:
    stop, ports, fingers = Event(), SimpleQueue[int](), SimpleQueue[str]()
    asked = iter(fingers.get, "") if touches else None
    server = Thread(
        target=run, args=(0, wire.address[1]), kwargs={"touches": asked, "stop": stop, "on_ready": ports.put}
    )
    server.start()
    try:
        wire.key_port = ports.get(timeout=10)
        Ctap2(wire.device()).selection(on_keepalive=lambda _: fingers.put("\n"))
    finally:
        fingers.put("")
        stop.set()
        server.join(5)


SERVER = """
import sys
from pathlib import Path
from hardware.simulated.udp_server import run
run(0, int(sys.argv[1]), state=Path(sys.argv[2]), on_ready=lambda port: print(port, flush=True))
"""


@contextmanager
def simulator(wire: Wire, state: Path) -> Iterator[subprocess.Popen[str]]:
    """Our key in a process of its own, which is killed at the end."""
    arguments = [sys.executable, "-c", SERVER, str(wire.address[1]), str(state)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        wire.key_port = int(server.stdout.readline())
        try:
            yield server
        finally:
            server.kill()


@pytest.mark.kill
def test_a_simulator_that_is_killed_keeps_its_pin_and_credentials(wire: Wire, tmp_path: Path) -> None:
    state = tmp_path / "key.json"
    with simulator(wire, state):
        ctap = Ctap2(wire.device())
        make(ctap)
        ClientPin(ctap).set_pin("some PIN")
    with simulator(wire, state):
        info = Ctap2(wire.device()).info
    assert info.options["clientPin"] is True
    assert info.remaining_disc_creds == 99
    assert list(tmp_path.iterdir()) == [state]


def make(ctap: Ctap2) -> None:
    rp, user, params = {"id": "example.com", "name": "x"}, {"id": b"1", "name": "x"}, {"type": "public-key", "alg": -7}
    ctap.make_credential(bytes(32), rp, user, [params], options={"rk": True})
