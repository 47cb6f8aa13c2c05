"""The picture of a QR code is a PNG that shows what it should, dot by dot."""

from __future__ import annotations

import base64
import struct
import zlib

from hypothesis import given
from hypothesis import strategies as st
from qrcode.main import QRCode

from kiosk.service.accounts.totp_picture import qr_data_url
from kiosk.service.qr_picture import png

squares = st.integers(1, 30).flatmap(
    lambda size: st.lists(st.lists(st.booleans(), min_size=size, max_size=size), min_size=size, max_size=size)
)


def read(picture: bytes) -> list[list[bool]]:
    """The dark dots of a PNG of one bit a dot without filters, each chunk with the right sum."""
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, rest = {}, picture[8:]
    while rest:
        (length,) = struct.unpack(">I", rest[:4])
        kind, content = rest[4:8], rest[8 : 8 + length]
        assert struct.unpack(">I", rest[8 + length : 12 + length]) == (zlib.crc32(kind + content),)
        chunks[kind], rest = content, rest[12 + length :]
    width, height, *form = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert form == [1, 0, 0, 0, 0]
    lines, wide = zlib.decompress(chunks[b"IDAT"]), 1 + (width + 7) // 8
    assert len(lines) == wide * height
    found = []
    for start in range(0, len(lines), wide):
        assert lines[start] == 0
        bits = "".join(f"{byte:08b}" for byte in lines[start + 1 : start + wide])
        found.append([bit == "0" for bit in bits[:width]])
    return found


@given(squares, st.integers(1, 5))
def test_each_square_is_as_dark_as_it_should_be(dark: list[list[bool]], scale: int) -> None:
    found = read(png(dark, scale))
    assert len(found) == scale * len(dark)
    assert all(found[y][x] == dark[y // scale][x // scale] for y in range(len(found)) for x in range(len(found)))


def test_the_data_url_shows_the_code_of_the_text() -> None:
    url = qr_data_url("otpauth://totp/x")
    picture = read(base64.b64decode(url.removeprefix("data:image/png;base64,")))
    code: QRCode[object] = QRCode(border=4)
    code.add_data("otpauth://totp/x")
    assert [row[::6] for row in picture[::6]] == code.get_matrix()
