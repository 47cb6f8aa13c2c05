"""The other end of the cable: a computer that speaks to a simulated key, by reports or with python-fido2."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, TypeVar

import pytest
from fido2 import cbor
from fido2.ctap import CtapError
from fido2.ctap2.base import AttestationResponse, Ctap2
from fido2.ctap2.bio import FPBioEnrollment
from fido2.ctap2.config import Config
from fido2.ctap2.credman import CredentialManagement
from fido2.ctap2.pin import ClientPin, PinProtocol, PinProtocolV1, PinProtocolV2
from fido2.hid import CTAPHID

from hardware.simulated.device import connect
from hardware.simulated.key import SimulatedKey
from hardware.simulated.traits import CTAP21, KeyTraits

PIN = "correct horse"
RP = "example.com"
HASH = b"\x11" * 32
BROADCAST = 0xFFFFFFFF
PERMISSION = ClientPin.PERMISSION
ERR = CtapError.ERR
T = TypeVar("T")


class ManualClock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def seeded_key(traits: KeyTraits = CTAP21, clock: ManualClock | None = None, seed: int = 1) -> SimulatedKey:
    """A plugged key that touches itself and always rolls the same dice."""
    key = SimulatedKey(traits, clock=clock or ManualClock(), random=Random(seed).randbytes)
    key.touch_automatically = True
    key.plug()
    return key


class Cable:
    """A host that writes single reports and keeps whatever comes back."""

    def __init__(self, key: SimulatedKey) -> None:
        self.key = key
        self.reports: list[bytes] = []

    def write(self, report: bytes) -> None:
        """One report as it is."""
        self.key.receive(report, self.reports.append, self.key.attach_id)

    def first(self, channel: int, command: int, data: bytes = b"", length: int | None = None) -> None:
        """An initialization packet."""
        size = len(data) if length is None else length
        self.write((struct.pack(">IBH", channel, 0x80 | command, size) + data).ljust(64, b"\0"))

    def more(self, channel: int, sequence: int, data: bytes = b"") -> None:
        """A continuation packet."""
        self.write((struct.pack(">IB", channel, sequence) + data).ljust(64, b"\0"))

    def open(self) -> int:
        """A new channel."""
        self.first(BROADCAST, CTAPHID.INIT, b"nonce..8")
        return int(struct.unpack_from(">I", self.reports.pop(), 15)[0])

    def answers(self) -> list[tuple[int, int, bytes]]:
        """Channel, command and first bytes of all single-report answers so far; they are then forgotten."""
        taken = self.reports.copy()
        self.reports.clear()
        parsed = [struct.unpack_from(">IBH", report) for report in taken]
        return [
            (channel, command & 0x7F, report[7 : 7 + length])
            for (channel, command, length), report in zip(parsed, taken, strict=True)
        ]


class Computer:
    """A host with python-fido2's CTAP2 classes over every byte of the HID path."""

    def __init__(self, key: SimulatedKey, protocol: PinProtocol | None = None) -> None:
        self.key = key
        self.device = connect(key, read_seconds=5)
        self.ctap = Ctap2(self.device)
        self.protocol = protocol or (PinProtocolV1() if self.ctap.info.pin_uv_protocols == [1] else PinProtocolV2())
        self.pin = ClientPin(self.ctap, self.protocol)

    def raw(self, command: int, fields: Mapping[int, Any] | bytes = b"") -> tuple[int, Any]:
        """Status and body of one CTAP2 command, whatever it is."""
        data = fields if isinstance(fields, bytes) else cbor.encode(fields)
        answer = self.device.call(CTAPHID.CBOR, bytes([command]) + data)
        return answer[0], cbor.decode(answer[1:]) if answer[1:] else None

    def token(self, permissions: PERMISSION, rp_id: str | None = None, pin: str = PIN) -> bytes:
        """A pinUvAuthToken."""
        return self.pin.get_pin_token(pin, permissions, rp_id)

    def agree(self) -> tuple[Mapping[int, Any], bytes]:
        """A key agreement key of ours, and the secret that it makes with the key's."""
        given = self.ctap.client_pin(self.protocol.VERSION, ClientPin.CMD.GET_KEY_AGREEMENT)
        return self.protocol.encapsulate(given[ClientPin.RESULT.KEY_AGREEMENT])

    def authentication(self, token: bytes | None) -> dict[str, Any]:
        """The PIN/UV arguments of makeCredential and getAssertion."""
        if token is None:
            return {}
        return {
            "pin_uv_param": self.protocol.authenticate(token, HASH),
            "pin_uv_protocol": self.protocol.VERSION,
        }

    def make(self, user: bytes = b"user-1", rp: str = RP, *, rk: bool = True, **more: Any) -> AttestationResponse:
        """A new credential, verified by the PIN when there is one."""
        with_token = self.key.has_pin and "pin_uv_param" not in more
        token = self.token(PERMISSION.MAKE_CREDENTIAL, rp) if with_token else None
        arguments: dict[str, Any] = {
            "client_data_hash": HASH,
            "rp": {"id": rp, "name": "Example"},
            "user": {"id": user, "name": user.hex(), "displayName": "A person"},
            "key_params": [{"type": "public-key", "alg": -7}],
            "options": {"rk": rk},
            **self.authentication(token),
        }
        return self.ctap.make_credential(**(arguments | more))

    def credentials(self, rp_id: str | None = None) -> CredentialManagement:
        """Credential management with a fresh token."""
        return CredentialManagement(self.ctap, self.protocol, self.token(PERMISSION.CREDENTIAL_MGMT, rp_id))

    def fingers(self) -> FPBioEnrollment:
        """Bio enrollment with a fresh token."""
        return FPBioEnrollment(self.ctap, self.protocol, self.token(PERMISSION.BIO_ENROLL))

    def config(self) -> Config:
        """Configuration with a fresh token, or with none when no PIN is set."""
        token = self.token(PERMISSION.AUTHENTICATOR_CFG) if self.key.has_pin else None
        return Config(self.ctap, self.protocol if token else None, token)


