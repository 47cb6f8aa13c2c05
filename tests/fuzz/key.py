"""Fuzzing of the simulated key: whatever it is asked, it answers with a CTAP status, and lives."""

from __future__ import annotations

import hashlib
import struct
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from random import Random
from threading import Event
from typing import Any

from fido2 import cbor
from fido2.ctap import STATUS, CtapDevice, CtapError
from fido2.ctap2.base import Ctap2
from fido2.ctap2.pin import ClientPin, PinProtocolV1, PinProtocolV2
from fido2.hid import CAPABILITY, CTAPHID

from hardware.simulated.canonical import decode
from hardware.simulated.key import SimulatedKey
from hardware.simulated.traits import CTAP20, CTAP21, U2F_ONLY, WITHOUT_PIN
from hardware.transport.messages import BROADCAST, FIRST, NEXT, first_report, reports
from tests.fuzz.corpus import Found
from tests.fuzz.mutators import Mutator, encode
from tests.fuzz.scripted import Recording
from tests.hardware.matrix.virtual import VirtualClock
from tests.hardware.ways import PIN, RP_ID

STATUSES = {int(code) for code in CtapError.ERR}
REQUESTS = 60
"""Requests to one key."""

LONGEST = 700.0
"""Seconds after which a key that still has something to do hangs: beyond every time-out of CTAP."""

EVERYTHING = replace(
    CTAP21,
    versions=("FIDO_2_0", "FIDO_2_1_PRE", "FIDO_2_1", "U2F_V2"),
    extensions=("credBlob", "credProtect", "hmac-secret", "largeBlobKey", "minPinLength"),
    built_in_uv=True,
    bio_enrollment=True,
    credential_management_preview=True,
    large_blob_bytes=1024,
    capacity=6,
)
KINDS = (EVERYTHING, EVERYTHING, CTAP21, CTAP20, WITHOUT_PIN, U2F_ONLY)

SIGNED: Mapping[int, tuple[int, int, Callable[[Mapping[Any, Any]], bytes]]] = {
    0x01: (8, 9, lambda fields: fields[1]),
    0x02: (6, 7, lambda fields: fields[2]),
    0x09: (5, 4, lambda fields: bytes([fields[1], fields[2]]) + _parameters(fields, 3)),
    0x0A: (4, 3, lambda fields: bytes([fields[1]]) + _parameters(fields, 2)),
    0x0C: (5, 6, lambda fields: _to_sign_for_blobs(fields[3], fields[2])),
    0x0D: (4, 3, lambda fields: b"\xff" * 32 + b"\x0d" + bytes([fields[1]]) + _parameters(fields, 2)),
    0x41: (4, 3, lambda fields: bytes([fields[1]]) + _parameters(fields, 2)),
}  # fmt: skip
"""Where pinUvAuthParam and its protocol are, and what is signed, by command."""

NO_POINT = {1: 2, 3: -25, -1: 1, -2: bytes(32), -3: bytes(32)}
MORE_REQUESTS: Sequence[tuple[int, dict[Any, Any]]] = (
    (0x02, {1: RP_ID, 2: bytes(32), 4: {"hmac-secret": {1: NO_POINT, 2: bytes(48), 3: bytes(32), 4: 2}}}),
    (0x02, {1: RP_ID, 2: bytes(32), 4: {"credBlob": True, "largeBlobKey": True}, 5: {"up": False}}),
    (0x08, {}),
    (0x0A, {1: 3}),
    (0x0A, {1: 5}),
    (0x0A, {1: 7, 2: {2: {"id": bytes(32), "type": "public-key"}, 3: {"id": b"first", "name": "x"}}}),
    (0x0B, {}),
    (0x0C, {1: 100, 3: 0}),
    (0x0C, {2: bytes(40), 3: 0, 4: 40}),
    (0x09, {3: {1: b"12345678", 2: "name"}, 1: 1, 2: 5}),
    (0x09, {6: True}),
    (0x09, {1: 1, 2: 7}),
)  # fmt: skip
APDUS = (
    b"\0\1\3\0\0\0\x40" + bytes(64),
    b"\0\2\3\0\0\0\x51" + bytes(65) + b"\x10" + bytes(16),
    b"\0\2\7\0\0\0\x51" + bytes(65) + b"\x10" + bytes(16),
    b"\0\3\0\0\0\0\0",
)


