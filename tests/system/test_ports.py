"""Keys come and go at the ports of a real kernel."""

from __future__ import annotations

import pytest

from hardware.transport.usb import UsbSource
from tests.system.drawer import PORTS, Drawer
from tests.system.patience import until


@pytest.mark.parametrize("port", [PORTS[0], "uhid"])
def test_a_key_is_seen_with_all_its_names_and_seen_to_leave(drawer: Drawer, port: str) -> None:
    source = UsbSource()
    assert source.attached() == ()
    drawer.put_in("A1", port)
    (address,) = until(source.attached)
    assert (address.serial, address.vendor_id, address.product_id) == ("A1", 0xF1D0, 0x0001)
    drawer.unplug("A1")
    until(lambda: source.attached() == ())
