"""Report descriptors of keys and of other things, and remedies that lead somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.transport.access import UDEV_RULE, fido_nodes, is_fido, items, may_open, remedy

RULE = Path(__file__).parents[3] / "resources" / "udev" / UDEV_RULE

FIDO = bytes.fromhex("06d0f1 0901 a101 0920 1500 26ff00 7508 9540 8102 0921 1500 26ff00 7508 9540 9102 c0")
KEYBOARD = bytes.fromhex("0501 0906 a101 0507 19e0 29e7 1500 2501 7501 9508 8102 c0")
KEYBOARD_WITH_FIDO_BEHIND = KEYBOARD + FIDO


def test_a_fido_descriptor_is_one() -> None:
    assert is_fido(FIDO)


@pytest.mark.parametrize(
    "descriptor", [b"", KEYBOARD, KEYBOARD_WITH_FIDO_BEHIND, FIDO[:3], b"\xfe", b"\xfe\x02\x10ab" + KEYBOARD]
)
def test_other_descriptors_are_not(descriptor: bytes) -> None:
    assert not is_fido(descriptor)


def test_a_long_item_in_front_is_passed_over() -> None:
    assert is_fido(b"\xfe\x02\x10ab" + FIDO)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_to_their_end(descriptor: bytes) -> None:
    assert len(list(items(descriptor))) <= len(descriptor)
    assert is_fido(descriptor) in (True, False)


def test_the_kernels_list_names_the_nodes_of_keys(tmp_path: Path) -> None:
    for node, descriptor in (("hidraw0", KEYBOARD), ("hidraw2", FIDO), ("hidraw1", FIDO)):
        (tmp_path / node / "device").mkdir(parents=True)
        (tmp_path / node / "device" / "report_descriptor").write_bytes(descriptor)
    (tmp_path / "hidraw3" / "device" / "report_descriptor").mkdir(parents=True)  # reading it fails
    assert fido_nodes(tmp_path) == ("hidraw1", "hidraw2")
    assert fido_nodes(tmp_path / "absent") == ()


def test_access_is_asked_of_the_operating_system(tmp_path: Path) -> None:
    node = tmp_path / "hidraw1"
    assert not may_open(str(node))
    node.touch()
    assert may_open(str(node))


def test_the_remedy_on_linux_names_the_rule_that_we_ship() -> None:
    assert RULE.is_file()
    assert UDEV_RULE in remedy("linux")
    assert all(remedy(platform) for platform in ("win32", "darwin", "plan9"))


def test_the_rule_opens_security_keys_to_the_group_and_to_the_seat() -> None:
    (rule,) = [line for line in RULE.read_text().splitlines() if line.startswith("KERNEL")]
    assert rule.split(", ") == [
        'KERNEL=="hidraw*"',
        'SUBSYSTEM=="hidraw"',
        'ENV{ID_SECURITY_TOKEN}=="1"',
        'GROUP="kiosk"',
        'MODE="0660"',
        'TAG+="uaccess"',
    ]
