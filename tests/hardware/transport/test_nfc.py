"""Keys on card readers: which cards are keys, which card it is, and what can go wrong on the way to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from threading import Event
from time import monotonic

import pytest
from smartcard import scard

from hardware.authenticator import PinState, Transport, Watch
from hardware.errors import Cancelled, HardwareError, KeyBusy, KeyFault, KeyGone, KeySilent, KeySwapped, NoAccess
from hardware.simulated.apdu import Answer
from hardware.simulated.key import SimulatedKey
from hardware.simulated.smart_card import SmartCard
from hardware.simulated.traits import CTAP21
from hardware.transport.attendant import Attendant
from hardware.transport.nfc import NfcSource
from hardware.transport.nfc_channel import NfcChannel
from hardware.watcher import Change, Inserted, Removed, Watcher
from kiosk.secret import Secret
from tests.hardware.transport.reader import READER, FakePcsc
from tests.hardware.ways import PIN, prove, register

OTHER = "Another reader 01 00"
WITH_U2F = replace(CTAP21, versions=("U2F_V2", *CTAP21.versions))


class Badge(SmartCard):
    """A card without the FIDO applet."""

    def _select(self, name: bytes) -> Answer:
        return b"", 0x6A82


@pytest.fixture
def key() -> SimulatedKey:
    """A key in the field of the reader; the tap is its touch."""
    key = SimulatedKey()
    key.touch_automatically = True
    key.plug()
    return key


@pytest.fixture
def service(key: SimulatedKey) -> FakePcsc:
    """A reader with that key, and an empty one."""
    return FakePcsc({READER: SmartCard(key), OTHER: None})


@pytest.fixture
def source(service: FakePcsc) -> NfcSource:
    """What is on these readers."""
    return NfcSource(service.converse)


def test_a_key_on_a_reader_is_attached_and_the_reader_is_its_place(source: NfcSource) -> None:
    (address,) = source.attached()
    assert (address.transport, address.path, address.bus) == (Transport.NFC, READER, READER)
    assert address.attach_id == 1
    assert not address.simulated


def test_a_card_without_the_applet_is_no_key_and_is_asked_once(key: SimulatedKey) -> None:
    service = FakePcsc({READER: Badge(key)})
    source = NfcSource(service.converse)
    for _ in range(3):
        assert source.attached() == ()
    assert service.calls.count("connect") == 1


def test_two_readers_are_two_places(service: FakePcsc, source: NfcSource) -> None:
    other = SimulatedKey(replace(CTAP21, aaguid=bytes(range(16))))
    other.plug()
    service.readers[OTHER] = SmartCard(other)
    one, two = source.attached()
    assert {one.path, two.path} == {READER, OTHER}
    assert one.attach_id != two.attach_id
    with closing(source.open(one)) as first, closing(source.open(two)) as second:
        assert first.inspect().aaguid != second.inspect().aaguid


def test_a_key_that_is_laid_down_again_is_another_insertion(key: SimulatedKey, source: NfcSource) -> None:
    (before,) = source.attached()
    key.power_cycle()
    (after,) = source.attached()
    assert after.attach_id != before.attach_id
    with pytest.raises(KeySwapped):
        source.open(before)
    source.open(after).close()


def test_a_key_that_was_lifted_is_gone(key: SimulatedKey, source: NfcSource) -> None:
    (address,) = source.attached()
    key.unplug()
    assert source.attached() == ()
    with pytest.raises(KeyGone):
        source.open(address)


def test_a_key_that_is_exchanged_while_it_is_opened_is_refused(
    key: SimulatedKey, service: FakePcsc, source: NfcSource
) -> None:
    (address,) = source.attached()
    service.on_connect = key.power_cycle
    with pytest.raises(KeySwapped):
        source.open(address)
    assert not service.held


def test_a_key_is_ours_alone_while_it_is_open(service: FakePcsc, source: NfcSource) -> None:
    (address,) = source.attached()
    with closing(source.open(address)) as opened:
        assert source.attached() == (address,)
        with pytest.raises(KeyBusy):
            source.open(address)
        opened.inspect()
    source.open(address).close()


def test_a_card_that_another_program_holds_may_be_a_key(service: FakePcsc, source: NfcSource) -> None:
    service.held.add(READER)
    (address,) = source.attached()
    with pytest.raises(KeyBusy):
        source.open(address)
    service.held.clear()
    source.open(*source.attached()).close()


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (scard.SCARD_E_SHARING_VIOLATION, KeyBusy),
        (scard.SCARD_W_SECURITY_VIOLATION, NoAccess),
        (scard.SCARD_W_REMOVED_CARD, KeyGone),
        (scard.SCARD_E_READER_UNAVAILABLE, KeyGone),
        (scard.SCARD_E_NO_SERVICE, KeyGone),
        (scard.SCARD_F_INTERNAL_ERROR, KeyGone),
    ],
)
def test_what_keeps_a_card_from_being_opened_is_told(
    service: FakePcsc, source: NfcSource, code: int, error: type[HardwareError]
) -> None:
    (address,) = source.attached()
    service.failing = code
    with pytest.raises(error):
        source.open(address)


@pytest.mark.parametrize("code", [scard.SCARD_W_REMOVED_CARD, scard.SCARD_W_RESET_CARD, scard.SCARD_E_NOT_TRANSACTED])
def test_a_card_that_fails_during_an_operation_is_gone(service: FakePcsc, source: NfcSource, code: int) -> None:
    with closing(source.open(*source.attached())) as opened:
        opened.inspect()
        service.failing = code
        with pytest.raises(KeyGone):
            opened.inspect()
        service.failing = None
    assert not service.held


def test_without_the_service_there_are_no_keys_and_it_may_come_back(service: FakePcsc, source: NfcSource) -> None:
    assert len(source.attached()) == 1
    service.failing = scard.SCARD_E_NO_SERVICE
    assert source.changed(0), "the service ended, and all readers with it"
    assert source.attached() == ()
    calls = len(service.calls)
    assert not source.changed(0.01)
    assert len(service.calls) == calls, "nobody knocks at a door that is not there"
    service.failing = None
    assert len(source.attached()) == 1
    assert service.conversations == 2


def test_waiting_ends_when_a_card_comes_or_goes_or_a_reader_does(
    key: SimulatedKey, service: FakePcsc, source: NfcSource
) -> None:
    source.attached()
    assert not source.changed(0)
    acts: tuple[Callable[[], object], ...] = (key.unplug, key.plug, lambda: service.readers.pop(OTHER))
    for act in acts:
        act()
        assert source.changed(5)
        assert source.changed(0), "until somebody looks"
        source.attached()
        assert not source.changed(0)


def test_what_happens_between_a_look_and_a_wait_is_not_missed(key: SimulatedKey, source: NfcSource) -> None:
    source.attached()
    key.power_cycle()
    assert source.changed(0)


def test_the_watcher_sees_keys_come_and_go(key: SimulatedKey, source: NfcSource) -> None:
    changes: list[Change] = []
    watcher = Watcher(source, changes.append)
    watcher.turn()
    for act in (key.power_cycle, key.unplug):
        act()
        watcher.turn()
    assert [type(change) for change in changes] == [Inserted, Removed, Inserted, Removed]


def test_a_look_that_hangs_is_left_behind_and_waiting_does_not_hang_with_it(
    service: FakePcsc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hardware.transport.nfc.LOOK_SECONDS", 0.05)
    source = NfcSource(service.converse)
    service.flows.clear()
    for _ in range(2):
        with pytest.raises(KeySilent):
            source.attached()
        assert not source.changed(0.01)
    service.flows.set()
    assert len(source.attached()) == 1


def test_a_reader_that_hangs_ends_no_caller(service: FakePcsc) -> None:
    source = NfcSource(service.converse, clock=lambda: monotonic() * 20)
    opened = source.open(*source.attached())
    opened.inspect()
    service.flows.clear()
    started = monotonic()
    with pytest.raises(KeySilent):
        opened.inspect()
    assert monotonic() - started < 5
    opened.close()
    with pytest.raises(KeyGone):
        opened.inspect()
    service.flows.set()


def test_a_reset_is_preceded_by_a_power_cycle(key: SimulatedKey, service: FakePcsc, source: NfcSource) -> None:
    with closing(source.open(*source.attached())) as opened:
        opened.set_pin(Secret(PIN))
        register(opened)
        opened.reset(Watch())
        assert service.calls.count("reconnect") == 1
        assert (key.has_pin, key.credentials) == (False, ())
        assert opened.inspect().pin is PinState.NOT_SET
        opened.set_pin(Secret(PIN))
        prove(opened, str(register(opened)["id"]))


def test_a_card_that_wants_a_touch_says_so_and_can_be_cancelled(key: SimulatedKey, source: NfcSource) -> None:
    key.touch_automatically = False
    with closing(source.open(*source.attached())) as opened:
        opened.set_pin(Secret(PIN))
        register(opened, Watch(on_touch=key.touch))
        cancel = Event()
        with pytest.raises(Cancelled):
            register(opened, Watch(on_touch=cancel.set, cancel=cancel))
        assert not key.wants_touch
        opened.inspect()


def test_a_card_that_takes_short_commands_only_is_spoken_to_in_parts(key: SimulatedKey) -> None:
    service = FakePcsc({READER: SmartCard(key, extended=False)})
    source = NfcSource(service.converse)
    with closing(source.open(*source.attached())) as opened:
        opened.set_pin(Secret(PIN))
        prove(opened, str(register(opened, user={"id": "aGFuZGxl", "name": "n" * 60, "displayName": "d" * 60})["id"]))


class Strange:
    """A card that answers each command after the selection with the same bytes."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self.closed = False

    def transmit(self, apdu: bytes) -> bytes:
        return b"FIDO_2_0\x90\x00" if apdu[1] == 0xA4 else self._answer

    def power_cycle(self) -> None:
        raise OSError("gone")

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def attendant() -> Iterator[Attendant]:
    """A thread for one card."""
    attendant = Attendant("card of a test")
    yield attendant
    attendant.close(lambda: None)


