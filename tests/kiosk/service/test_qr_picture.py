"""The pictures of QR codes are read by a reader, as PNG and as SVG."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.qr_picture import QUIET, Modules, modules, png, svg

squares = st.integers(1, 30).flatmap(
    lambda size: st.lists(st.lists(st.booleans(), min_size=size, max_size=size), min_size=size, max_size=size)
)
_RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")


def drawn(picture: str) -> Modules:
    """The dark squares of an SVG."""
    root = ET.fromstring(picture)
    size = int(root.attrib["viewBox"].split()[2])
    dark = [[False] * size for _ in range(size)]
    path = root[1].attrib["d"]
    assert _RUN.sub("", path) == ""
    for x, y, width, back in (map(int, found) for found in _RUN.findall(path)):
        assert width == back
        for column in range(x, x + width):
            assert not dark[y][column]
            dark[y][column] = True
    return dark


@given(dark=squares)
def test_an_svg_shows_every_square(dark: Modules) -> None:
    assert drawn(svg(dark)) == dark


@pytest.mark.parametrize("sturdy", [False, True])
def test_a_reader_reads_what_was_written(sturdy: bool) -> None:
    text = "https://enroll.example.org/a/AZfzwqmwxJ0pX3bV7sQm2w"
    dark = modules(text, sturdy=sturdy)
    assert all(not any(row[:QUIET]) and not any(row[-QUIET:]) for row in dark)
    wide = [[0 if dot else 255 for dot in row for _ in range(4)] for row in dark for _ in range(4)]
    picture = memoryview(bytes(dot for row in wide for dot in row)).cast("B", [len(wide), len(wide)])
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == text


def test_a_title_is_spoken_and_cannot_break_out() -> None:
    title = '<script>"&'
    root = ET.fromstring(svg([[True]], title))
    assert root.attrib["aria-label"] == title
    assert root.attrib["role"] == "img"
    assert ET.fromstring(svg([[True]])).attrib["aria-hidden"] == "true"


def test_a_png_is_as_large_as_its_scale_says() -> None:
    assert png([[True, False], [False, True]], 7)[16:24] == bytes([0, 0, 0, 14, 0, 0, 0, 14])
