"""What is missing for a USB gadget is said; how the kernel takes one is seen in tests/system."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from hardware.simulated.linux.cable import Missing, Need
from hardware.simulated.linux.gadget import GadgetCable
from hardware.simulated.traits import CTAP21


@pytest.fixture
def cable(tmp_path: Path) -> GadgetCable:
    """A gadget in folders that are no kernel."""
    return GadgetCable(CTAP21, root=tmp_path / "usb_gadget", sysfs=tmp_path / "sys", dev=tmp_path, proc=tmp_path)


def test_without_configfs_it_is_said(cable: GadgetCable) -> None:
    with pytest.raises(Missing) as caught:
        cable.plug()
    assert caught.value.need is Need.CONFIGFS
    cable.close()


@pytest.mark.parametrize("ports", [[], ["board"]], ids=["no port", "its port is taken"])
def test_without_a_free_port_it_is_said(cable: GadgetCable, tmp_path: Path, ports: list[str]) -> None:
    (tmp_path / f"usb_gadget/keywright-{os.getpid()}-key").mkdir(parents=True)
    other = tmp_path / "usb_gadget/other"
    other.mkdir()
    (other / "UDC").write_text("board\n")
    for port in ports:
        (tmp_path / "sys/class/udc" / port).mkdir(parents=True)
    with pytest.raises(Missing) as caught:
        cable.plug()
    assert caught.value.need is Need.PORT


def test_one_that_is_not_plugged_has_no_file(cable: GadgetCable) -> None:
    with pytest.raises(OSError, match=os.strerror(errno.ENODEV)):
        cable.receive()
