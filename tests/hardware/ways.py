"""The ways in to one simulated key: in this process, over UDP, and behind a hidapi that is not there."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

from fido2.utils import websafe_decode, websafe_encode

from hardware.agent.key import AgentKey
from hardware.authenticator import Authenticator, KeySource, Watch
from hardware.fido import Ctap2Authenticator
from hardware.simulated.device import SimulatedPipe
from hardware.simulated.key import SimulatedKey
from hardware.simulated.smart_card import SmartCard
from hardware.simulated.source import SimulatedSource
from hardware.simulated.traits import CTAP21, KeyTraits
from hardware.simulated.udp_server import serve_udp
from hardware.transport.access import FIDO_USAGE, FIDO_USAGE_PAGE
from hardware.transport.nfc import NfcSource
from hardware.transport.udp import UdpSource
from hardware.transport.usb import System, UsbSource
from kiosk.secret import Secret
from tests.hardware.agent.near import behind_agent
from tests.hardware.transport.reader import READER, FakePcsc

HOST = "127.0.0.1"
ORIGIN = "https://login.example.com"
RP_ID = "example.com"
PIN = "mañana-17"


class FakeHandle:
    """A device handle of hidapi: lists of numbers, empty for a time-out, -1 and exceptions for failures."""

    def __init__(self, backend: FakeHidapi) -> None:
        self._backend = backend
        self._pipe: SimulatedPipe | None = None

    def open_path(self, path: bytes) -> None:
        key = self._backend.keys.get(path)
        if key is None or path in self._backend.held:
            raise OSError("open failed")
        self._backend.on_open()
        self._pipe = SimulatedPipe(key, key.attach_id)

    def write(self, buff: bytes) -> int:
        if self._pipe is None:
            raise ValueError("not open")
        assert (len(buff), buff[0]) == (65, 0)
        try:
            self._pipe.write(buff[1:])
        except OSError:
            return -1
        return len(buff)

    def read(self, max_length: int, timeout_ms: int = 0) -> list[int]:
        if self._pipe is None:
            raise ValueError("not open")
        assert timeout_ms > 0, "0 would wait for ever"
        return list(self._pipe.read(timeout_ms / 1000) or b"")[:max_length]

    def close(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        self._pipe = None


class FakeHidapi:
    """The module `hidraw` as far as it is used, with simulated keys behind it."""

    def __init__(self, keys: Mapping[bytes, SimulatedKey]) -> None:
        self.keys = dict(keys)
        self.held: set[bytes] = set()
        self.on_open: Callable[[], None] = lambda: None

    def enumerate(self) -> list[dict[str, Any]]:
        mouse = {"path": b"/dev/hidraw0", "vendor_id": 1, "product_id": 2, "usage_page": 1, "usage": 2}
        return [mouse, *(self._entry(path, key.traits) for path, key in self.keys.items() if key.plugged)]

    def _entry(self, path: bytes, traits: KeyTraits) -> dict[str, Any]:
        return {
            "path": path,
            "vendor_id": traits.vendor_id,
            "product_id": traits.product_id,
            "serial_number": traits.serial,
            "release_number": 0x100,
            "manufacturer_string": traits.manufacturer,
            "product_string": traits.product,
            "usage_page": FIDO_USAGE_PAGE,
            "usage": FIDO_USAGE,
            "interface_number": 0,
        }

    def device(self) -> FakeHandle:
        return FakeHandle(self)

    def insertion(self, path: str) -> int:
        """What the inode of the device node would be."""
        key = self.keys.get(path.encode(errors="surrogateescape"))
        return key.attach_id if key and key.plugged else 0


@dataclass
class Way:
    """A key, and the source that leads to it."""

    key: SimulatedKey
    source: KeySource

    def open(self) -> Authenticator:
        """The one key of this way, opened."""
        (address,) = self.source.attached()
        return self.source.open(address)


@contextmanager
def in_process(key: SimulatedKey, clock: Callable[[], float]) -> Iterator[KeySource]:
    """The simulated key without anything between."""
    yield SimulatedSource([key], clock=clock)


@contextmanager
def over_hidapi(key: SimulatedKey, clock: Callable[[], float]) -> Iterator[KeySource]:
    """The simulated key behind hidapi on Linux."""
    yield usb_source(FakeHidapi({b"/dev/hidraw7": key}), clock=clock)


def usb_source(hidapi: FakeHidapi, **options: Any) -> UsbSource:
    """A USB source on Linux that may open everything; `clock` is the source's, other options the system's."""
    clock = options.pop("clock", monotonic)
    usual: dict[str, Any] = {
        "platform": "linux",
        "accessible": lambda _: True,
        "identity": lambda path, _: hidapi.insertion(path),
        "holder": lambda _: "",
        "sysfs": Path("/nowhere"),
    }
    return UsbSource(hidapi, System(**(usual | options)), clock=clock)


@contextmanager
def over_udp(key: SimulatedKey, clock: Callable[[], float]) -> Iterator[KeySource]:
    """The simulated key served on UDP."""
    answer_port = free_port()
    with served(key, answer_port) as port:
        yield UdpSource(HOST, port, answer_port, clock=clock)


@contextmanager
def served(key: SimulatedKey, answer_port: int, port: int = 0) -> Iterator[int]:
    """`serve_udp` on a thread; gives the port it listens on."""
    stop, ready, ports = Event(), Event(), list[int]()

    def on_ready(taken: int) -> None:
        ports.append(taken)
        ready.set()

    server = Thread(target=serve_udp, args=(key, stop, (HOST, port), (HOST, answer_port), on_ready), name="served key")
    server.start()
    try:
        assert ready.wait(10)
        yield ports[0]
    finally:
        stop.set()
        server.join()


def free_port() -> int:
    """A UDP port below those that the system hands out by itself, so that nobody gets it by chance."""
    while True:
        port = random.SystemRandom().randrange(10_000, 30_000)
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        return port


@contextmanager
def through_the_agent(key: SimulatedKey, clock: Callable[[], float]) -> Iterator[KeySource]:
    """The simulated key behind the key agent."""
    del clock
    with behind_agent(SimulatedSource([key])) as source:
        yield source


@contextmanager
def on_a_reader(key: SimulatedKey, clock: Callable[[], float]) -> Iterator[KeySource]:
    """The simulated key as a card on a reader."""
    yield NfcSource(FakePcsc({READER: SmartCard(key)}).converse, clock=clock)


WAYS = {
    "in process": in_process,
    "over UDP": over_udp,
    "over hidapi": over_hidapi,
    "through the agent": through_the_agent,
    "on a reader": on_a_reader,
}


@contextmanager
def way_to(
    way: str, traits: KeyTraits = CTAP21, clock: Callable[[], float] = monotonic, *, touches: bool = True
) -> Iterator[Way]:
    """A plugged key with these traits, reached that way; it touches itself unless told not to."""
    key = SimulatedKey(traits)
    key.touch_automatically = touches
    key.plug()
    with WAYS[way](key, clock) as source:
        yield Way(key, source)


def with_pin(way: Way) -> Authenticator:
    """The key of this way with the usual PIN, opened anew and still locked."""
    key = way.open()
    key.set_pin(Secret(PIN))
    key.close()
    return way.open()


def hurried() -> float:
    """Time that runs ten times as fast, so that nobody waits for seconds."""
    return monotonic() * 10


def commands(key: Authenticator) -> int:
    """How many CTAP commands were sent to it."""
    assert isinstance(key, Ctap2Authenticator | AgentKey)
    return key.commands


def creation_options(**changes: Any) -> dict[str, Any]:
    """PublicKeyCredentialCreationOptionsJSON as the service makes them."""
    return {
        "rp": {"id": RP_ID, "name": "Example"},
        "user": {"id": websafe_encode(b"handle-1"), "name": "ann", "displayName": "Ann Example"},
        "challenge": websafe_encode(os.urandom(32)),
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        "authenticatorSelection": {"residentKey": "required", "userVerification": "required"},
        "attestation": "direct",
    } | changes


def request_options(*credential_ids: str, **changes: Any) -> dict[str, Any]:
    """PublicKeyCredentialRequestOptionsJSON for these credentials."""
    return {
        "rpId": RP_ID,
        "challenge": websafe_encode(os.urandom(32)),
        "allowCredentials": descriptors(credential_ids),
        "userVerification": "required",
    } | changes


def descriptors(credential_ids: Sequence[str]) -> list[dict[str, str]]:
    """PublicKeyCredentialDescriptorJSON of each."""
    return [{"type": "public-key", "id": credential_id} for credential_id in credential_ids]


def raw_id(response: Mapping[str, Any]) -> bytes:
    """The credential id of a response."""
    return websafe_decode(response["id"])


def register(key: Authenticator, watch: Watch | None = None, **changes: Any) -> Mapping[str, Any]:
    """make_credential with the usual options and these changes."""
    return key.make_credential(creation_options(**changes), ORIGIN, watch or Watch())


def prove(key: Authenticator, *credential_ids: str, **changes: Any) -> Mapping[str, Any]:
    """prove with the usual options and these changes."""
    return key.prove(request_options(*credential_ids, **changes), ORIGIN, Watch())
