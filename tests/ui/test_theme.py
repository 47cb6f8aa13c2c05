from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from kiosk.resources import resource
from ui.theme import MODES, Brand, Theme, contrast, load_theme

PAIRS = [(mode, pair) for mode in MODES for pair in load_theme().tokens["contrast"][mode]["text (7 or more)"]]
MARKS = [
    (mode, pair) for mode in MODES for pair in load_theme().tokens["contrast"][mode]["marks and borders (3 or more)"]
]


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return load_theme()


@pytest.mark.parametrize(("mode", "pair"), PAIRS)
def test_text_has_a_contrast_of_seven_or_more(theme: Theme, mode: str, pair: str) -> None:
    ink, ground = pair.split(" on ")
    colours = theme.with_(mode=mode).colours()
    assert contrast(colours[ink], colours[ground]) >= 7


@pytest.mark.parametrize(("mode", "pair"), MARKS)
def test_marks_and_borders_have_a_contrast_of_three_or_more(theme: Theme, mode: str, pair: str) -> None:
    mark, ground = pair.split(" on ")
    colours = theme.with_(mode=mode).colours()
    assert contrast(colours[mark], colours[ground]) >= 3


def test_black_on_white_is_the_largest_contrast() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize(
    ("size", "scale"), [((1024, 768), 0.92), ((1280, 800), 1.0), ((1920, 1080), 1.35), ((1080, 1920), 1.4)]
)
def test_the_layout_scale_follows_the_window(theme: Theme, size: tuple[int, int], scale: float) -> None:
    fitted = theme.for_size(QSize(*size))
    assert fitted.scale == pytest.approx(scale, abs=0.005)
    assert fitted.portrait == (size[1] > size[0])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "picture", sorted(str(p.relative_to(resource("art")).with_suffix("")) for p in resource("art").rglob("*.svg"))
)
def test_every_picture_can_be_drawn_in_every_mode(theme: Theme, mode: str, picture: str) -> None:
    assert theme.with_(mode=mode).art(picture).isValid()


@pytest.mark.parametrize("icon", sorted(p.stem for p in resource("icons").glob("*.svg")))
def test_every_icon_can_be_drawn(theme: Theme, icon: str) -> None:
    pixmap = theme.pixmap(icon, "ink", 28)
    assert not pixmap.isNull()
    assert pixmap.deviceIndependentSize().width() == 28


def test_back_and_forward_swap_where_people_read_from_the_right(theme: Theme) -> None:
    arabic = theme.with_(locale="ar")
    assert arabic.rtl
    assert arabic.pixmap("back", "ink", 28).toImage() == theme.pixmap("forward", "ink", 28).toImage()


def test_titles_stop_growing_before_body_text_does(theme: Theme) -> None:
    large = theme.with_(text_scale=2.0)
    assert large.font("body").pixelSize() == 2 * theme.font("body").pixelSize()
    assert large.font("title").pixelSize() == 1.5 * theme.font("title").pixelSize()


def test_a_readable_brand_colour_is_taken_and_colours_the_stage(theme: Theme) -> None:
    colours = theme.with_(brand=Brand(brand="#3B1D60", spark="#F0C000")).colours()
    assert (colours["brand"], colours["stage"], colours["spark"]) == ("#3b1d60", "#3b1d60", "#F0C000")
    assert contrast(colours["stage_key"], "#FFFFFF") >= 7


def test_an_unreadable_brand_colour_is_refused(theme: Theme) -> None:
    colours = theme.with_(brand=Brand(brand="#FF8800", spark="#222222")).colours()
    assert colours == theme.colours()


def test_what_fingers_touch_never_shrinks_below_64_px(theme: Theme) -> None:
    small = theme.for_size(QSize(800, 600))
    assert min(small.size(name) for name in ("tool", "button", "field_button", "target_min")) >= 64


def test_nothing_moves_when_motion_is_off(theme: Theme) -> None:
    assert theme.motion("page") == 220
    still = theme.with_(moves=False)
    assert not any(still.motion(name) for name in ("page", "step", "insert", "wave", "working", "tick", "press"))


def test_vietnamese_is_not_set_in_a_face_that_lacks_its_letters(theme: Theme) -> None:
    assert theme.with_(locale="vi").font("body").families()[0] == "Inter"
    assert theme.with_(brand=Brand(family="Corporate")).font("body").families()[0] == "Corporate"
