from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from kiosk.enrollment.states import State
from ui.i18n import Interpreter
from ui.tour import run_tour
from ui.tour_samples import samples


@pytest.fixture
def english_afterwards(qapp: QApplication) -> Iterator[None]:
    """Leave no language behind for the test that comes next."""
    yield
    Interpreter(qapp)


@pytest.mark.usefixtures("english_afterwards")
def test_the_tour_keeps_a_numbered_picture_of_every_screen(tmp_path: Path) -> None:
    count = run_tour(tmp_path / "pictures", locale="ar", size="1024x768", contrast="dark")
    pictures = sorted((tmp_path / "pictures").iterdir())
    assert len(pictures) == count
    assert [int(picture.name[:3]) for picture in pictures] == list(range(1, count + 1))
    names = {picture.stem[4:] for picture in pictures}
    assert {sample.name for sample in samples("ar")} <= names
    assert {"idle-warning", "languages", "help", "identify-keyboard"} <= names
    image = QImage(str(pictures[0]))
    assert (image.width(), image.height()) == (1024, 768)


def test_the_samples_hold_every_state() -> None:
    assert {type(sample.state) for sample in samples("en")} == set(get_args(State))


@pytest.mark.parametrize("size", ["", "1280", "1280x", "0x0", "1280x800x2"])
def test_a_size_that_is_none_is_refused(tmp_path: Path, size: str) -> None:
    with pytest.raises(ValueError, match="not a size"):
        run_tour(tmp_path, size=size)
