"""Only what draws of a PNG of a sensible size is shown."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.attestation.pictures import LARGEST, picture

PREFIX = "data:image/png;base64,"


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def header(width: int = 1, height: int = 1) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))


DATA, END = chunk(b"IDAT", zlib.compress(b"\0\0")), chunk(b"IEND", b"")


def url(*chunks: bytes) -> str:
    return PREFIX + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(chunks)).decode()


SMALL = url(header(), DATA, END)


def test_a_plain_picture_is_kept_as_it_is() -> None:
    assert picture(SMALL) == SMALL


def test_what_does_not_draw_goes() -> None:
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000)))
    assert picture(url(header(), text, chunk(b"iCCP", b"x"), DATA, END) + "") == SMALL


def test_what_follows_the_end_goes() -> None:
    assert picture(url(header(), DATA, END, b"<script>")) == SMALL


@pytest.mark.parametrize(
    "icon",
    [
        None,
        5,
        "",
        "https://example.org/key.png",
        "data:image/svg+xml;base64,PHN2Zy8+",
        "data:image/svg+xml,<svg onload='alert(1)'/>",
        "data:text/html;base64,PGI+",
        PREFIX,
        PREFIX + "!!!!",
        PREFIX + base64.b64encode(b"GIF89a").decode(),
        url(),
        url(END),
        url(header(), DATA),
        url(header(), END),
        url(DATA, header(), END),
        url(header(), header(), DATA, END),
        url(header(0, 1), DATA, END),
        url(header(20_000, 20_000), DATA, END),
        url(chunk(b"IHDR", b""), DATA, END),
        url(header()[:-1] + b"\0", DATA, END),
        url(header(), struct.pack(">I", 1 << 31) + b"IDAT"),
        url(header(), chunk(b"IDAT", bytes(LARGEST)), END),
    ],
)
def test_anything_else_is_no_picture(icon: Any) -> None:
    assert picture(icon) == ""


@given(st.binary(max_size=200))
def test_rubbish_is_no_picture(rubbish: bytes) -> None:
    assert picture(url(rubbish)) == picture(PREFIX + base64.b64encode(rubbish).decode()) == ""