@pytest.mark.parametrize("answer", [b"", b"\x90", b"\x90\x00", b"\x00\x6f\x00", b"\x61\x10"])
def test_answers_that_are_none_are_faults(attendant: Attendant, answer: bytes) -> None:
    with pytest.raises(KeyFault):
        NfcChannel(Strange(answer), attendant)


def test_a_card_that_works_for_ever_and_hears_no_cancel_is_silent(attendant: Attendant) -> None:
    card = Strange(b"\x00\x90\x00")
    channel = NfcChannel(card, attendant, clock=lambda: monotonic() * 10)
    card._answer = b"\x02\x91\x00"
    told: list[int] = []
    stop = Event()

    def tell(status: int) -> None:
        told.append(status)
        stop.set()

    with pytest.raises(KeySilent):
        channel.call(0x10, b"\x01", stop, tell)
    assert told == [2]
    channel.close()
    assert card.closed


def test_what_cards_do_not_have_is_refused(attendant: Attendant) -> None:
    channel = NfcChannel(Strange(b"\x00\x90\x00"), attendant)
    with pytest.raises(Exception, match="INVALID_COMMAND"):
        channel.call(0x08)
    assert list(NfcChannel.list_devices()) == []


def test_u2f_goes_beside_it() -> None:
    card = SmartCard(SimulatedKey(WITH_U2F))
    card.key.touch_automatically = True
    card.power_on()
    attendant = Attendant("card of a test")

    class Powered(Strange):
        def transmit(self, apdu: bytes) -> bytes:
            return card.transmit(apdu)

    channel = NfcChannel(Powered(b""), attendant)
    assert channel.call(0x03, bytes.fromhex("00030000000000")) == b"U2F_V2\x90\x00"
    register_request = bytes.fromhex("00010300000040") + bytes(64) + b"\0\0"
    assert channel.call(0x03, register_request)[-2:] == b"\x90\x00"
    channel.close()


