"""Pictures from outside: a PNG of a sane size passes, without what is not part of it; nothing else does."""

from __future__ import annotations

import base64
import struct
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kiosk.service.mobile.outside_picture import LIMIT, SIDE, BadPicture, read_picture
from tests.faces.pictures import MAGIC, chunk, dots, gray_png, qr_png, read_qr

CODE = qr_png("omi://enrol/1")


def coded(picture: bytes) -> str:
    return base64.b64encode(picture).decode()


def headed(width: int, height: int, *, length: int = 13) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)[:length]
    return MAGIC + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("prefix", ["", "data:image/png;base64,", "DATA:image/PNG;base64,"])
def test_a_code_passes_and_shows_the_same(prefix: str) -> None:
    picture = read_picture(prefix + coded(CODE))
    assert read_qr(picture) == "omi://enrol/1"
    assert dots(picture) == dots(CODE)


def test_what_is_not_part_of_the_image_is_left_out() -> None:
    bomb = chunk(b"zTXt", b"note\0\0" + zlib.compress(bytes(1_000_000)))
    rows = [bytes(30)] * 30
    picture = read_picture(coded(gray_png(rows, bomb, chunk(b"iCCP", b"p\0\0x"), chunk(b"eXIf", b"x"))))
    assert picture == gray_png(rows)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "data:image/png;base64,",
        "data:image/jpeg;base64," + coded(CODE),
        "data:image/svg+xml;base64," + coded(b"<svg/>"),
        coded(CODE)[:-1],
        coded(CODE) + "\n",
        " " + coded(CODE),
        coded(CODE).replace("A", "-", 1),
        coded(CODE).replace("A", "\u0410", 1),
        "§" * 40,
        coded(b"GIF89a" + CODE),
        coded(CODE[:-4]),
        coded(CODE[:-12]),
        coded(CODE + b"x"),
        coded(CODE + CODE),
        coded(CODE.replace(b"IDAT", b"IDAX")),
        coded(CODE[:50] + b"\0" + CODE[51:]),
        coded(MAGIC),
        coded(MAGIC + chunk(b"IEND", b"")),
        coded(headed(100, 100).replace(chunk(b"IDAT", zlib.compress(b"")), b"")),
        coded(headed(100, 100, length=12)),
        coded(headed(20, 100)),
        coded(headed(100, SIDE + 1)),
        coded(headed(0, 0)),
        coded(headed(2**31, 2**31)),
        coded(gray_png([bytes(30)] * 30, chunk(b"IHDR", struct.pack(">IIBBBBB", 9999, 9999, 8, 0, 0, 0, 0)))),
        coded(bytes(LIMIT * 2)),
    ],
)
def test_nothing_else_passes(text: str) -> None:
    with pytest.raises(BadPicture):
        read_picture(text)


def test_the_largest_side_passes() -> None:
    assert read_picture(coded(headed(SIDE, SIDE))) == headed(SIDE, SIDE)


@given(st.binary(max_size=300), st.integers(0, len(CODE)), st.integers(0, 50))
@example(b"", 8, 4)
def test_no_bytes_break_it(noise: bytes, at: int, cut: int) -> None:
    broken = CODE[:at] + noise + CODE[at + cut :]
    try:
        picture = read_picture(coded(broken))
    except BadPicture:
        return
    assert picture.startswith(MAGIC)
    assert picture.endswith(chunk(b"IEND", b""))


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    with pytest.raises(BadPicture):
        read_picture(text)
