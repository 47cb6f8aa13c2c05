"""`keywright simulate --uhid` and `--gadget`: a key for every program of this system."""

from __future__ import annotations

import signal
from contextlib import closing
from pathlib import Path

import pytest

from hardware.authenticator import PinState
from hardware.transport.usb import UsbSource
from kiosk.secret import Secret
from tests.hardware.ways import PIN
from tests.system.drawer import Drawer
from tests.system.libfido2 import listed
from tests.system.patience import until

SIMULATE = ("./keywright", "simulate")


@pytest.mark.parametrize("way", ["--uhid", "--gadget"])
def test_the_key_is_there_until_the_command_ends_and_comes_back_as_it_was(
    drawer: Drawer, tmp_path: Path, way: str
) -> None:
    source = UsbSource()
    command = (*SIMULATE, way, "--serial", "Q7", "--state", str(tmp_path / "key.json"))
    for expected in (PinState.NOT_SET, PinState.SET):
        pid = drawer.start(*command)
        (address,) = until(source.attached)
        assert address.serial == "Q7"
        assert list(listed()) == [address.path]
        with closing(source.open(address)) as key:
            assert key.inspect().pin is expected
            if expected is PinState.NOT_SET:
                key.set_pin(Secret(PIN))
        assert drawer.end(pid, signal.SIGTERM) == 0
        until(lambda: source.attached() == ())


def test_a_gadget_that_a_killed_command_left_behind_makes_room_for_the_next(drawer: Drawer) -> None:
    source = UsbSource()
    for serial in ("A1", "B2", "C3"):  # more than there are ports
        drawer.end(_simulated(drawer, source, serial), signal.SIGKILL)
    assert drawer.end(_simulated(drawer, source, "D4"), signal.SIGTERM) == 0
    until(lambda: source.attached() == ())


def _simulated(drawer: Drawer, source: UsbSource, serial: str) -> int:
    """The process id of a command whose key is the only one."""
    pid = drawer.start(*SIMULATE, "--gadget", "--serial", serial)
    until(lambda: [each.serial for each in source.attached()] == [serial])
    return pid
