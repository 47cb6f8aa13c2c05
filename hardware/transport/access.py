"""Which HID interfaces are FIDO keys, and what to do when the operating system does not let us open one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

FIDO_USAGE_PAGE = 0xF1D0
FIDO_USAGE = 0x01

UDEV_RULE = "70-keywright.rules"

REMEDIES = {
    "linux": f"copy {UDEV_RULE} to /etc/udev/rules.d, add the account to the group kiosk, and insert the key again",
    "win32": "start the key agent with administrator rights: Windows keeps FIDO keys from other programs",
    "darwin": "allow Input Monitoring for this program in the privacy settings, and start it again",
}
"""For staff: what lets this program open keys, by `sys.platform`."""

# Tags of HID short items without their two size bits (HID 1.11 section 6.2.2).
USAGE_PAGE, USAGE, COLLECTION = 0x04, 0x08, 0xA0
LONG_ITEM = 0xFE


def remedy(platform: str) -> str:
    """What staff should do on this platform."""
    return REMEDIES.get(platform, "let this account read and write the HID device of the key")


def items(report_descriptor: bytes) -> Iterator[tuple[int, int]]:
    """Tag and value of each short item; a descriptor that ends within an item ends there."""
    position = 0
    while position < len(report_descriptor):
        head = report_descriptor[position]
        if head == LONG_ITEM:
            position += 3 + (report_descriptor[position + 1] if position + 1 < len(report_descriptor) else 0)
            continue
        size = (0, 1, 2, 4)[head & 0x03]
        value = report_descriptor[position + 1 : position + 1 + size]
        if len(value) < size:
            return
        yield head & 0xFC, int.from_bytes(value, "little")
        position += 1 + size


def is_fido(report_descriptor: bytes) -> bool:
    """Whether the first top-level collection is CTAPHID (CTAP 2.1 section 11.2.8.2)."""
    page = usage = None
    for tag, value in items(report_descriptor):
        if tag == USAGE_PAGE:
            page = value
        elif tag == USAGE:
            usage = value
        elif tag == COLLECTION:
            break
    return (page, usage) == (FIDO_USAGE_PAGE, FIDO_USAGE)


def fido_nodes(sysfs: Path) -> tuple[str, ...]:
    """Names of the hidraw nodes that are FIDO keys, as the kernel lists them below `sysfs`."""
    return tuple(
        sorted(found.parent.parent.name for found in sysfs.glob("*/device/report_descriptor") if _is_fido_file(found))
    )


def _is_fido_file(report_descriptor: Path) -> bool:
    try:
        return is_fido(report_descriptor.read_bytes())
    except OSError:
        return False  # unplugged between the two looks


def may_open(path: str) -> bool:
    """Whether this process may read and write the device node."""
    return os.access(path, os.R_OK | os.W_OK)