def test_a_command_needs_the_applet_and_one_that_it_knows() -> None:
    card = SmartCard(SimulatedKey(WITH_U2F))
    card.power_on()
    select = bytes.fromhex("00a4040008a0000006472f000100")
    assert card.transmit(bytes.fromhex("801000000104")) == b"\x69\x85", "nothing is selected"
    assert card.transmit(bytes.fromhex("00a4040002aabb00")) == b"\x6a\x82"
    assert card.transmit(select) == b"U2F_V2\x90\x00"
    assert card.transmit(bytes.fromhex("80990000")) == b"\x6d\x00"
    assert card.transmit(bytes.fromhex("40100000")) == b"\x6e\x00"
    assert card.transmit(bytes.fromhex("80110000")) == b"\x69\x85", "nothing is under way"
    assert card.transmit(bytes.fromhex("80108000010400"))[-2] == 0x61, "more than one portion"
    card.lift()
    with pytest.raises(OSError, match="power"):
        card.transmit(bytes.fromhex("80100000010400"))


def test_jobs_are_done_in_turn_and_none_after_the_last() -> None:
    attendant = Attendant("card of a test")
    done: list[int] = []
    attendant.do(lambda: done.append(1), 5.0)
    attendant.close(lambda: done.append(2))
    attendant.close(lambda: done.append(3))
    assert done == [1, 2]
    with pytest.raises(KeySilent):
        attendant.do(lambda: done.append(4), 5.0)