class Owner:
    """A person at a key that does nothing by itself, whose finger comes when it is wanted."""

    def __init__(self, computer: Computer, clock: ManualClock) -> None:
        self.computer, self.key, self.clock = computer, computer.key, clock
        self.key.touch_automatically = False
        self.touches = 0

    def with_finger(self, call: Callable[[], T], finger: bytes | bool = True) -> T:
        """Do something while this finger is laid on the sensor each time it is wanted."""

        def look() -> None:
            if self.key.wants_touch:
                self.touches += 1
                self.key.finger(finger)

        self.key.on_change = look
        try:
            return call()
        finally:
            self.key.on_change = lambda: None

    def clock_runs_out(self) -> None:
        """Once the key wants something, all the time is over."""
        before = self.key.on_change

        def look() -> None:
            before()
            if self.key.wants_touch:
                self.clock.now += 100

        self.key.on_change = look

    def cancelled(self, call: Callable[..., object]) -> CtapError.ERR:
        """The status of a call that is cancelled once the key waits."""
        cancel = threading.Event()
        return refusal(lambda: call(event=cancel, on_keepalive=lambda _status: cancel.set()))


def enrolled(computer: Computer) -> Computer:
    """Set the PIN and enroll one finger, by a key that touches itself."""
    computer.pin.set_pin(PIN)
    context = computer.fingers().enroll()
    while context.capture() is None:
        pass
    return Computer(computer.key, computer.protocol)


def refusal(call: Callable[[], object]) -> CtapError.ERR:
    """The status that `call` is refused with."""
    with pytest.raises(CtapError) as refused:
        call()
    return refused.value.code


def credential_id(made: AttestationResponse) -> bytes:
    """The id in an attestation."""
    assert made.auth_data.credential_data is not None
    return made.auth_data.credential_data.credential_id


def descriptor(made: AttestationResponse) -> dict[str, Any]:
    """PublicKeyCredentialDescriptor of what was made."""
    return {"type": "public-key", "id": credential_id(made)}
