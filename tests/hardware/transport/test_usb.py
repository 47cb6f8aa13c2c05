"""Keys behind hidapi: what is seen, what may be opened, and whether it is still the same key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from hardware.authenticator import Transport
from hardware.errors import KeyBusy, KeyFault, KeyGone, KeySilent, KeySwapped, NoAccess
from hardware.simulated.key import SimulatedKey
from hardware.simulated.traits import CTAP21
from hardware.transport.access import UDEV_RULE
from hardware.transport.texts import printable
from hardware.transport.usb import HidPipe, System, UsbSource
from hardware.watcher import LOOK_ANYWAY, Watcher
from tests.hardware.ways import FakeHandle, FakeHidapi, hurried, usb_source

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
    source = usb_source(hidapi, identity=lambda _path, _sysfs: 0)
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


@pytest.mark.parametrize("taken", [0, 1, 64])
def test_a_report_that_is_taken_in_part_only_is_a_fault(taken: int) -> None:
    with pytest.raises(KeyFault):
        HidPipe(Sluggish(taken)).write(bytes(64))
    HidPipe(Sluggish(65)).write(bytes(64))


class Sluggish(FakeHandle):
    """A handle that takes so many bytes of a report."""

    def __init__(self, taken: int) -> None:
        super().__init__(FakeHidapi({}))
        self._taken = taken

    def write(self, buff: bytes) -> int:
        return self._taken


def test_whoever_holds_a_key_is_named(hidapi: FakeHidapi) -> None:
    source = usb_source(hidapi, holder=lambda path: f"browser with {path}")
    (address,) = source.attached()
    hidapi.held.add(PATH)
    with pytest.raises(KeyBusy) as caught:
        source.open(address)
    assert caught.value.holder == "browser with /dev/hidraw7"


def test_whoever_keeps_the_channel_busy_is_named(
    key: SimulatedKey, hidapi: FakeHidapi, caplog: pytest.LogCaptureFixture
) -> None:
    source = usb_source(hidapi, holder=lambda _: "browser", clock=hurried)
    (address,) = source.attached()
    key.faults = replace(key.faults, busy=True)
    with pytest.raises(KeyBusy) as caught:
        source.open(address)
    assert caught.value.holder == "browser"
    key.faults = replace(key.faults, busy=False)
    with closing(source.open(address)) as opened:
        key.faults = replace(key.faults, busy=True)
        opened.inspect()  # tells what opening has read
        with pytest.raises(KeyBusy) as caught:
            opened.inspect()
    assert caught.value.holder == "browser"
    caplog.clear()


def plugged_into(sysfs: Path, node: str, devices: str) -> None:
    """What sysfs shows of a HID device behind these USB devices."""
    device = sysfs.parent / "devices" / devices / "0003:1050:0407.0005"
    device.mkdir(parents=True)
    (sysfs / node).mkdir(parents=True)
    (sysfs / node / "device").symlink_to(device)


def test_two_keys_behind_one_hub_sit_in_two_sockets(key: SimulatedKey, tmp_path: Path) -> None:
    other, sysfs = SimulatedKey(), tmp_path / "hidraw"
    other.plug()
    plugged_into(sysfs, "hidraw7", "pci0000:00/usb1/1-2/1-2.3/1-2.3:1.0")
    plugged_into(sysfs, "hidraw8", "pci0000:00/usb1/1-2/1-2.4/1-2.4:1.0")
    source = usb_source(FakeHidapi({PATH: key, b"/dev/hidraw8": other}), sysfs=sysfs)
    assert [address.bus for address in source.attached()] == ["usb:1-2.3", "usb:1-2.4"]


def test_a_key_that_moved_to_another_socket_is_another_insertion(
    key: SimulatedKey, hidapi: FakeHidapi, tmp_path: Path
) -> None:
    sysfs = tmp_path / "hidraw"
    plugged_into(sysfs, "hidraw7", "usb1/1-2/1-2:1.0")
    source = usb_source(hidapi, sysfs=sysfs, identity=lambda _path, _sysfs: 0)
    (address,) = source.attached()
    (sysfs / "hidraw7" / "device").unlink()
    (sysfs / "hidraw7").rmdir()
    plugged_into(sysfs, "hidraw7", "usb1/1-3/1-3:1.0")
    with pytest.raises(KeySwapped):
        source.open(address)
    assert address not in source.attached()


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"path": None},
        {"path": "/dev/hidraw1"},
        {"path": b"\xff\xfe", "vendor_id": "1050", "product_id": None, "serial_number": 17},
        {"path": b"/dev/hidraw1", "serial_number": "\ud800\x00\x1b]0;", "product_string": b"bytes", "vendor_id": -1},
    ],
)
def test_entries_with_missing_or_hostile_members_are_endured(entry: dict[str, Any]) -> None:
    class Hostile(FakeHidapi):
        def enumerate(self) -> list[dict[str, Any]]:
            return [entry | {"usage_page": 0xF1D0, "usage": 1}]

    for address in usb_source(Hostile({})).attached():
        assert (address.serial + address.product + address.manufacturer).isprintable()
        assert isinstance(address.vendor_id, int)
        assert isinstance(address.product_id, int)


class Stuck(FakeHidapi):
    """A hidapi whose enumeration hangs while it is told to."""

    def __init__(self, keys: Mapping[bytes, SimulatedKey]) -> None:
        super().__init__(keys)
        self.flows = Event()
        self.looks = 0

    def enumerate(self) -> list[dict[str, Any]]:
        self.looks += 1
        assert self.flows.wait(30)
        return super().enumerate()


def test_enumeration_that_hangs_is_left_behind_once(key: SimulatedKey) -> None:
    stuck = Stuck({PATH: key})
    source = UsbSource(stuck, System(platform="win32"), enumeration_seconds=0.05)
    for _ in range(3):
        with pytest.raises(KeySilent):
            source.attached()
    assert stuck.looks == 1
    stuck.flows.set()
    assert len(source.attached()) == 1
    assert stuck.looks == 2, "what was found so late is not believed"


def test_nobody_enumerates_without_news(hidapi: FakeHidapi) -> None:
    looks: list[float] = []
    now = [0.0]

    class Counting(FakeHidapi):
        def enumerate(self) -> list[dict[str, Any]]:
            looks.append(now[0])
            return super().enumerate()

    class Told:
        def wait(self, seconds: float) -> bool:
            before, now[0] = now[0], now[0] + seconds
            return before < 7.0 <= now[0]

    source = UsbSource(Counting(hidapi.keys), System(platform="win32"), news=Told())
    Watcher(source, lambda _: None, clock=lambda: now[0]).run(lambda: now[0] >= 3600)
    assert len(looks) == 3600 / LOOK_ANYWAY + 1


def test_the_real_hidapi_can_be_asked() -> None:
    entries: Any = UsbSource(system=System(accessible=lambda _: True)).attached()
    assert isinstance(entries, tuple)


def test_where_the_system_numbers_no_insertions_those_of_whoever_watches_open_the_key(hidapi: FakeHidapi) -> None:
    source = usb_source(hidapi, platform="win32", identity=lambda _path, _sysfs: 0)
    (address,) = source.attached()
    source.open(replace(address, attach_id=7)).close()


def test_opening_asks_for_no_enumeration_where_the_insertion_has_a_number(key: SimulatedKey) -> None:
    class Counted(FakeHidapi):
        asked = 0

        def enumerate(self) -> list[dict[str, Any]]:
            self.asked += 1
            return super().enumerate()

    hidapi = Counted({PATH: key})
    source = usb_source(hidapi)
    (address,) = source.attached()
    source.open(address).close()
    assert hidapi.asked == 1
