"""A mobile ID is typed, scanned or seen, once; and shown so that it can be kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from kiosk.contract.mobile_ids import MobileId
from kiosk.enrollment.events import BadgeShown, Continued, CriteriaGiven, IdShown, Skipped
from kiosk.enrollment.states import Identify, IdTaken, ShowBadge, ShowId, State
from kiosk.enrollment.visit import Visit
from kiosk.errors import IdOutOfRange
from tests.ui.pages.conftest import Show, TurnedClock
from ui.eye import Eye
from ui.pages.identify import IdentifyPage
from ui.pages.mobile_id import IdTakenPage, ShowIdPage
from ui.pages.page import Surroundings
from ui.pages.verify import ShowBadgePage
from ui.theme import load_theme
from ui.widgets.camera_view import CameraView
from ui.widgets.number_card import NumberCard
from ui.widgets.row_list import RowList
from ui.widgets.text_field import TextField
from ui.window import Window

LINK = "https://kiosk.example.org/a/uB7cXo2vQ5qTqvJ9mKx3Zw"
OF_PHONE = "keywright:id:spring-campaign_2:100042:AbC-_9x"


class StillEye:
    """A camera that sees what a test shows it."""

    def __init__(self) -> None:
        self.looking = False
        self.seen: Callable[[QImage], None] = lambda _image: None
        self.read: Callable[[str], None] = lambda _text: None
        self.lost: Callable[[], None] = lambda: None

    def start(self, seen: Callable[[QImage], None], read: Callable[[str], None], lost: Callable[[], None]) -> None:
        self.looking, self.seen, self.read, self.lost = True, seen, read, lost

    def stop(self) -> None:
        self.looking = False


@pytest.fixture
def eye() -> StillEye:
    return StillEye()


@pytest.fixture
def page(qtbot: QtBot, clock: TurnedClock) -> ShowIdPage:
    return ShowIdPage(load_theme(), Surroundings(), clock=clock)


def field(page: QWidget) -> TextField:
    found = page.findChild(TextField)
    assert isinstance(found, TextField)
    return found


def scan(clock: TurnedClock, target: QWidget, text: str) -> None:
    for character in text:
        QTest.keyClicks(target, character)
        clock.now += 0.01
    QTest.keyClick(target, Qt.Key.Key_Return)


def test_a_number_is_typed_and_sent(page: ShowIdPage, visit: Visit, show: Show) -> None:
    events = show(page, ShowId(visit))
    page.submit()
    assert events == []
    QTest.keyClicks(field(page).edit, " 100042 ")
    QTest.keyClick(field(page).edit, Qt.Key.Key_Return)
    assert events == [IdShown("100042")]


@pytest.mark.parametrize("text", [LINK, OF_PHONE])
def test_what_a_scanner_types_comes_whole_and_leaves_the_field_as_it_was(
    page: ShowIdPage, visit: Visit, show: Show, clock: TurnedClock, text: str
) -> None:
    events = show(page, ShowId(visit))
    scan(clock, field(page).edit, text)
    assert events == [IdShown(text)]
    assert field(page).value() == ""
    page.render(ShowId(visit, busy=True))
    scan(clock, field(page).edit, text)
    assert events == [IdShown(text)]


def test_what_is_refused_is_told_at_the_field_until_something_else_is_typed(
    page: ShowIdPage, visit: Visit, show: Show
) -> None:
    show(page, ShowId(visit))
    page.render(ShowId(visit, problem=IdOutOfRange()))
    assert isinstance(page.chrome().problem, IdOutOfRange)
    QTest.keyClicks(field(page).edit, "1")
    assert page.chrome().problem is None


def test_whoever_has_none_goes_on_where_policy_lets_them(page: ShowIdPage, visit: Visit) -> None:
    page.render(ShowId(visit))
    assert page.chrome().secondary is None
    page.render(ShowId(visit, optional=True))
    secondary = page.chrome().secondary
    assert secondary is not None
    assert secondary.event == Skipped()


def test_what_was_typed_survives_another_language(page: ShowIdPage, visit: Visit, show: Show, qtbot: QtBot) -> None:
    show(page, ShowId(visit))
    QTest.keyClicks(field(page).edit, "1000")
    other = ShowIdPage(load_theme(locale="ar"), Surroundings())
    qtbot.addWidget(other)
    other.render(ShowId(visit))
    other.restore(page.draft())
    assert field(other).value() == "1000"


# ── the camera ──────────────────────────────────────────────────────────────────────────────────


def seeing(eye: Eye) -> Surroundings:
    return Surroundings(camera=lambda: eye, badges_seen=True)


def test_what_the_camera_reads_goes_the_way_of_the_scanner(
    visit: Visit, show: Show, qtbot: QtBot, eye: StillEye
) -> None:
    page = ShowIdPage(load_theme(), seeing(eye))
    events = show(page, ShowId(visit))
    assert eye.looking
    eye.read(LINK)
    assert events == [IdShown(LINK)]
    page.render(ShowId(visit, busy=True))
    eye.read(LINK)
    assert events == [IdShown(LINK)]


def test_the_preview_is_a_mirror_and_keeps_nothing(qtbot: QtBot, eye: StillEye) -> None:
    view = CameraView(load_theme(), eye)
    qtbot.addWidget(view)
    view.resize(400, 460)
    view.show()
    picture = QImage(640, 480, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.blue)
    for x in range(320, 640):
        for y in range(480):
            picture.setPixelColor(x, y, Qt.GlobalColor.red)
    eye.seen(picture)
    shown = view.grab().toImage()
    middle = shown.height() // 2 - 60
    left, right = shown.pixelColor(shown.width() // 4, middle), shown.pixelColor(shown.width() * 3 // 4, middle)
    assert left.red() > left.blue()
    assert right.blue() > right.red()
    view.hide()
    assert not eye.looking
    assert view.picture.isNull()


def test_the_camera_looks_only_while_its_page_is_there(
    make_window: Callable[..., Window], eye: StillEye, sample: Callable[[str], State]
) -> None:
    window = make_window(camera=lambda: eye)
    window.show_state(sample("identify"))
    assert not eye.looking
    window.show_state(sample("id"))
    assert isinstance(window.shell.stage.pad, CameraView)
    seen = [eye.looking]
    window.show_state(sample("id-taken"))
    assert [*seen, eye.looking] == [True, False]


def test_a_camera_that_is_lost_leaves_the_rest(visit: Visit, show: Show, eye: StillEye) -> None:
    page = ShowIdPage(load_theme(), seeing(eye))
    events = show(page, ShowId(visit))
    eye.lost()
    assert page.pad() is None
    assert "reader" in page.chrome().sentence
    QTest.keyClicks(field(page).edit, "7")
    page.submit()
    assert events == [IdShown("7")]


def test_badges_are_shown_to_the_camera_only_where_they_are_codes(visit: Visit, show: Show, eye: StillEye) -> None:
    page = ShowBadgePage(load_theme(), seeing(eye))
    events = show(page, ShowBadge(visit))
    assert page.chrome().title == "Show your badge to the camera"
    eye.read("00123")
    assert events == [BadgeShown("00123")]
    eye.lost()
    assert page.pad() is None
    other = ShowBadgePage(load_theme(), replace(seeing(eye), badges_seen=False))
    show(other, ShowBadge(visit))
    assert other.pad() is None


def test_who_says_by_a_badge_who_they_are_shows_it_to_the_camera(visit: Visit, show: Show, eye: StillEye) -> None:
    page = IdentifyPage(load_theme(), seeing(eye))
    mail, *_, badge, names = visit.profile.alternatives
    events = show(page, Identify(visit, mail, (badge, names)))
    assert page.pad() is None
    page.render(Identify(visit, badge, (mail, names)))
    view = page.pad()
    assert isinstance(view, CameraView)
    assert "camera" in page.chrome().sentence
    view.read.emit("00123")
    assert events == [CriteriaGiven({"badge": "00123"})]
    view.lost.emit()
    assert page.pad() is None
    assert "reader" in page.chrome().sentence


# ── the number ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("registered", "told"), [(True, "knows it already"), (False, "will be told")])
def test_the_number_is_large_and_says_whether_its_project_knows_it(
    visit: Visit, show: Show, registered: bool, told: str
) -> None:
    page = IdTakenPage(load_theme(), Surroundings())
    show(page, IdTaken(visit, MobileId("Spring <campaign>", 100_042, registered)))
    card, rows = page.findChild(NumberCard), page.findChild(RowList)
    assert isinstance(card, NumberCard)
    assert isinstance(rows, RowList)
    assert card.figures == "100042"
    assert card.accessibleName() == "Your number: 1 0 0 0 4 2"
    assert told in rows.accessibleName()
    assert "Spring ‹campaign>" in page.chrome().sentence
    primary = page.chrome().primary
    assert primary is not None
    assert primary.event == Continued()


def test_a_long_number_is_smaller_and_whole(
    make_window: Callable[..., Window], visit: Visit, settle: Callable[[], None]
) -> None:
    window = make_window(1024, 768)
    window.show_state(IdTaken(visit, MobileId("Spring", 123_456_789_012)))
    settle()
    card = window.shell.wizard.page.findChild(NumberCard)
    assert isinstance(card, NumberCard)
    assert card.width() <= window.shell.wizard.page.width()
    tall = card.figure_px(card.width())
    assert 12 * tall * 0.92 + 11 * tall * 0.12 <= card.width() + 1
