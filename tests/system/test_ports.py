"""Keys come, go and change places at the ports of a real kernel, and we are never at the wrong one."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Timer
from time import monotonic

import pytest

from hardware.authenticator import KeyAddress, KeySource, PinState, Watch
from hardware.errors import Cancelled, KeyBusy, KeyGone, KeySwapped, NoAccess
from hardware.transport.usb import UsbSource
from hardware.watcher import Change, Inserted, Removed, Watcher
from kiosk.secret import Secret
from tests.hardware.ways import PIN, RP_ID, prove, register
from tests.system.drawer import PORTS, RULE, Drawer
from tests.system.libfido2 import digest
from tests.system.patience import LONG, until

NAMELESS = {"serial": ""}


@pytest.fixture
def source() -> KeySource:
    """Where keys come from on this system."""
    return UsbSource()


def one(source: KeySource) -> KeyAddress:
    """The one key that is in."""
    (address,) = until(source.attached)
    return address


def both(source: KeySource) -> dict[str, KeyAddress]:
    """The two keys that are in, by the place where they are."""
    found = until(lambda: addresses if len(addresses := source.attached()) == 2 else ())
    return {address.bus: address for address in found}


@pytest.mark.parametrize("port", [PORTS[0], "uhid"])
def test_a_key_is_seen_with_all_its_names_and_seen_to_leave(drawer: Drawer, source: KeySource, port: str) -> None:
    assert source.attached() == ()
    drawer.put_in("A1", port)
    address = one(source)
    assert (address.serial, address.vendor_id, address.product_id) == ("A1", 0xF1D0, 0x0001)
    drawer.unplug("A1")
    until(lambda: source.attached() == ())


@pytest.mark.parametrize("port", [PORTS[0], "uhid"])
def test_a_key_is_provisioned_and_proved(drawer: Drawer, source: KeySource, port: str) -> None:
    drawer.put_in("A1", port)
    with closing(source.open(one(source))) as key:
        assert key.inspect().pin is PinState.NOT_SET
        key.set_pin(Secret(PIN))
        made = register(key)
        prove(key, made["id"])
        assert key.inspect().pin is PinState.SET
    assert [each["rp_id"] for each in drawer.credentials("A1")] == [RP_ID]


def test_two_nameless_keys_of_one_model_are_told_apart(drawer: Drawer, source: KeySource) -> None:
    drawer.put_in("first", PORTS[0], NAMELESS)
    drawer.put_in("second", PORTS[1], NAMELESS)
    places = both(source)
    assert len(places) == 2
    assert {address.serial for address in places.values()} == {""}
    drawer.unplug("first")
    second = until(lambda: one_left if len(one_left := source.attached()) == 1 else ())[0]
    with closing(source.open(second)) as key:
        key.set_pin(Secret(PIN))
        register(key)
    assert len(drawer.credentials("second")) == 1
    assert drawer.credentials("first") == []


def test_a_key_in_another_port_is_known_by_its_serial_number(drawer: Drawer, source: KeySource) -> None:
    drawer.put_in("A1", PORTS[0])
    before = one(source)
    drawer.move("A1", PORTS[1])
    after = until(lambda: [each for each in source.attached() if each.attach_id != before.attach_id])[0]
    assert after.serial == before.serial
    assert after.bus != before.bus
    with pytest.raises((KeySwapped, KeyGone)):
        source.open(before)
    source.open(after).close()


@pytest.mark.parametrize("traits", [{}, NAMELESS], ids=["with serial numbers", "without"])
def test_another_key_in_the_same_place_is_refused(drawer: Drawer, source: KeySource, traits: dict[str, str]) -> None:
    drawer.put_in("mine", PORTS[0], traits)
    mine = one(source)
    drawer.unplug("mine")
    until(lambda: source.attached() == ())
    drawer.put_in("theirs", PORTS[0], traits)
    theirs = one(source)
    assert theirs.path == mine.path, "the kernel gives the same number again"
    with pytest.raises(KeySwapped):
        source.open(mine)
    source.open(theirs).close()


def test_a_key_that_is_out_and_in_again_between_two_looks_is_seen_to_have_been_out(
    drawer: Drawer, source: KeySource
) -> None:
    drawer.put_in("A1")
    one(source)
    changes: list[Change] = []
    watcher = Watcher(source, changes.append)
    watcher.poll()
    drawer.unplug("A1")
    until(lambda: source.attached() == ())
    drawer.plug("A1")
    one(source)
    watcher.poll()
    assert [type(change) for change in changes] == [Inserted, Removed, Inserted]


def test_a_key_pulled_while_it_waits_for_a_touch_is_missed_at_once(drawer: Drawer, source: KeySource) -> None:
    drawer.put_in("A1")
    drawer.touches_itself("A1", itself=False)
    with closing(source.open(one(source))) as key:
        key.set_pin(Secret(PIN))
        pulled: list[float] = []

        def pull() -> None:
            drawer.unplug("A1")
            pulled.append(monotonic())

        watch = Watch(on_touch=_later(pull))
        with pytest.raises(KeyGone):
            register(key, watch)
        missed = monotonic()  # which may be before the drawer has said that the key is out
        (out,) = until(lambda: pulled)
        assert missed - out < 2
    assert drawer.credentials("A1") == []


def test_a_touch_that_nobody_wants_any_more_is_cancelled(drawer: Drawer, source: KeySource) -> None:
    drawer.put_in("A1")
    drawer.touches_itself("A1", itself=False)
    with closing(source.open(one(source))) as key:
        key.set_pin(Secret(PIN))
        watch = Watch()
        watch = Watch(on_touch=_later(watch.cancel.set), cancel=watch.cancel)
        with pytest.raises(Cancelled):
            register(key, watch)
        drawer.touches_itself("A1", itself=True)
        register(key)  # it is not out of step


def _later(action: Callable[[], None]) -> Callable[[], None]:
    """Does it in a moment, from a thread of its own, once."""
    timer = Timer(0.3, action)
    return lambda: None if timer.ident else timer.start()


def test_a_key_that_another_program_keeps_busy_is_said_to_be(drawer: Drawer, source: KeySource, tmp_path: Path) -> None:
    drawer.put_in("A1")
    drawer.touches_itself("A1", itself=False)
    address = one(source)
    (tmp_path / "asked").write_text(f"{digest('create')}\n{RP_ID}\nann\nYW5u\n")
    other = subprocess.Popen(["fido2-cred", "-M", "-i", tmp_path / "asked", address.path], stdout=subprocess.PIPE)
    try:
        until(lambda: drawer.wants_touch("A1"))
        with pytest.raises(KeyBusy) as caught:
            source.open(address)
        assert caught.value.holder == "fido2-cred"
    finally:
        other.kill()
        other.communicate()


def test_without_our_udev_rule_the_key_is_out_of_reach_and_with_it_it_is_not(drawer: Drawer, source: KeySource) -> None:
    drawer.allow(allowed=False)
    try:
        drawer.put_in("A1")
        error = _refused(source)
    finally:
        drawer.allow(allowed=True)
    assert error.path.startswith("/dev/hidraw")
    assert RULE in error.remedy
    drawer.unplug("A1")  # as the remedy says: insert the key again
    drawer.plug("A1")
    source.open(one(source)).close()


def _refused(source: KeySource) -> NoAccess:
    """What is said about the key that may not be opened, once it is there."""
    ends = monotonic() + LONG
    while monotonic() < ends:
        try:
            assert source.attached() == ()
        except NoAccess as error:
            return error
    raise AssertionError("nothing is said")


def test_the_system_tells_of_a_key_that_comes_and_of_one_that_leaves(drawer: Drawer, source: KeySource) -> None:
    source.changed(0.1)
    drawer.settle()
    while source.changed(0.5):
        pass  # what came before
    drawer.put_in("A1")
    assert source.changed(20)
    one(source)
    drawer.settle()
    while source.changed(0.5):
        pass
    drawer.unplug("A1")
    assert source.changed(20)
