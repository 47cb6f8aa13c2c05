"""Sockets and insertions, as each system names them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.transport.place import insertion, usb_port

WINDOWS = r"\\?\HID#VID_1050&PID_0407&MI_01#7&2AB3C4D5&0&0000#{4d1e55b2-f16f-11cf-88cb-001111000030}"


def entry(sysfs: Path, node: str, device: str) -> None:
    """A hidraw device in a sysfs of our own."""
    target = sysfs / "devices" / device
    target.mkdir(parents=True, exist_ok=True)
    (sysfs / node).mkdir()
    (sysfs / node / "device").symlink_to(target)


@pytest.mark.parametrize(
    ("device", "port"),
    [
        ("pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.1/0003:1050:0407.0006", "usb:1-2"),
        ("pci0000:00/0000:00:14.0/usb3/3-1/3-1.4/3-1.4.2/3-1.4.2:1.0/0003:096E:0858.0011", "usb:3-1.4.2"),
        ("platform/dummy_hcd.0/usb2/2-1/2-1:1.0/0003:1209:5070.0001", "usb:2-1"),
        ("virtual/misc/uhid/0003:1209:5070.0002", ""),
        ("pci0000:00/i2c-3/0018:06CB:7E7E.0001", ""),
    ],
)
def test_the_last_usb_device_on_the_way_is_the_socket(tmp_path: Path, device: str, port: str) -> None:
    entry(tmp_path, "hidraw3", device)
    assert usb_port("/dev/hidraw3", "linux", tmp_path) == port


def test_a_device_that_left_sits_nowhere(tmp_path: Path) -> None:
    assert usb_port("/dev/hidraw3", "linux", tmp_path) == ""
    (tmp_path / "hidraw3").mkdir()
    (tmp_path / "hidraw3" / "device").symlink_to(tmp_path / "gone")
    assert usb_port("/dev/hidraw3", "linux", tmp_path) == ""


def test_windows_names_the_instance_by_its_socket(tmp_path: Path) -> None:
    assert usb_port(WINDOWS, "win32", tmp_path) == "usb:7&2ab3c4d5&0&0000"
    assert usb_port("something else", "win32", tmp_path) == ""
    assert usb_port("DevSrvsID:4294969861", "darwin", tmp_path) == ""


@given(st.text(max_size=80), st.sampled_from(["linux", "win32", "darwin"]))
def test_any_path_is_endured(path: str, platform: str) -> None:
    nowhere = Path("/nowhere")
    clean = path.replace("\0", "")
    assert len(usb_port(clean, platform, nowhere)) <= 64
    insertion(clean, nowhere)


def test_each_insertion_has_a_number_of_its_own(tmp_path: Path) -> None:
    node = tmp_path / "node"
    assert insertion(str(node), tmp_path) == 0
    node.touch()
    assert insertion(str(node), tmp_path) == node.stat().st_ino


def test_a_node_that_stays_while_devices_come_and_go_is_no_identity(tmp_path: Path) -> None:
    sysfs, node = tmp_path / "class", tmp_path / "hidraw3"
    node.touch()
    sysfs.mkdir()
    entry(sysfs, "hidraw3", "first")
    before = insertion(str(node), sysfs)
    (sysfs / "hidraw3" / "device").unlink()
    (sysfs / "hidraw3").rmdir()
    entry(sysfs, "hidraw3", "second")
    assert insertion(str(node), sysfs) not in (before, node.stat().st_ino)
