"""A key as a USB gadget: a real USB device at a port of this machine (configfs and f_hid of Linux).

The port is a USB device controller: that of a board, or `dummy_hcd`, which joins one to a host controller of the same
machine, so that its own kernel enumerates the key as it enumerates every other.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from hardware.simulated.ctaphid import REPORT
from hardware.simulated.linux.cable import REPORT_DESCRIPTOR, Missing, Need
from hardware.simulated.traits import KeyTraits

ENGLISH: Final = "0x409"  # USB language identifier
USB_2: Final = "0x0200"
_OURS: Final = "keywright-"
_FUNCTION: Final = "hid.key"


class GadgetCable:
    """A `Cable` over one USB device controller (`udc`; the first free one when empty).

    The gadget's folder in configfs is made at the first plug and removed by `close`; those of processes that were
    killed are removed then too. `name` tells several cables of one process apart. `root`, `sysfs` and `dev` are where
    the kernel shows itself, `proc` where it shows processes.
    """

    def __init__(
        self,
        traits: KeyTraits,
        udc: str = "",
        name: str = "key",
        *,
        root: Path = Path("/sys/kernel/config/usb_gadget"),
        sysfs: Path = Path("/sys"),
        dev: Path = Path("/dev"),
        proc: Path = Path("/proc"),
    ) -> None:
        self._traits = traits
        self._gadget = root / f"{_OURS}{os.getpid()}-{name}"
        self._udc = udc
        self._sysfs = sysfs
        self._dev = dev
        self._proc = proc
        self._file: int | None = None

    @property
    def _function(self) -> Path:
        return self._gadget / "functions" / _FUNCTION

    def plug(self) -> None:
        """Bind the gadget to its controller. Raises Missing, OSError (EBUSY when the controller is taken)."""
        with _rights():
            if not self._gadget.exists():
                self._make()
            udc = self._udc or self._free_controller()
            (self._gadget / "UDC").write_text(udc)
            self._file = os.open(self._node(), os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def unplug(self) -> None:
        """Unbind it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        _unbind(self._gadget)

    def close(self) -> None:
        """Unbind it and remove its folder, in the order that configfs asks for."""
        self.unplug()
        _remove(self._gadget)

    def fileno(self) -> int:
        """The open /dev/hidg node."""
        if self._file is None:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        return self._file

    def receive(self) -> bytes | None:
        """The next report."""
        try:
            return os.read(self.fileno(), REPORT)
        except BlockingIOError:
            return None

    def send(self, report: bytes) -> None:
        """Queue one report for the host's next poll. Raises BlockingIOError while one is queued already."""
        os.write(self.fileno(), report)

    def _make(self) -> None:
        if not self._gadget.parent.is_dir():
            raise Missing(Need.CONFIGFS)
        self._remove_orphans()
        self._gadget.mkdir()
        try:
            self._describe()
        except OSError:
            self.close()
            raise

    def _remove_orphans(self) -> None:
        for gadget in self._gadget.parent.glob(f"{_OURS}*"):
            if not (self._proc / gadget.name.split("-")[1]).exists():
                _unbind(gadget)
                _remove(gadget)

    def _describe(self) -> None:
        traits = self._traits
        self._write("idVendor", f"{traits.vendor_id:#06x}")
        self._write("idProduct", f"{traits.product_id:#06x}")
        self._write("bcdUSB", USB_2)
        self._write("bcdDevice", f"{traits.firmware >> 8 & 0xFFFF:#06x}")
        strings = self._gadget / "strings" / ENGLISH
        strings.mkdir()
        for name, text in (
            ("serialnumber", traits.serial),
            ("manufacturer", traits.manufacturer),
            ("product", traits.product),
        ):
            (strings / name).write_text(text)
        self._make_function()
        (self._gadget / "configs/c.1").mkdir()
        (self._gadget / "configs/c.1" / _FUNCTION).symlink_to(self._function)

    def _make_function(self) -> None:
        try:
            self._function.mkdir()
        except FileNotFoundError as error:  # the kernel knows no such function
            raise Missing(Need.HID_FUNCTION) from error
        for name, value in (("protocol", 0), ("subclass", 0), ("report_length", REPORT)):
            self._write(f"functions/{_FUNCTION}/{name}", str(value))
        (self._function / "report_desc").write_bytes(REPORT_DESCRIPTOR)

    def _write(self, name: str, text: str) -> None:
        (self._gadget / name).write_text(text)

    def _free_controller(self) -> str:
        taken = {bound.read_text().strip() for bound in self._gadget.parent.glob("*/UDC")}
        free = sorted(path.name for path in (self._sysfs / "class/udc").glob("*") if path.name not in taken)
        if not free:
            raise Missing(Need.PORT)
        return free[0]

    def _node(self) -> Path:
        number = (self._function / "dev").read_text().strip()
        return self._dev / (self._sysfs / "dev/char" / number).resolve(strict=True).name


def _unbind(gadget: Path) -> None:
    with suppress(OSError):  # it was not bound
        (gadget / "UDC").write_text("\n")


def _remove(gadget: Path) -> None:
    with suppress(FileNotFoundError):
        (gadget / "configs/c.1" / _FUNCTION).unlink()
    for folder in ("configs/c.1", f"functions/{_FUNCTION}", f"strings/{ENGLISH}", ""):
        with suppress(FileNotFoundError):
            (gadget / folder).rmdir()


@contextmanager
def _rights() -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise Missing(Need.RIGHTS) from error
