"""A line on which something goes wrong: what is answered is what was asked, and a cancel leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from threading import Event, Thread

import pytest
from fido2.hid import CTAPHID

from hardware.authenticator import Authenticator, KeyAddress, Transport, Watch
from hardware.errors import Cancelled, HardwareError, KeyBusy, KeyFault, KeyGone, KeySilent, TouchTimeout
from hardware.fido import open_device
from hardware.simulated.faults import Faults, Glitch, Trouble, Way
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from hardware.transport.reports import open_channel
from kiosk.secret import Secret
from tests.hardware.matrix.virtual import VirtualClock, VirtualPipe
from tests.hardware.ways import PIN, prove, register

ADDRESS = KeyAddress(Transport.SIMULATED, "virtual", attach_id=1)


class TappedPipe(VirtualPipe):
    """Counts what is sent, by command."""

    def __init__(self, key: SimulatedKey, clock: VirtualClock) -> None:
        super().__init__(key, clock)
        self.sent: list[int] = []

    def write(self, report: bytes) -> None:
        if report[4] & 0x80:
            self.sent.append(report[4] & 0x7F)
        super().write(report)


class Bench:
    """A key that somebody touches when asked, time that only waiting moves, and a tap on the wire."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.key = SimulatedKey(clock=self.clock)
        self.key.touch_automatically = True
        self.key.plug()

    def open(self) -> Authenticator:
        self.pipe = TappedPipe(self.key, self.clock)
        return open_device(ADDRESS, open_channel(ADDRESS, self.pipe, self.clock), self.clock)

    def glitch(self, trouble: Trouble, way: Way, at: int = 1) -> None:
        self.key.faults = Faults(glitches=(Glitch(trouble, way, at),))

    def cancelling(self, key: Authenticator) -> None:
        """Cancel while the key waits for a touch."""
        cancel = Event()
        self.key.touch_automatically = False
        with pytest.raises((Cancelled, KeySilent)):
            key.select(Watch(on_touch=cancel.set, cancel=cancel))
        self.key.touch_automatically = True


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def key(bench: Bench) -> Iterator[Authenticator]:
    opened = bench.open()
    opened.inspect()
    yield opened
    opened.close()


def test_a_cancel_is_told_once_and_the_next_command_begins_in_step(bench: Bench, key: Authenticator) -> None:
    bench.cancelling(key)
    assert bench.pipe.sent.count(CTAPHID.CANCEL) == 1
    bench.pipe.sent.clear()
    key.inspect()
    assert bench.pipe.sent == [CTAPHID.INIT, CTAPHID.CBOR]
    bench.pipe.sent.clear()
    key.inspect()
    assert bench.pipe.sent == [CTAPHID.CBOR]


def test_a_late_answer_to_a_cancelled_command_is_not_taken_for_the_next_one(bench: Bench, key: Authenticator) -> None:
    bench.cancelling(key)
    for way in Way:
        bench.glitch(Trouble.STALE, way)
        key.inspect()
    bench.glitch(Trouble.STALE, Way.IN, at=2)  # amid the reports of another
    with pytest.raises(KeyFault):
        key.inspect()
    key.inspect()


def test_what_came_when_nothing_was_asked_is_passed_over(bench: Bench, key: Authenticator) -> None:
    bench.glitch(Trouble.DUPLICATE, Way.IN, at=1)
    key.select(Watch())  # its keep-alive comes twice
    bench.glitch(Trouble.DUPLICATE, Way.IN, at=2)
    key.select(Watch())  # and now its answer
    bench.pipe.sent.clear()
    key.inspect()
    assert bench.pipe.sent == [CTAPHID.INIT, CTAPHID.CBOR]


def test_a_touch_in_the_last_moment_is_no_cancel(bench: Bench, key: Authenticator) -> None:
    cancel = Event()
    key.set_pin(Secret(PIN))

    def touch_and_cancel() -> None:
        bench.key.touch()
        cancel.set()

    bench.key.touch_automatically = False
    made = register(key, Watch(on_touch=touch_and_cancel, cancel=cancel))
    bench.key.touch_automatically = True
    prove(key, made["id"])
    assert len(bench.key.credentials) == 1


def test_a_key_that_loses_step_is_told_from_its_answers_until_it_is_plugged_anew(bench: Bench) -> None:
    bench.key.faults = Faults(out_of_step_after_cancel=True)
    key = bench.open()
    bench.cancelling(key)
    before = bench.key.commands
    for _ in range(2):
        with pytest.raises(KeyFault):
            bench.open()
    assert bench.key.commands == before
    bench.key.power_cycle()
    with closing(bench.open()) as again:
        again.inspect()


@pytest.mark.parametrize("way", Way)
def test_a_report_that_ends_at_a_strangers_is_not_ours(bench: Bench, key: Authenticator, way: Way) -> None:
    bench.glitch(Trouble.WRONG_CHANNEL, way)
    with pytest.raises(KeySilent):
        key.inspect()
    with pytest.raises(KeyGone):
        key.inspect()


