"""The simulated key as a card in a virtual reader, behind a real PC/SC service and the real client library."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from threading import Event, Thread
from time import monotonic

import pytest

from hardware.authenticator import Authenticator, KeyAddress, PinState, Transport, Watch
from hardware.errors import Cancelled, KeyBusy, KeyGone, KeySwapped
from hardware.simulated.key import SimulatedKey
from hardware.simulated.smart_card import SmartCard
from hardware.simulated.traits import CTAP21
from hardware.transport.nfc import NfcSource
from kiosk.secret import Secret
from tests.hardware.transport.pcscd import SLOTS, Pcscd, free_ports, missing, until
from tests.hardware.ways import PIN, prove, raw_id, register

pytestmark = [pytest.mark.nfc, pytest.mark.xdist_group("pcscd")]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pcscd]:
    """A PC/SC service with one virtual reader of two slots, which this process talks to."""
    if (lack := missing()) and os.environ.get("CI") != "true":
        pytest.skip(f"needs {lack}")
    assert not lack, f"needs {lack}"
    running = Pcscd(tmp_path_factory.mktemp("pcscd"), free_ports(SLOTS))
    running.start()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PCSCLITE_CSOCK_NAME", str(running.socket))
        yield running
    running.stop()


@pytest.fixture
def key() -> SimulatedKey:
    """A key for which being laid down is the touch."""
    key = SimulatedKey(replace(CTAP21, transports=("nfc", "usb")))
    key.touch_automatically = True
    return key


@pytest.fixture
def lifted(service: Pcscd, key: SimulatedKey) -> Iterator[Event]:
    """It lies in the first slot until this is set."""
    with service.card(SmartCard(key)) as lifted:
        yield lifted


@pytest.fixture
def source(lifted: Event) -> NfcSource:
    """What is on the readers."""
    return NfcSource()


@pytest.fixture
def address(source: NfcSource) -> KeyAddress:
    """The one key there."""
    return found(source)


def found(source: NfcSource) -> KeyAddress:
    """The one key of the source, once it is there."""
    until(source.attached)
    (address,) = source.attached()
    return address


def noticed(source: NfcSource, seconds: float = 10.0) -> float:
    """How long it takes until a wait ends."""
    started = monotonic()
    while not source.changed(1.0):
        assert monotonic() - started < seconds, "nothing was told"
    return monotonic() - started


@pytest.fixture
def opened(source: NfcSource, address: KeyAddress) -> Iterator[Authenticator]:
    """That key, opened."""
    with closing(source.open(address)) as opened:
        yield opened


def test_a_whole_enrollment_on_a_reader(key: SimulatedKey, opened: Authenticator) -> None:
    info = opened.inspect()
    assert (info.address.transport, info.pin, info.aaguid) == (Transport.NFC, PinState.NOT_SET, CTAP21.aaguid)
    assert info.address.bus.startswith("Virtual")
    opened.set_pin(Secret(PIN))
    made = register(opened)
    prove(opened, str(made["id"]))
    assert opened.has_credential("example.com", raw_id(made))
    assert [row.credential_id for row in key.credentials] == [raw_id(made)]
    opened.delete_credential(raw_id(made))
    assert key.credentials == ()


def test_a_reset_takes_the_power_away_first(key: SimulatedKey, opened: Authenticator) -> None:
    opened.set_pin(Secret(PIN))
    register(opened)
    before = key.attach_id
    opened.reset(Watch())
    assert (key.has_pin, key.credentials) == (False, ())
    assert key.attach_id == before, "it was never lifted"
    opened.set_pin(Secret(PIN))
    prove(opened, str(register(opened)["id"]))


def test_a_touch_is_waited_for_and_a_cancel_ends_the_wait(key: SimulatedKey, opened: Authenticator) -> None:
    key.touch_automatically = False
    opened.set_pin(Secret(PIN))
    register(opened, Watch(on_touch=key.touch))
    cancel = Event()
    started = monotonic()
    with pytest.raises(Cancelled):
        register(opened, Watch(on_touch=cancel.set, cancel=cancel))
    assert monotonic() - started < 3
    opened.inspect()


def test_a_key_that_is_lifted_in_the_middle_is_gone(
    key: SimulatedKey, lifted: Event, opened: Authenticator, source: NfcSource
) -> None:
    key.touch_automatically = False
    opened.set_pin(Secret(PIN))
    with pytest.raises(KeyGone):
        register(opened, Watch(on_touch=lifted.set, deadline=20))
    assert key.credentials == ()
    noticed(source)
    until(lambda: source.attached() == ())


def test_a_key_that_is_laid_down_again_is_another_insertion(
    service: Pcscd, key: SimulatedKey, lifted: Event, source: NfcSource, address: KeyAddress
) -> None:
    lifted.set()
    until(lambda: source.attached() == ())
    with pytest.raises(KeyGone):
        source.open(address)
    with service.card(SmartCard(key)):
        after = found(source)
        assert after.attach_id != address.attach_id
        with pytest.raises(KeySwapped):
            source.open(address)
        source.open(after).close()


def test_two_cards_are_two_places(service: Pcscd, source: NfcSource, address: KeyAddress) -> None:
    other = SimulatedKey(replace(CTAP21, aaguid=bytes(range(16))))
    with service.card(SmartCard(other), slot=1):
        until(lambda: len(source.attached()) == 2)
        one, two = sorted(source.attached(), key=lambda each: each.path)
        assert one.path != two.path
        with closing(source.open(one)) as first, closing(source.open(two)) as second:
            assert (first.inspect().aaguid, second.inspect().aaguid) == (CTAP21.aaguid, bytes(range(16)))


def test_it_is_ours_alone_while_it_is_open(source: NfcSource, address: KeyAddress, opened: Authenticator) -> None:
    opened.inspect()
    assert source.attached() == (address,)
    with pytest.raises(KeyBusy):
        source.open(address)
    opened.inspect()


def test_nothing_is_told_while_nothing_happens(source: NfcSource, address: KeyAddress) -> None:
    until(lambda: not source.changed(0.05) or source.attached() is None)
    started = monotonic()
    assert not source.changed(0.5)
    assert 0.4 < monotonic() - started < 2


def test_cards_that_come_and_go_end_a_wait(service: Pcscd, lifted: Event, source: NfcSource) -> None:
    found(source)
    during(source, lifted.set)
    assert source.attached() == ()
    with service.card(SmartCard(SimulatedKey())):
        noticed(source)
        found(source)


def during(source: NfcSource, act: Callable[[], object]) -> None:
    """Wait while something happens that ends the wait."""
    actor = Thread(target=act, name="actor")
    actor.start()
    noticed(source)
    actor.join()


def test_a_service_that_ends_takes_readers_and_keys_along_and_they_come_back(
    service: Pcscd, key: SimulatedKey, source: NfcSource, opened: Authenticator
) -> None:
    opened.inspect()
    try:
        during(source, service.stop)
        assert source.attached() == ()
        with pytest.raises(KeyGone):
            opened.inspect()
    finally:
        service.start()
    with service.card(SmartCard(key)):
        source.open(found(source)).close()


def test_short_commands_only(service: Pcscd, key: SimulatedKey) -> None:
    source = NfcSource()
    with service.card(SmartCard(key, extended=False)), closing(source.open(found(source))) as opened:
        opened.set_pin(Secret(PIN))
        prove(opened, str(register(opened)["id"]))