def _to_sign_for_blobs(offset: int, data: bytes) -> bytes:
    return b"\xff" * 32 + b"\x0c\0" + struct.pack("<I", offset) + hashlib.sha256(data).digest()


def _parameters(fields: Mapping[Any, Any], at: int) -> bytes:
    return cbor.encode(fields[at]) if at in fields else b""


class Cable(CtapDevice):
    """A host at one key that notes each report it sends, and wants each answer to be one."""

    def __init__(self, key: SimulatedKey, clock: VirtualClock) -> None:
        self._key, self._clock = key, clock
        self._heard: list[bytes] = []
        self.said: list[list[bytes]] = []
        self.channel = BROADCAST
        self.say(first_report(BROADCAST, CTAPHID.INIT, b"a nonce!"))
        self.channel = self._heard[-1][15:19]

    @property
    def capabilities(self) -> int:
        return CAPABILITY.CBOR

    def say(self, *sent: bytes) -> None:
        """Send reports, and let time pass until the key has no more to do."""
        self.said.append(list(sent))
        self._heard.clear()
        for report in sent:
            self._key.receive(report, self._heard.append, self._key.attach_id)
        begun = self._clock.now
        while (due := self._key.due) is not None:
            self._clock.now = max(due, self._clock.now + 0.001)
            self._key.tick()
            assert self._clock.now - begun < LONGEST, "a hang"
        for report in self._heard:
            assert len(report) == 64, "no report"

    def answer(self) -> tuple[int, bytes] | None:
        """Command and data of the last message on our channel, checked for its form."""
        heard = [report for report in self._heard if report[:4] == self.channel]
        begins = [at for at, report in enumerate(heard) if report[4] & 0x80]
        if not begins:
            return None
        _, command, length = FIRST.unpack_from(heard[begins[-1]])
        data = heard[begins[-1]][FIRST.size :]
        for number, report in enumerate(heard[begins[-1] + 1 :]):
            assert report[4] == number, "out of sequence"
            data += report[NEXT.size :]
        assert len(data) >= length, "cut short"
        return command & 0x7F, data[:length]

    def call(
        self,
        cmd: int,
        data: bytes = b"",
        event: Event | None = None,
        on_keepalive: Callable[[STATUS], None] | None = None,
    ) -> bytes:
        self.say(*reports(self.channel, cmd, data))
        answered = self.answer()
        assert answered is not None, "no answer"
        if answered[0] == CTAPHID.ERROR:
            raise CtapError(answered[1][0])
        return answered[1]

    def close(self) -> None:
        self.channel = BROADCAST

    @classmethod
    def list_devices(cls) -> Iterator[CtapDevice]:
        return iter(())


