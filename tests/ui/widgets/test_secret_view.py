from __future__ import annotations

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from kiosk.secret import Secret
from ui.theme import load_theme
from ui.widgets.secret_view import SecretView


@pytest.fixture
def view(qtbot: QtBot) -> SecretView:
    widget = SecretView(load_theme())
    qtbot.addWidget(widget)
    return widget


def inked(image: QImage, edge: int | None = None) -> bool:
    """Whether anything is written on the picture, or in one column of it."""
    part = image if edge is None else image.copy(edge, 0, 1, image.height())
    ink = load_theme().colour("ink").rgb().to_bytes(4, "little")
    pixels = bytes(part.convertToFormat(QImage.Format.Format_RGB32).constBits())
    return any(pixels[at : at + 4] == ink for at in range(0, len(pixels), 4))


@pytest.mark.parametrize("width", [300, 476, 620, 1400])
@pytest.mark.parametrize("length", [1, 4, 8, 16, 17, 63])
def test_every_character_is_inside_the_widget(view: SecretView, width: int, length: int) -> None:
    view.show_secret(Secret("8" * length))
    view.resize(width, view.heightForWidth(width))
    picture = view.grab().toImage()
    assert inked(picture)
    assert not inked(picture, 0)
    assert not inked(picture, picture.width() - 1)


def test_larger_text_makes_larger_digits(qtbot: QtBot) -> None:
    heights = []
    for scale in (1.0, 1.5):
        view = SecretView(load_theme(text_scale=scale))
        qtbot.addWidget(view)
        view.show_secret(Secret("82604917"))
        heights.append(view.heightForWidth(1200))
    assert heights[1] > heights[0]


def test_a_wiped_secret_shows_nothing(view: SecretView) -> None:
    secret = Secret("82604917")
    secret.wipe()
    view.show_secret(secret)
    view.resize(620, view.heightForWidth(620))
    assert not inked(view.grab().toImage())


def test_turning_tells_once(view: SecretView) -> None:
    turned: list[bool] = []
    view.turned.connect(lambda: turned.append(view.shown))
    view.turn(shown=True)
    view.turn(shown=False)
    view.turn(shown=False)
    view.turn(shown=True)
    assert turned == [False, True]
