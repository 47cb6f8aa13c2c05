"""Keys behind hidapi: what is seen, what may be opened, and whether it is still the same key."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hardware.authenticator import Transport
from hardware.errors import KeyBusy, KeyGone, KeySwapped, NoAccess
from hardware.simulated.key import SimulatedKey
from hardware.simulated.traits import CTAP21
from hardware.transport.access import UDEV_RULE
from hardware.transport.usb import HidPipe, UsbSource, node_identity, printable
from tests.hardware.ways import FakeHidapi, usb_source

PATH = b"/dev/hidraw7"
FIDO = bytes.fromhex("06d0f1 0901 a101 c0")


@pytest.fixture
def key() -> SimulatedKey:
    """A key in its port."""
    key = SimulatedKey()
    key.plug()
    return key


@pytest.fixture
def hidapi(key: SimulatedKey) -> FakeHidapi:
    """hidapi with that key and a mouse."""
    return FakeHidapi({PATH: key})


def test_keys_are_told_from_other_devices(hidapi: FakeHidapi) -> None:
    (address,) = usb_source(hidapi).attached()
    assert (address.transport, address.path, address.attach_id) == (Transport.USB, "/dev/hidraw7", 1)
    assert (address.serial, address.product) == (CTAP21.serial, CTAP21.product)
    assert not address.simulated


def test_two_keys_are_two_addresses(key: SimulatedKey) -> None:
    other = SimulatedKey(replace(CTAP21, serial="SIM-0002"))
    other.plug()
    source = usb_source(FakeHidapi({PATH: key, b"/dev/hidraw8": other}))
    one, two = source.attached()
    with closing(source.open(two)) as second, closing(source.open(one)) as first:
        assert (first.address.serial, second.address.serial) == ("SIM-0001", "SIM-0002")
        first.inspect()
        second.inspect()


def test_texts_of_a_key_are_bounded_and_printable() -> None:
    assert printable("Key\x1b[2J\u202e\n" + "x" * 1000) == "Key[2J" + "x" * (64 - 9)
    assert printable(None) == ""


def test_a_key_without_access_is_told_with_its_remedy(hidapi: FakeHidapi) -> None:
    with pytest.raises(NoAccess) as caught:
        usb_source(hidapi, accessible=lambda _: False).attached()
    assert caught.value.path == "/dev/hidraw7"
    assert UDEV_RULE in caught.value.remedy


def test_a_key_that_only_the_kernel_sees_is_told_as_one_without_access(tmp_path: Path) -> None:
    (tmp_path / "hidraw4" / "device").mkdir(parents=True)
    (tmp_path / "hidraw4" / "device" / "report_descriptor").write_bytes(FIDO)
    blind = FakeHidapi({})
    with pytest.raises(NoAccess) as caught:
        usb_source(blind, sysfs=tmp_path, accessible=lambda _: False).attached()
    assert caught.value.path == "/dev/hidraw4"
    assert usb_source(blind, sysfs=tmp_path).attached() == ()
    assert usb_source(blind, sysfs=tmp_path / "none", accessible=lambda _: False).attached() == ()


def test_one_key_with_access_is_enough(key: SimulatedKey) -> None:
    other = SimulatedKey()
    other.plug()
    source = usb_source(FakeHidapi({PATH: key, b"/dev/hidraw8": other}), accessible=lambda path: path.endswith("8"))
    assert [address.path for address in source.attached()] == ["/dev/hidraw8"]


def test_elsewhere_than_on_linux_access_is_known_on_opening(hidapi: FakeHidapi) -> None:
    source = usb_source(hidapi, platform="win32", accessible=lambda _: False)
    (address,) = source.attached()
    hidapi.held.add(PATH)
    with pytest.raises(NoAccess) as caught:
        source.open(address)
    assert "administrator" in caught.value.remedy


def test_a_key_held_by_another_program_is_busy(hidapi: FakeHidapi) -> None:
    source = usb_source(hidapi)
    (address,) = source.attached()
    hidapi.held.add(PATH)
    with pytest.raises(KeyBusy):
        source.open(address)


def test_access_that_was_lost_is_told_on_opening(hidapi: FakeHidapi) -> None:
    (address,) = usb_source(hidapi).attached()
    hidapi.held.add(PATH)
    with pytest.raises(NoAccess):
        usb_source(hidapi, accessible=lambda _: False).open(address)


@pytest.mark.parametrize("moment", ["before", "while"])
@pytest.mark.parametrize(("act", "error"), [(SimulatedKey.unplug, KeyGone), (SimulatedKey.power_cycle, KeySwapped)])
def test_a_key_that_changed_since_it_was_seen_is_not_opened(
    key: SimulatedKey, hidapi: FakeHidapi, moment: str, act: Callable[[SimulatedKey], None], error: type[Exception]
) -> None:
    source = usb_source(hidapi)
    (address,) = source.attached()
    if moment == "before":
        act(key)
    else:
        hidapi.on_open = lambda: act(key)
    with pytest.raises(error):
        source.open(address)


def test_another_key_on_the_same_path_is_not_opened(hidapi: FakeHidapi) -> None:
    source = usb_source(hidapi, identity=lambda _: 0)
    (address,) = source.attached()
    other = SimulatedKey(replace(CTAP21, serial="SIM-0002"))
    other.plug()
    hidapi.keys[PATH] = other
    with pytest.raises(KeySwapped):
        source.open(address)


def test_a_closed_handle_is_a_key_that_left(hidapi: FakeHidapi) -> None:
    pipe = HidPipe(hidapi.device())
    with pytest.raises(OSError, match="closed"):
        pipe.read(0.1)
    with pytest.raises(OSError, match="closed"):
        pipe.write(bytes(64))


def test_a_device_node_has_an_identity_while_it_is_there(tmp_path: Path) -> None:
    node = tmp_path / "hidraw1"
    assert node_identity(str(node)) == 0
    node.touch()
    assert node_identity(str(node)) == node.stat().st_ino


def test_the_real_hidapi_can_be_asked() -> None:
    entries: Any = UsbSource(accessible=lambda _: True).attached()
    assert isinstance(entries, tuple)