def test_a_request_of_which_a_report_was_lost_is_sent_again(bench: Bench, key: Authenticator) -> None:
    bench.glitch(Trouble.LOSE, Way.OUT, at=3)  # the second report of setPIN
    key.set_pin(Secret(PIN))
    assert bench.key.has_pin
    bench.glitch(Trouble.LOSE, Way.OUT, at=3)
    key.verify_pin(Secret(PIN))
    assert bench.key.pin_retries == 8


def test_an_answer_of_which_a_report_was_lost_is_none(bench: Bench, key: Authenticator) -> None:
    bench.glitch(Trouble.LOSE, Way.IN, at=2)
    with pytest.raises(KeyFault):
        key.inspect()
    key.inspect()


def test_a_report_that_was_written_in_part_ends_the_session(bench: Bench, key: Authenticator) -> None:
    bench.glitch(Trouble.WRITE_FAILS, Way.OUT, at=2)
    with pytest.raises(KeyGone):
        key.set_pin(Secret(PIN))
    assert not bench.key.has_pin
    with closing(bench.open()) as again:
        again.set_pin(Secret(PIN))


def test_a_channel_that_is_busy_for_a_moment_is_tried_again(bench: Bench, key: Authenticator) -> None:
    bench.glitch(Trouble.BUSY, Way.OUT)
    before = bench.clock.now
    key.inspect()
    assert 0.1 <= bench.clock.now - before < 0.5


def test_a_busy_channel_can_be_cancelled(bench: Bench, key: Authenticator) -> None:
    bench.key.faults = Faults(busy=True)
    cancel = Event()
    bench.pipe.on_report = lambda way: cancel.set() if way is Way.IN else None
    with pytest.raises(Cancelled):
        key.select(Watch(cancel=cancel))


@pytest.mark.parametrize("faults", [Faults(extraneous=b"\0\x01\xff"), Faults(non_canonical=True)])
def test_answers_in_bad_handwriting_are_read_all_the_same(bench: Bench, faults: Faults) -> None:
    bench.key.faults = faults
    with closing(bench.open()) as key:
        key.set_pin(Secret(PIN))
        prove(key, register(key)["id"])
        (stored,) = key.stored_credentials()
        key.delete_credential(stored.credential_id)
    assert not bench.key.credentials


@pytest.mark.parametrize("seconds", [0.5, 2.0, 5.0, 60.0])
def test_an_operation_that_nobody_touches_the_key_for_is_over_by_its_deadline(
    bench: Bench, key: Authenticator, seconds: float
) -> None:
    bench.key.touch_automatically = False
    before = bench.clock.now
    with pytest.raises(TouchTimeout):
        key.select(Watch(deadline=seconds))
    assert bench.clock.now - before <= min(seconds, 31)
    key.inspect()


@pytest.mark.parametrize("seconds", [0.5, 5.0, 10.0])
def test_a_key_that_works_for_ever_is_silent_by_the_deadline(bench: Bench, key: Authenticator, seconds: float) -> None:
    bench.key.faults = Faults(slow=3600.0)
    before = bench.clock.now
    with pytest.raises(KeySilent):
        key.select(Watch(deadline=seconds))
    assert bench.clock.now - before <= seconds


def test_a_key_that_another_program_holds_is_busy_and_the_program_has_a_name(bench: Bench) -> None:
    bench.key.faults = Faults(held_by="gpg-agent")
    source = SimulatedSource([bench.key])
    with pytest.raises(KeyBusy) as caught:
        source.open(source.attached()[0])
    assert caught.value.holder == "gpg-agent"


def test_an_open_key_goes_on_while_looking_for_keys_hangs() -> None:
    simulated = SimulatedKey()
    simulated.touch_automatically = True
    simulated.plug()
    source = SimulatedSource([simulated])
    found: list[object] = []
    with closing(source.open(source.attached()[0])) as key:
        simulated.faults = Faults(blocks_enumeration=True)
        look = Thread(target=lambda: found.append(source.attached()), name="looking")
        look.start()
        key.inspect()
        assert found == []
        simulated.faults = Faults()
        look.join(10)
    assert len(found) == 1


@pytest.mark.parametrize("ask", [lambda key: key.inspect(), lambda key: key.set_pin(Secret(PIN))])
def test_nothing_but_silence_is_heard_of_a_key_that_hangs(
    bench: Bench, key: Authenticator, ask: Callable[[Authenticator], object]
) -> None:
    bench.glitch(Trouble.HANG, Way.OUT)
    with pytest.raises(KeySilent):
        ask(key)
    with pytest.raises(HardwareError):
        bench.open()
    bench.key.power_cycle()
    with closing(bench.open()) as again:
        again.inspect()
