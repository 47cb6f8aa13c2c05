"""A QR code is drawn as what it says: every module, whole, black on white, with its quiet zone, in every theme."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from kiosk.secret import Secret
from ui.theme import MODES, load_theme
from ui.tour_accounts import SETUP
from ui.widgets.qr_code import QUIET, QrCode, matrix


def made(qtbot: QtBot, mode: str = "light", side: int = 400) -> QrCode:
    code = QrCode(load_theme(mode=mode))
    qtbot.addWidget(code)
    code.resize(side, side)
    code.show_secret(Secret(SETUP.uri))
    return code


def modules(image: QImage, module: int) -> list[list[bool]]:
    """What a reader sees: the color in the middle of each module, its quiet zone included."""
    count = len(matrix(SETUP.uri)) + 2 * QUIET
    start = (image.width() - count * module) // 2
    at = [start + index * module + module // 2 for index in range(count)]
    return [[image.pixelColor(x, y).lightness() < 128 for x in at] for y in at]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("side", [228, 300, 400, 560])
def test_every_module_is_drawn_whole_and_the_zone_around_them_is_white(qtbot: QtBot, mode: str, side: int) -> None:
    code = made(qtbot, mode, side)
    seen = modules(code.grab().toImage(), code.module())
    inner = [row[QUIET:-QUIET] for row in seen[QUIET:-QUIET]]
    assert inner == matrix(SETUP.uri)
    assert not any(any(row) for row in (*seen[:QUIET], *seen[-QUIET:]))
    assert not any(any((*row[:QUIET], *row[-QUIET:])) for row in seen)


def test_it_is_black_on_white_and_nothing_between(qtbot: QtBot) -> None:
    image = made(qtbot, "contrast").grab().toImage()
    middle = range(image.width() // 4, image.width() * 3 // 4)
    assert {image.pixelColor(x, y).name() for x in middle for y in middle} == {"#000000", "#ffffff"}


def test_it_takes_as_much_room_as_whole_modules_need(qtbot: QtBot) -> None:
    code = made(qtbot)
    count = len(matrix(SETUP.uri)) + 2 * QUIET
    assert code.module() == 400 // count
    assert code.heightForWidth(10_000) == 400


def test_a_hidden_one_shows_nothing_of_it(qtbot: QtBot) -> None:
    code, other = made(qtbot), made(qtbot)
    other.show_secret(
        Secret("something else that is about as long as the other one, so that the size is the same......")
    )
    assert code.grab().toImage() != other.grab().toImage()
    code.turn(shown=False)
    other.turn(shown=False)
    assert code.grab().toImage() == other.grab().toImage()


def test_a_wiped_secret_leaves_a_white_card(qtbot: QtBot) -> None:
    code = made(qtbot)
    gone = Secret("x")
    gone.wipe()
    code.show_secret(gone)
    assert code.modules == ()
    image = code.grab().toImage()
    assert image.pixelColor(200, 200).name() == "#ffffff"


def test_the_code_bears_the_longest_address_that_is_likely() -> None:
    long = "otpauth://totp/" + "x" * 300 + "?secret=" + "A" * 52 + "&issuer=" + "y" * 60
    assert len(matrix(long)) <= 81
