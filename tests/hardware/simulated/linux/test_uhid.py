"""What is said to and understood from /dev/uhid; how the kernel takes it is seen in tests/system."""

from __future__ import annotations

import errno
import os
import struct
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.simulated.linux.cable import REPORT_DESCRIPTOR, Missing, Need
from hardware.simulated.linux.uhid import EVENT_MAX, UhidCable, create_event, refusal, report_of
from hardware.simulated.traits import CTAP21
from hardware.transport.access import is_fido

REPORT = bytes(range(64))


def event(kind: int, body: bytes) -> bytes:
    return (struct.pack("<I", kind) + body).ljust(EVENT_MAX, b"\0")


def output(data: bytes) -> bytes:
    return event(6, data.ljust(4096, b"\0") + struct.pack("<HB", len(data), 1))


def test_the_descriptor_is_that_of_a_fido_key() -> None:
    assert is_fido(REPORT_DESCRIPTOR)


def test_the_device_that_is_created_has_the_names_of_the_key() -> None:
    created = create_event(replace(CTAP21, serial="A1", vendor_id=0x1209, product_id=0x00AB, firmware=0x050403))
    assert created[4:132].rstrip(b"\0") == b"Keywright Keywright Simulated Key"
    assert created[196:260].rstrip(b"\0") == b"A1"
    size, bus, vendor, product, version = struct.unpack_from("<HHIII", created, 260)
    assert (bus, vendor, product, version) == (3, 0x1209, 0x00AB, 0x0504)
    assert created[280:][:size] == REPORT_DESCRIPTOR


@given(st.text(max_size=300), st.text(max_size=300))
def test_whatever_the_names_they_end_with_a_zero(product: str, serial: str) -> None:
    created = create_event(replace(CTAP21, product=product, serial=serial))
    assert created[131] == 0
    assert created[259] == 0
    assert len(created) == 4376


@pytest.mark.parametrize("written", [REPORT, b"\0" + REPORT], ids=["bare", "behind its number"])
def test_a_report_is_taken_with_and_without_its_number(written: bytes) -> None:
    assert report_of(output(written)) == REPORT


@pytest.mark.parametrize("kind", [2, 3, 4, 5, 9, 13])
def test_other_events_are_no_report(kind: int) -> None:
    assert report_of(event(kind, bytes(100))) is None


def test_a_feature_report_is_refused_so_that_nobody_waits_for_it() -> None:
    assert struct.unpack("<IIHH", refusal(event(9, struct.pack("<IBB", 77, 0, 0)))) == (10, 77, errno.EIO, 0)
    assert struct.unpack("<IIH", refusal(event(13, struct.pack("<IBB", 78, 0, 0)))) == (14, 78, errno.EIO)
    assert refusal(output(REPORT)) == b""


def test_without_the_module_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(Missing) as caught:
        UhidCable(CTAP21, tmp_path / "uhid").plug()
    assert caught.value.need is Need.UHID


def test_plugging_creates_and_sending_hands_over(tmp_path: Path) -> None:
    device = tmp_path / "uhid"
    device.touch()
    with closing(UhidCable(CTAP21, device)) as cable:
        cable.plug()
        cable.send(REPORT)
        cable.unplug()
        with pytest.raises(OSError, match=os.strerror(errno.ENODEV)):
            cable.fileno()
    assert device.read_bytes() == create_event(CTAP21) + struct.pack("<IH", 12, 64) + REPORT
