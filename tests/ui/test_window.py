from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QSize, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from kiosk.contract.profile import SessionTimes
from kiosk.enrollment.events import Cancelled, IdleExpired, LanguageChosen
from kiosk.enrollment.states import Connecting, Done, Identify, State, Welcome
from ui.idle import IdleWatch, waits_for_person
from ui.widgets.banner import SimulatedBanner
from ui.widgets.secret_view import SecretView
from ui.window import Window

Sample = Callable[[str], State]
Make = Callable[..., Window]
Settle = Callable[[], None]


@pytest.fixture
def window(make_window: Make) -> Window:
    return make_window()


def _heard(window: Window) -> list[object]:
    events: list[object] = []
    window.emitted.connect(events.append)
    return events


def _hurried(state: State, idle: int) -> State:
    """The same state in a profile that waits only so many seconds."""
    assert not isinstance(state, Connecting)
    times = SessionTimes(idle=idle, warning=1)
    return replace(state, visit=replace(state.visit, profile=replace(state.visit.profile, times=times)))


def _speaking(state: State, locale: str) -> State:
    assert not isinstance(state, Connecting)
    return replace(state, visit=replace(state.visit, locale=locale))


def _line(window: Window) -> QLineEdit:
    line = window.shell.wizard.page.findChild(QLineEdit)
    assert line is not None
    return line


# ── language, text size, colours ────────────────────────────────────────────────────────────────


def test_the_language_of_the_visit_is_spoken_and_turns_the_window(window: Window, sample: Sample) -> None:
    window.show_state(sample("welcome"))
    window.show_state(_speaking(sample("welcome"), "ar"))
    assert window.layoutDirection() == Qt.LayoutDirection.RightToLeft
    assert window.shell.wizard.accessibleName() != "Set up your security key"


def test_typed_text_survives_a_change_of_language_and_of_colours(
    window: Window, sample: Sample, settle: Settle
) -> None:
    window.show_state(sample("identify"))
    QTest.keyClicks(_line(window), "maria")
    window.show_state(_speaking(sample("identify"), "ar"))
    window.shell.tools.contrast.click()
    settle()
    assert window.theme.mode == "dark"
    assert _line(window).text() == "maria"


def test_the_language_panel_emits_the_choice(window: Window, sample: Sample, settle: Settle) -> None:
    window.show_state(sample("identify"))
    events = _heard(window)
    window.shell.open_languages().grid.tiles["ar"].click()
    settle()
    assert events == [LanguageChosen("ar")]


def test_the_tools_walk_through_text_sizes_and_colours_and_come_back(
    window: Window, sample: Sample, settle: Settle
) -> None:
    window.show_state(sample("welcome"))
    scales, modes = [], []
    for _ in range(4):
        window.shell.tools.text_size.click()
        settle()
        scales.append(window.theme.text_scale)
    for _ in range(3):
        window.shell.tools.contrast.click()
        settle()
        modes.append(window.theme.mode)
    assert scales == [1.25, 1.5, 2.0, 1.0]
    assert modes == ["dark", "contrast", "light"]


def test_the_next_person_does_not_find_the_text_size_of_the_one_before(window: Window, sample: Sample) -> None:
    window.show_state(sample("identify"))
    window.set_theme(window.theme.with_(text_scale=2.0, mode="contrast"))
    window.show_state(sample("welcome"))
    assert (window.theme.text_scale, window.theme.mode) == (1.0, "light")


# ── layout ──────────────────────────────────────────────────────────────────────────────────────


def test_turning_the_screen_turns_the_layout(qtbot: QtBot, window: Window, sample: Sample, settle: Settle) -> None:
    window.show_state(sample("touch"))
    settle()
    assert window.shell.stage.x() >= window.shell.wizard.width() - 1
    window.resize(QSize(1080, 1920))
    qtbot.waitUntil(lambda: window.theme.portrait)
    settle()
    assert window.shell.stage.y() >= window.shell.wizard.height() - 1
    assert window.shell.stage.width() == 1080


def test_in_right_to_left_languages_the_stage_is_on_the_left(make_window: Make, sample: Sample, settle: Settle) -> None:
    window = make_window(locale="ar")
    window.show_state(_speaking(sample("touch"), "ar"))
    settle()
    assert window.shell.stage.x() == 0


def test_very_large_text_folds_the_stage_away_but_never_a_pad(
    make_window: Make, sample: Sample, settle: Settle
) -> None:
    window = make_window(text_scale=2.0)
    window.show_state(sample("insert"))
    settle()
    assert not window.shell.stage.isVisible()
    window.show_state(sample("pin-new"))
    settle()
    assert window.shell.stage.isVisible()
    assert window.shell.stage.pad is not None


def test_the_stage_has_its_designed_widths(make_window: Make) -> None:
    theme = make_window().theme
    assert theme.stage_width(1280) == 496
    assert theme.stage_width(1024) == 368


def test_simulated_is_said_on_every_screen_and_only_then(make_window: Make, sample: Sample, settle: Settle) -> None:
    window = make_window(simulated=True)
    for name in ("connecting", "welcome", "pin-new", "touch", "done"):
        window.show_state(sample(name))
        settle()
        banner = window.findChild(SimulatedBanner)
        assert banner is not None
        assert banner.isVisible()
        assert window.childAt(banner.mapTo(window, banner.rect().center())) is not banner  # clicks go through
    assert make_window().findChild(SimulatedBanner) is None


