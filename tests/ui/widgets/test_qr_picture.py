"""A picture of a code from elsewhere: checked, read back into modules, drawn so that a phone reads it."""

from __future__ import annotations

import base64
import struct
import zlib

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from kiosk.contract.phone import PhoneCode
from kiosk.service.qr_picture import modules as service_modules
from kiosk.service.qr_picture import png as service_png
from ui.theme import load_theme
from ui.tour_phone import LINK
from ui.widgets.phone_pad import PhonePad
from ui.widgets.qr_code import matrix
from ui.widgets.qr_picture import decoded, modules_of


def png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs want bytes, Qt takes text
    return bytes(buffer.data().data())


def told(data: bytes) -> str:
    return base64.b64encode(data).decode()


def drawn(box: int = 7, border: int = 3) -> bytes:
    rows = matrix(LINK)
    side = len(rows) + 2 * border
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                image.setPixel(x + border, y + border, 0xFF10402F)
    return png(image.scaled(side * box, side * box))


def read(image: QImage) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(image.convertToFormat(QImage.Format.Format_Grayscale8))]


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def header(width: int, height: int) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))


def made(*chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def test_the_picture_that_our_own_service_draws_is_read_back() -> None:
    assert modules_of(decoded(told(service_png(service_modules(LINK), 8)))) == matrix(LINK)


@pytest.mark.parametrize("box", [1, 4, 7, 10])
@pytest.mark.parametrize("border", [0, 4])
def test_a_plain_picture_is_read_back_into_its_modules(box: int, border: int) -> None:
    assert modules_of(decoded(told(drawn(box, border)))) == matrix(LINK)


def test_it_is_drawn_anew_and_read_by_a_phone(qtbot: QtBot) -> None:
    pad = PhonePad(load_theme(mode="dark"))
    qtbot.addWidget(pad)
    pad.resize(440, 500)
    pad.show_code(PhoneCode("t", told(drawn()), 300))
    assert pad.code.picture.isNull()
    assert read(pad.grab().toImage()) == [LINK]


def test_a_code_with_a_logo_and_rounded_corners_is_shown_as_it_is(qtbot: QtBot) -> None:
    image = decoded(told(drawn(box=10, border=4))).convertToFormat(QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.fillRect(40, 40, 3, 3, Qt.GlobalColor.white)
    painter.fillRect(image.width() // 2 - 20, image.width() // 2 - 20, 40, 40, QColor("#F5B83D"))
    painter.end()
    pad = PhonePad(load_theme())
    qtbot.addWidget(pad)
    pad.resize(440, 500)
    pad.show_code(PhoneCode("t", told(png(image)), 300))
    assert pad.code.modules == ()
    assert not pad.code.empty
    assert read(pad.grab().toImage()) == [LINK]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n",
        made(header(400, 300), chunk(b"IEND", b"")),
        made(header(20, 20), chunk(b"IEND", b"")),
        made(header(30_000, 30_000), chunk(b"IDAT", zlib.compress(b"\0" * 30_000)), chunk(b"IEND", b"")),
        made(chunk(b"IDAT", b""), header(100, 100), chunk(b"IEND", b"")),
        drawn()[:-20],
        drawn().replace(b"IDAT", b"IDAU", 1),
        drawn()[:40] + bytes([drawn()[40] ^ 1]) + drawn()[41:],
    ],
)
def test_what_is_no_whole_square_picture_is_not_decoded(data: bytes) -> None:
    assert decoded(told(data)).isNull()


def test_texts_and_profiles_in_a_picture_stay_unread() -> None:
    bomb = chunk(b"zTXt", b"k\0\0" + zlib.compress(b"\0" * 5_000_000))
    data = drawn()
    assert modules_of(decoded(told(data[:33] + bomb + data[33:]))) == matrix(LINK)


@pytest.mark.parametrize("text", ["", "====", "not base64!", "A" * 300_000, "\u0661\u0662\u0663\u0664"])
def test_what_is_no_base64_of_a_decent_length_is_not_looked_at(text: str) -> None:
    assert decoded(text).isNull()


@given(st.binary(max_size=400))
def test_whatever_comes_is_a_null_picture_at_worst(noise: bytes) -> None:
    assert modules_of(decoded(told(made(header(64, 64), noise, chunk(b"IEND", b""))))) == []


def test_a_picture_of_nothing_has_no_modules() -> None:
    blank = QImage(100, 100, QImage.Format.Format_RGB32)
    for colour in (0xFFFFFFFF, 0xFF000000):
        blank.fill(colour)
        assert modules_of(blank) == []
    assert modules_of(QImage()) == []
