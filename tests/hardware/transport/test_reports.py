"""Reports of others, of nobody, and too many of them: every wait ends."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.authenticator import KeyAddress, Transport
from hardware.errors import HardwareError, KeyBusy, KeyFault, KeyGone, KeySilent
from hardware.fido import open_device
from hardware.simulated.device import SimulatedPipe
from hardware.simulated.key import SimulatedKey
from hardware.transport.reports import open_channel

ADDRESS = KeyAddress(Transport.USB, "/dev/hidraw1")
BROADCAST = 0xFFFFFFFF
INIT, ERROR, KEEPALIVE = 0x86, 0xBF, 0xBB


class Clock:
    """Time that passes by waiting only."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class ScriptedPipe:
    """Answers each sent report by `script`; waiting takes no real time."""

    def __init__(self, clock: Clock, script: Callable[[bytes], Sequence[bytes]]) -> None:
        self._clock = clock
        self._script = script
        self._waiting: list[bytes] = []
        self.closed = 0

    def write(self, report: bytes) -> None:
        self._waiting += self._script(report)

    def read(self, seconds: float) -> bytes | None:
        if self._waiting:
            self._clock.now += 0.01
            return self._waiting.pop(0)
        self._clock.now += seconds
        return None

    def close(self) -> None:
        self.closed += 1


def report(channel: int, command: int, data: bytes) -> bytes:
    """A report with all of a short message."""
    return (struct.pack(">IBH", channel, command, len(data)) + data).ljust(64, b"\0")


def given_channel(request: bytes, channel: int = 7, capabilities: int = 4) -> bytes:
    """The answer to INIT."""
    return report(BROADCAST, INIT, request[7:15] + struct.pack(">IBBBBB", channel, 2, 1, 0, 0, capabilities))


def opened_by(script: Callable[[bytes], Sequence[bytes]]) -> ScriptedPipe:
    """Open a channel and the key behind it; gives the pipe."""
    clock = Clock()
    pipe = ScriptedPipe(clock, script)
    open_device(ADDRESS, open_channel(ADDRESS, pipe, clock), clock)
    return pipe


def test_a_key_that_never_answers_init_is_silent_and_let_go() -> None:
    clock = Clock()
    pipe = ScriptedPipe(clock, lambda _: ())
    with pytest.raises(KeySilent):
        open_channel(ADDRESS, pipe, clock)
    assert pipe.closed
    assert clock.now <= 4


def test_a_key_that_is_busy_with_another_program_is_busy(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()

    def busy(request: bytes) -> Sequence[bytes]:
        clock.now += 0.5
        return [report(BROADCAST, ERROR, b"\x06")]

    pipe = ScriptedPipe(clock, busy)
    with pytest.raises(KeyBusy):
        open_channel(ADDRESS, pipe, clock)
    assert pipe.closed
    caplog.clear()


def test_answers_to_other_programs_are_passed_over() -> None:
    def crowded(request: bytes) -> Sequence[bytes]:
        strangers = [
            report(3, 0x90, b"\0\xa0"),
            report(BROADCAST, INIT, bytes(8) + struct.pack(">IBBBBB", 9, 2, 1, 0, 0, 4)),
            report(3, KEEPALIVE, b"\x02"),
        ]
        if request[4] == INIT:
            return [*strangers, given_channel(request, capabilities=0)]
        return strangers

    assert not opened_by(crowded).closed


def test_a_channel_that_the_key_forgot_means_that_the_key_was_out() -> None:
    def forgetful(request: bytes) -> Sequence[bytes]:
        return [given_channel(request) if request[4] == INIT else report(7, ERROR, b"\x0b")]

    with pytest.raises(KeyGone):
        opened_by(forgetful)


def test_keep_alives_without_end_end_with_the_deadline() -> None:
    def busy_for_ever(request: bytes) -> Sequence[bytes]:
        return [given_channel(request)] if request[4] == INIT else [report(7, KEEPALIVE, b"\x01")] * 3000

    with pytest.raises(KeySilent):
        opened_by(busy_for_ever)


def test_a_key_that_falls_silent_after_cancel_is_given_a_second() -> None:
    clock = Clock()

    def dozing(request: bytes) -> Sequence[bytes]:
        return [given_channel(request)] if request[4] == INIT else [report(7, KEEPALIVE, b"\x01")] * 1010

    pipe = ScriptedPipe(clock, lambda request: () if request[4] == 0x91 else dozing(request))
    with pytest.raises(KeySilent) as caught:
        open_device(ADDRESS, open_channel(ADDRESS, pipe, clock), clock)
    assert caught.value.seconds == 1.0
    assert clock.now < 12


@pytest.mark.parametrize("answer", [report(7, 0x90, b""), report(7, 0x90, b"\0\xff"), report(7, ERROR, b"")])
def test_answers_that_ctaphid_does_not_allow_are_faults(answer: bytes) -> None:
    with pytest.raises(KeyFault):
        opened_by(lambda request: [given_channel(request) if request[4] == INIT else answer])


@settings(deadline=None)
@given(st.lists(st.binary(min_size=0, max_size=64), max_size=20), st.booleans())
def test_whatever_reports_come_only_hardware_errors_come_out(reports: list[bytes], honest: bool) -> None:
    def hostile(request: bytes) -> Sequence[bytes]:
        if request[4] == INIT and honest:
            return [given_channel(request)]
        return [request[:4] + each for each in reports] + reports

    with pytest.raises(HardwareError):
        opened_by(hostile)


def test_a_report_that_is_too_short_is_not_ours() -> None:
    key = SimulatedKey()
    key.plug()

    class Stuttering(SimulatedPipe):
        stutters = 3

        def read(self, seconds: float) -> bytes | None:
            if self.stutters:
                self.stutters -= 1
                return b"\xff\xff"
            return super().read(seconds)

    opened = open_device(ADDRESS, open_channel(ADDRESS, Stuttering(key, key.attach_id)))
    assert opened.inspect().ctap2
    opened.close()
