"""The client's side of the fuzzing: a key that was recorded once and answers, spoiled, whatever it is asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from random import Random
from threading import Event

from fido2 import cbor
from fido2.ctap import STATUS, CtapDevice
from fido2.hid import CTAPHID

from hardware.transport.messages import BROADCAST, LARGEST, first_report, reports
from tests.fuzz.mutators import Mutator
from tests.hardware.matrix.virtual import VirtualClock

Exchange = tuple[bytes, bytes]
"""A CTAP2 request and its answer."""

Recording = Sequence[Sequence[Exchange]]
"""The exchanges with each kind of key."""

SUBCOMMAND_AT = {0x06: 5, 0x09: 5, 0x40: 5, 0x0A: 3, 0x41: 3, 0x0D: 3}
"""Which byte of a request holds the subcommand, by command: the first or second parameter, and a small number."""

STATUSES = (*range(1, 0x17), *range(0x19, 0x41), 0x7F, 0x80, 0xDF, 0xE0, 0xEF, 0xF1, 0xFF)
CHANNEL = b"\0\0\0\7"


def kind(request: bytes) -> tuple[int, int]:
    """Command and subcommand of a request of ours."""
    command = request[0] if request else 0
    at = SUBCOMMAND_AT.get(command, len(request))
    return command, request[at] if at < len(request) else 0


class Answers:
    """What a key of the recording says to each kind of request, honest or spoiled, or else what is `replayed`.

    `given` keeps what was said, so that it can be said again; `spoiled` counts what was not honest.
    """

    def __init__(
        self,
        recording: Recording,
        random: Random,
        clock: VirtualClock,
        replayed: Sequence[bytes] | None = None,
    ) -> None:
        self._by_kind: dict[tuple[int, int], list[bytes]] = {}
        for request, answer in random.choice(recording):
            self._by_kind.setdefault(kind(request), []).append(answer)
        self.clock = clock
        self._random = random
        self._mutator = Mutator(random)
        self._replayed = None if replayed is None else deque(replayed)
        self.honesty = random.choice((0.5, 0.75, 0.9))
        self._honest_first = random.choice((0, 5, 9))
        """Answers until the key shows what it is: some find their way in first."""
        self.given: list[bytes] = []
        self.spoiled = 0

    def answer(self, request: bytes) -> bytes:
        """The answer to a CTAP2 request."""
        if self._replayed is not None:
            said = self._replayed.popleft() if self._replayed else b""
        else:
            honest = self._random.choice(self._by_kind.get(kind(request), [b"\0"]))
            trusted = len(self.given) < self._honest_first or self._random.random() < self.honesty
            said = honest if trusted else self._spoil(honest)
        self.given.append(said)
        return said

    def _spoil(self, honest: bytes) -> bytes:
        self.spoiled += 1
        chance = self._random.random()
        if chance < 0.12:
            return bytes([self._random.choice(STATUSES)]) + self._random.choice((b"", b"", honest[1:]))
        if chance < 0.14:
            return self._random.randbytes(self._random.choice((0, 1, 2, 40)))
        return b"\0" + self._mutator.message(cbor.decode(honest[1:]) if honest[1:] else {})


class ScriptedDevice(CtapDevice):
    """A `CtapDevice` that needs no line: answers come at once, some after a wait for the person."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self.closed = False

    @property
    def capabilities(self) -> int:
        return 0x05

    def call(
        self,
        cmd: int,
        data: bytes = b"",
        event: Event | None = None,
        on_keepalive: Callable[[STATUS], None] | None = None,
    ) -> bytes:
        self._answers.clock.now += 0.01
        if on_keepalive is not None:
            on_keepalive(STATUS.UPNEEDED)
        return self._answers.answer(data) if cmd == CTAPHID.CBOR else b""

    def close(self) -> None:
        self.closed = True

    @classmethod
    def list_devices(cls) -> Iterator[CtapDevice]:
        return iter(())


class ScriptedPipe:
    """A `ReportPipe` whose key answers each whole request with reports, honest or spoiled.

    `given` keeps the reports of each answer; `spoiled` counts the reports that were not honest.
    """

    def __init__(self, answers: Answers, random: Random, replayed: Sequence[Sequence[bytes]] | None = None) -> None:
        self._answers = answers
        self._random = random
        self._mutator = Mutator(random)
        self._waiting: deque[bytes] = deque()
        self._request = bytearray()
        self._missing = 0
        self._replayed = None if replayed is None else deque(replayed)
        self.given: list[list[bytes]] = []
        self.spoiled = 0

    def write(self, report: bytes) -> None:
        self._answers.clock.now += 0.0001
        if report[4] & 0x80:
            self._command = report[4] & 0x7F
            self._missing = int.from_bytes(report[5:7], "big")
            self._request = bytearray(report[7:])
        else:
            self._request += report[5:]
        if len(self._request) >= self._missing:
            self._say(report[:4], bytes(self._request[: self._missing]))

    def _say(self, channel: bytes, request: bytes) -> None:
        if self._command == CTAPHID.CANCEL:
            said = [first_report(channel, CTAPHID.CBOR, b"\x2d")]
        elif self._command == CTAPHID.INIT:
            given = CHANNEL if channel == BROADCAST else channel
            said = [first_report(channel, CTAPHID.INIT, request + given + b"\x02\x01\0\0\x05")]
        elif self._command == CTAPHID.CBOR:
            said = list(reports(channel, CTAPHID.CBOR, self._answers.answer(request)[:LARGEST]))
        else:
            said = [first_report(channel, self._command, request[:57])]
        if self._random.random() < 0.2:
            said.insert(0, first_report(channel, CTAPHID.KEEPALIVE, b"\x02"))
        if self._random.random() < 0.35:
            said = self._mutator.reports(said)
            self.spoiled += 1
        if self._replayed is not None:
            said = list(self._replayed.popleft()) if self._replayed else []
        self.given.append(said)
        self._waiting += said

    def read(self, seconds: float) -> bytes | None:
        self._answers.clock.now += 0.0001
        if self._waiting:
            return self._waiting.popleft()
        self._answers.clock.now += seconds
        return None

    def close(self) -> None:
        self._waiting.clear()
