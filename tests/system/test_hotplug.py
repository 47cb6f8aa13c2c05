"""The kernel and udev tell of keys: nobody has to look again and again."""

from __future__ import annotations

from time import monotonic

import pytest

from hardware.transport.usb import UsbSource
from tests.system.drawer import PORTS, Drawer
from tests.system.patience import LONG, until


def at_rest(source: UsbSource) -> UsbSource:
    """The source, listening, after everything that was to be told."""
    until(lambda: not source.changed(1.0))
    return source


def test_nothing_is_told_of_a_key_that_stays_where_it_is(drawer: Drawer) -> None:
    drawer.put_in("A1", PORTS[0])
    source = at_rest(UsbSource())
    started = monotonic()
    assert not source.changed(5.0)
    assert monotonic() - started >= 5.0


@pytest.mark.parametrize("port", [PORTS[0], "uhid"])
def test_a_waiting_source_is_woken_when_a_key_may_be_opened_and_when_it_has_left(drawer: Drawer, port: str) -> None:
    source = at_rest(UsbSource())
    drawer.put_in("A1", port)
    (address,) = until(lambda: source.attached() if source.changed(LONG) else ())
    source.open(address).close()
    at_rest(source)
    drawer.unplug("A1")
    until(lambda: source.changed(LONG) and source.attached() == ())
