"""Which socket a HID device sits in, and which insertion of it this is."""

from __future__ import annotations

import re
from pathlib import Path

MOST = 64

# A USB device as sysfs names it: the bus, then the port of each hub on the way (usb_alloc_dev of the kernel).
_USB_DEVICE = re.compile(r"\d+-\d+(\.\d+)*")
# A HID device instance on Windows: \\?\HID#VID_1050&PID_0407&MI_01#7&2ab3c4d5&0&0000#{4d1e55b2-…}
_WINDOWS = re.compile(r"\\\\\?\\hid#[^#]+#([0-9a-f&]+)#", re.IGNORECASE)


def usb_port(path: str, platform: str, sysfs: Path) -> str:
    """The USB socket of the device at `path` of an enumeration, the same after a re-plug; empty where not told."""
    if platform == "linux":
        return _on_linux(sysfs / Path(path).name)
    if platform == "win32" and (found := _WINDOWS.match(path)):
        return f"usb:{found[1].lower()}"[:MOST]
    return ""


def _on_linux(entry: Path) -> str:
    try:
        parts = (entry / "device").resolve(strict=True).parts
    except OSError:  # unplugged in between, or sysfs is not mounted
        return ""
    devices = [part for part in parts if _USB_DEVICE.fullmatch(part)]
    return f"usb:{devices[-1]}"[:MOST] if devices else ""


def insertion(path: str, sysfs: Path) -> int:
    """A number that the kernel gives to this insertion alone; 0 where there is none.

    It is the inode of the device in sysfs, or that of its node: a /dev that was handed into a container keeps its nodes
    while devices come and go behind them.
    """
    for place in (sysfs / Path(path).name / "device", Path(path)):
        try:
            return place.stat().st_ino
        except OSError:
            continue
    return 0
