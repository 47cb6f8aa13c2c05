"""The recording from which fuzzing starts: every operation once, on healthy keys of several kinds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from fido2.ctap import CtapDevice
from fido2.hid import CTAPHID

from hardware.authenticator import Authenticator
from hardware.errors import HardwareError
from hardware.fido import open_device
from hardware.simulated.traits import CTAP20, CTAP21, KeyTraits
from hardware.transport.around import Around
from hardware.transport.reports import open_channel
from tests.fuzz.corpus import save_recording
from tests.fuzz.key import EVERYTHING
from tests.fuzz.scripted import Exchange, kind
from tests.hardware.matrix.desk import ADDRESS, Desk
from tests.hardware.matrix.operations import OPERATIONS


class Recorder(Around):
    """A device between us and a key that writes down each exchange."""

    def __init__(self, device: CtapDevice, recorded: list[Exchange]) -> None:
        super().__init__(device)
        self._recorded = recorded

    def exchange(self, command: int, data: bytes, send: Callable[[], bytes]) -> bytes:
        answer = send()
        if command == CTAPHID.CBOR:
            self._recorded.append((data, answer))
        return answer


@dataclass
class RecordedDesk(Desk):
    """A desk whose sessions are written down."""

    recorded: list[Exchange] = field(default_factory=list)

    def open(self) -> Authenticator:
        self.pipe.put_on_line(self.key)
        device = Recorder(open_channel(ADDRESS, self.pipe, self.clock), self.recorded)
        return open_device(ADDRESS, device, self.clock)


def record() -> int:
    """Record every operation on each kind of key, as far as it can; how many exchanges are kept."""
    keys = [record_on(traits) for traits in (EVERYTHING, CTAP21, CTAP20)]
    save_recording(keys)
    return sum(map(len, keys))


def record_on(traits: KeyTraits) -> list[Exchange]:
    """One exchange of each kind and length."""
    recorded: list[Exchange] = []
    for row in OPERATIONS:
        operation = replace(row, traits=traits)
        with suppress(HardwareError):
            first = RecordedDesk(operation, recorded=recorded)
            operation.provide(first)
            desk = RecordedDesk(operation, (first.key.flash.read() or b"").decode(), recorded=recorded)
            operation.ready(desk)
            operation.act(desk)
    unlike = {(kind(request), len(answer)): (request, answer) for request, answer in recorded}
    return list(unlike.values())