def test_the_tools_are_at_the_top_end_corner(window: Window, sample: Sample, settle: Settle) -> None:
    window.show_state(sample("welcome"))
    settle()
    corner = window.shell.tools.mapTo(window, QPoint(window.shell.tools.width(), 0))
    assert corner == QPoint(1280 - 24, 24)


# ── idle ────────────────────────────────────────────────────────────────────────────────────────


def test_a_pin_on_the_screen_is_hidden_before_the_warning_lies_over_it(window: Window, sample: Sample) -> None:
    window.show_state(sample("pin-random"))
    view = window.findChild(SecretView)
    assert isinstance(view, SecretView)
    turned: list[bool] = []
    view.turned.connect(lambda: turned.append(view.shown))
    window.warn(20)
    window.shell.idle.stop()
    assert turned == [False]


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("pin-random", True),
        ("pin-random-setting", False),
        ("pin-change", True),
        ("select", False),
        ("select-late", True),
        ("finger", False),
        ("finger-late", True),
        ("letter-setting", False),
        ("letter-printing", False),
        ("letter-printed", True),
        ("letter-failed", True),
        ("wipe", True),
        ("wipe-approval", False),
        ("wipe-put-in", True),
        ("wipe-touch", False),
        ("touch", False),
        ("stopped-cleaning", False),
        ("stopped-resettable", True),
        ("register", True),
        ("terms", True),
        ("code-app", True),
        ("app-preparing", False),
        ("app-failed", True),
        ("app", True),
        ("recovery-codes", True),
    ],
)
def test_nobody_is_called_away_from_a_key_that_has_a_time_limit_of_its_own(
    sample: Sample, name: str, counts: bool
) -> None:
    assert waits_for_person(sample(name)) == counts


def test_nobody_there_is_asked_and_then_forgotten(qtbot: QtBot, window: Window, sample: Sample) -> None:
    with qtbot.waitSignal(window.emitted, timeout=5000) as heard:
        window.show_state(_hurried(sample("identify"), 0))
        qtbot.waitUntil(window.shell.idle.isVisible)
    assert heard.args == [IdleExpired()]
    assert not window.shell.idle.isVisible()


def test_whoever_is_still_there_goes_on(qtbot: QtBot, window: Window, sample: Sample) -> None:
    window.show_state(sample("identify"))
    events = _heard(window)
    window.warn(20)
    assert window.focusWidget() is window.shell.idle.stay
    QTest.keyClick(window.shell.idle.stay, Qt.Key.Key_Return)
    assert not window.shell.idle.isVisible()
    assert events == []


def test_a_sign_of_life_is_heard_wherever_it_goes(qtbot: QtBot, window: Window, sample: Sample) -> None:
    handle = window.windowHandle()
    window.show_state(_hurried(sample("pin"), 60))
    watch = window.findChild(IdleWatch)
    assert watch is not None
    timer = watch.findChild(QTimer)
    assert timer is not None
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    for act in ("key", "mouse"):
        timer.start(60_000)
        qtbot.waitUntil(lambda: timer.remainingTime() < 59_500)
        before = timer.remainingTime()
        if act == "key":
            QTest.keyClick(handle, Qt.Key.Key_7)
        else:
            QTest.mouseClick(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(3, 3))
        assert timer.remainingTime() > before  # time alone only takes away


def test_the_pictures_of_a_visit_are_drawn_while_the_first_screen_waits(
    qtbot: QtBot, window: Window, sample: Sample, settle: Settle
) -> None:
    window.show_state(sample("welcome"))
    settle()
    before = window.grab().toImage()
    qtbot.waitUntil(lambda: window.shell.prepared, timeout=10_000)
    assert window.grab().toImage() == before


def test_whoever_wants_to_start_over_does(window: Window, sample: Sample) -> None:
    window.show_state(sample("identify"))
    events = _heard(window)
    window.warn(20)
    QTest.mouseClick(window.shell.idle.over, Qt.MouseButton.LeftButton)
    assert events == [Cancelled()]


def test_the_question_is_taken_back_when_the_screen_changes_by_itself(window: Window, sample: Sample) -> None:
    window.show_state(sample("insert"))
    window.warn(20)
    window.show_state(sample("insert-reading"))
    assert not window.shell.idle.isVisible()


def test_tab_stays_inside_the_question(window: Window, sample: Sample) -> None:
    window.show_state(sample("identify"))
    window.warn(20)
    seen = set()
    for _ in range(4):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        seen.add(window.focusWidget())
    assert seen == {window.shell.idle.stay, window.shell.idle.over}


@pytest.mark.parametrize("name", ["welcome", "working-test", "touch", "stopped-cleaning"])
def test_nobody_is_asked_where_nobody_has_to_do_anything(
    qtbot: QtBot, window: Window, sample: Sample, name: str
) -> None:
    window.show_state(_hurried(sample(name), 0))
    qtbot.wait(30)
    assert not window.shell.idle.isVisible()


def test_a_finished_visit_ends_without_a_question(qtbot: QtBot, window: Window, sample: Sample) -> None:
    with qtbot.waitSignal(window.emitted, timeout=5000) as heard:
        window.show_state(_hurried(sample("done"), 0))
    assert heard.args == [IdleExpired()]


def test_states_used_here_are_of_the_kinds_they_are_named_for(sample: Sample) -> None:
    assert isinstance(sample("identify"), Identify)
    assert isinstance(sample("welcome"), Welcome)
    assert isinstance(sample("done"), Done)