class Attacker:
    """Someone at a key who knows its PIN, and asks nonsense."""

    def __init__(self, recording: Recording, cable: Cable, random: Random) -> None:
        self._cable, self._random = cable, random
        self._mutator = Mutator(random)
        recorded = [
            (request[0], cbor.decode(request[1:]) if request[1:] else {}) for each in recording for request, _ in each
        ]
        self._seeds: list[tuple[int, Any]] = [*recorded, *MORE_REQUESTS]
        self._protocol = random.choice((PinProtocolV1, PinProtocolV2))()
        self._token: bytes | None = None

    def protect(self) -> None:
        """Set a PIN, where the key lets us."""
        with suppress(CtapError, ValueError):
            self._pin.set_pin(PIN)

    def unlock(self) -> None:
        """A fresh token for everything that the key has, where it lets us; some keys were reset meanwhile."""
        having = {"credMgmt": 4, "bioEnroll": 8, "largeBlobs": 16, "authnrCfg": 32}
        try:
            permissions = 3 + sum(bit for name, bit in having.items() if name in self._ctap.info.options)
            rp_id = self._random.choice((None, RP_ID))
            self._token = self._pin.get_pin_token(PIN, ClientPin.PERMISSION(permissions), rp_id)
        except CtapError as error:
            if error.code == CtapError.ERR.PIN_NOT_SET and self._random.random() < 0.5:
                self.protect()
        except ValueError:
            return

    @cached_property
    def _ctap(self) -> Ctap2:
        return Ctap2(self._cable)

    @cached_property
    def _pin(self) -> ClientPin:
        return ClientPin(self._ctap, self._protocol)

    def ask(self) -> None:
        """One request, spoiled; the answer must be one."""
        random = self._random
        if random.random() < 0.05:
            self._send(CTAPHID.MSG, self._mutator.spoiled(random.choice(APDUS)))
            return
        command, seed = random.choice(self._seeds)
        fields = self._mutator.value(seed) if random.random() < 0.8 else seed
        if random.random() < 0.7:
            fields = self._signed(command, fields)
        data = encode(fields) if fields or random.random() < 0.5 else b""
        if random.random() < 0.1:
            data = self._mutator.spoiled(data)
        if random.random() < 0.02:
            command = random.randrange(256)
        self._send(CTAPHID.CBOR, bytes([command]) + data)

    def _signed(self, command: int, fields: Any) -> Any:
        if self._token is None or command not in SIGNED or not isinstance(fields, dict):
            return fields
        at, protocol_at, message = SIGNED[command]
        try:
            param: bytes = self._protocol.authenticate(self._token, message(fields))  # type: ignore[no-untyped-call] # fido2
        except (KeyError, TypeError, ValueError, AttributeError, struct.error):
            return fields
        return {**fields, at: param, protocol_at: self._protocol.VERSION}

    def _send(self, command: int, data: bytes) -> None:
        sent = list(reports(self._cable.channel, command, data[:7609]))
        if self._random.random() < 0.15:
            self._cable.say(*self._mutator.reports(sent))
            return
        self._cable.say(*sent)
        answered = self._cable.answer()
        assert answered is not None, "no answer"
        if answered[0] == CTAPHID.CBOR:
            check(answered[1])
        else:
            assert answered[0] in (command, CTAPHID.ERROR), "an answer to something else"


def check(answer: bytes) -> None:
    """Whether it is a status of CTAP, and after success canonical CBOR."""
    assert answer, "no status"
    assert answer[0] in STATUSES, f"status {answer[0]:#x}"
    assert len(answer) == 1 or (answer[0] == 0 and isinstance(decode(answer[1:]), dict)), "no map"


def fuzz_key(
    recording: Recording, seed: int, replayed: Sequence[Sequence[bytes]] | None = None
) -> tuple[int, Found | None]:
    """One key and many requests; how many those were, and what was found."""
    clock, random = VirtualClock(), Random(seed)
    key = SimulatedKey(random.choice(KINDS), clock=clock, random=Random(seed).randbytes)
    key.touch_automatically = True
    key.plug()
    cable = Cable(key, clock)
    try:
        if replayed is not None:
            for message in replayed:
                cable.say(*message)
        else:
            attack(Attacker(recording, cable, random), random)
        key.power_cycle()
        Cable(key, clock)
    except BaseException:  # whatever it is, it is a find
        return len(cable.said), Found("key", seed, cable.said[1:], traceback.format_exc())
    return len(cable.said), None


def attack(attacker: Attacker, random: Random) -> None:
    """Ask and ask, with a token as long as the key gives one."""
    if random.random() < 0.8:
        attacker.protect()
    for number in range(REQUESTS):
        if number % 12 == 0:
            attacker.unlock()
        attacker.ask()
