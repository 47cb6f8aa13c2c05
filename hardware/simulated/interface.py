"""What is behind the HID interface of a simulated key: its CTAP2 application, its faults and its meters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from fido2.ctap import CtapError
from fido2.hid import CAPABILITY, CTAPHID

from hardware.simulated.applet import Applet
from hardware.simulated.commands import Answering, answer
from hardware.simulated.ctaphid import POWER_CYCLE
from hardware.simulated.faults import Faults
from hardware.simulated.flash import PowerLost
from hardware.simulated.spoiled import spoiled
from hardware.simulated.u2f import u2f


@dataclass(slots=True)
class Meters:
    """What a key counts over all its power cycles; `since_fault` and reports begin anew when faults are set."""

    commands: int = 0
    busy_seconds: float = 0.0
    winks: int = 0
    since_fault: int = 0
    reports_out: int = 0
    reports_in: int = 0

    def start_over(self) -> None:
        """Count anew what the faults go by."""
        self.since_fault = self.reports_out = self.reports_in = 0


class Body(Protocol):
    """The key around the interface."""

    touch_automatically: bool

    @property
    def faults(self) -> Faults:
        """What is wrong with it."""
        ...

    def die(self) -> None:
        """Leave the port in the middle of a command."""
        ...

    def lose_power(self) -> None:
        """Forget what has no power, and power up again."""
        ...


class Interface:
    """The `Application` of ctaphid for one power-up."""

    def __init__(self, applet: Applet, meters: Meters, body: Body) -> None:
        self._applet = applet
        self._meters = meters
        self._body = body

    @property
    def capabilities(self) -> int:
        """WINK always, CBOR and NMSG by what the key speaks."""
        traits = self._applet.traits
        speaks = CAPABILITY.CBOR if traits.ctap2 else CAPABILITY(0)
        return CAPABILITY.WINK | speaks | (CAPABILITY(0) if "U2F_V2" in traits.versions else CAPABILITY.NMSG)

    @property
    def device_version(self) -> tuple[int, int, int]:
        """The three lowest bytes of the firmware number."""
        firmware = self._applet.traits.firmware
        return firmware >> 16 & 0xFF, firmware >> 8 & 0xFF, firmware & 0xFF

    @property
    def touch_seconds(self) -> float:
        """How much longer it waits for the person."""
        return max(0.0, self._applet.person.until - self._applet.clock())

    @property
    def touches_itself(self) -> bool:
        """Whether no person is needed."""
        return self._body.touch_automatically

    @property
    def keepalives(self) -> bool:
        """Unless a fault swallows them."""
        return not self._body.faults.no_keepalives

    def begin(self, request: bytes) -> tuple[Answering, float]:
        """Start on a CTAP2 request. Raises CtapError: CHANNEL_BUSY, INVALID_COMMAND, INVALID_LENGTH."""
        faults, meters = self._body.faults, self._meters
        if faults.busy:
            raise CtapError(CtapError.ERR.CHANNEL_BUSY)
        if not self._applet.traits.ctap2:
            raise CtapError(CtapError.ERR.INVALID_COMMAND)
        if not request:
            raise CtapError(CtapError.ERR.INVALID_LENGTH)
        meters.commands += 1
        meters.since_fault += 1
        dies = meters.since_fault == faults.dies_in or request[0] == faults.dies_on
        seconds = faults.slow + self._applet.traits.latency.get(request[0], 0.0)
        meters.busy_seconds += seconds
        return self._answering(request, dies=dies), seconds

    def step(self, work: Answering) -> bytes | None:
        """Work on until a touch is needed (None) or the answer is there."""
        return self._advance(partial(next, work))

    def expire(self, work: Answering) -> bytes:
        """Let the work end without the person."""
        nobody = self._applet.traits.timeout_status
        return self._advance(partial(work.throw, CtapError(nobody))) or bytes([nobody])

    def _advance(self, move: Callable[[], None]) -> bytes | None:
        started = self._applet.clock()
        try:
            move()
        except StopIteration as done:
            answered: bytes = done.value
            return answered
        except PowerLost:
            self._body.die()
            return b""  # nobody hears it
        finally:
            self._meters.busy_seconds += self._applet.clock() - started
        return None

    def simple(self, command: int, data: bytes) -> bytes:
        """MSG (U2F), WINK and our vendor command. Raises CtapError(INVALID_COMMAND)."""
        if command == CTAPHID.WINK:
            self._meters.winks += 1
            return b""
        if command == POWER_CYCLE:
            self._body.lose_power()
            return b""
        if command == CTAPHID.MSG and self._applet.traits.u2f:
            return self._u2f(data)
        raise CtapError(CtapError.ERR.INVALID_COMMAND)

    def _answering(self, request: bytes, *, dies: bool) -> Answering:
        faults = self._body.faults
        if dies and not faults.dies_after_work:
            self._body.die()
            return b""  # nobody hears it
        answered = yield from answer(self._applet, request)
        if dies:
            self._body.die()
        return spoiled(answered, faults)

    def _u2f(self, apdu: bytes) -> bytes:
        try:
            return u2f(self._applet, apdu, present=self._body.touch_automatically)
        except PowerLost:
            self._body.die()
            return b""
