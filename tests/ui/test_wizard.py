from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import get_args

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kiosk.contract.policy import EnrollmentPolicy, PinMode, PinPolicy
from kiosk.enrollment.events import Continued, PersonConfirmed, Started, WentBack
from kiosk.enrollment.states import Done, InsertKey, State, Stopped, Touch, Welcome
from ui.pages.by_state import PAGES
from ui.widgets.key_line import KeyLine
from ui.window import Window

Sample = Callable[[str], State]
Make = Callable[..., Window]


@pytest.fixture
def window(make_window: Make) -> Window:
    return make_window()


def _heard(window: Window) -> list[object]:
    events: list[object] = []
    window.emitted.connect(events.append)
    return events


def test_every_state_has_a_page() -> None:
    assert set(PAGES) == set(get_args(State))


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("welcome", Started()),
        ("connecting-again", Continued()),
        ("confirm", PersonConfirmed()),
        ("insert-no-access", Continued()),
        ("touch-late", Continued()),
        ("done", Continued()),
        ("stopped-left-on-key", Continued()),
    ],
)
def test_the_primary_action_emits_its_event_by_click_and_by_enter(
    window: Window, sample: Sample, settle: Callable[[], None], name: str, event: object
) -> None:
    window.show_state(sample(name))
    events = _heard(window)
    primary = window.shell.wizard.bar.button("primary")
    assert primary is not None
    QTest.mouseClick(primary, Qt.MouseButton.LeftButton)
    settle()
    primary.setFocus()
    QTest.keyClick(primary, Qt.Key.Key_Return)
    assert events == [event, event]


@pytest.mark.parametrize("name", ["insert", "touch", "touch-late"])
def test_escape_is_back_where_back_is_offered(window: Window, sample: Sample, name: str) -> None:
    window.show_state(sample(name))
    events = _heard(window)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert events == [WentBack()]


def test_back_is_not_offered_once_the_visit_is_bound_to_a_key(window: Window, sample: Sample) -> None:
    window.show_state(sample("insert-same"))
    assert window.shell.wizard.bar.button("back") is None


def test_enter_on_a_page_that_waits_does_nothing(window: Window, sample: Sample) -> None:
    window.show_state(sample("insert"))
    events = _heard(window)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert events == []


def test_one_press_emits_once_even_when_the_page_says_it_twice(window: Window, sample: Sample) -> None:
    window.show_state(sample("welcome"))
    events = _heard(window)
    page = window.shell.wizard.page
    page.emitted.emit(Started())
    page.emitted.emit(Started())
    assert events == [Started()]


def test_a_page_that_was_left_is_not_heard_any_more(window: Window, sample: Sample) -> None:
    window.show_state(sample("welcome"))
    old = window.shell.wizard.page
    window.show_state(sample("identify"))
    events = _heard(window)
    old.emitted.emit(Started())
    assert events == []


def test_the_second_half_of_a_double_click_does_not_press_the_next_pages_button(
    window: Window, sample: Sample, qapp: QApplication
) -> None:
    window.show_state(sample("confirm"))
    events = _heard(window)
    window.show_state(sample("done"))
    finish = window.shell.wizard.bar.button("primary")
    assert finish is not None
    at = QPointF(finish.rect().center())
    for kind in (QEvent.Type.MouseButtonDblClick, QEvent.Type.MouseButtonRelease):
        where = QPointF(finish.mapToGlobal(QPoint(int(at.x()), int(at.y()))))
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        qapp.sendEvent(finish, QMouseEvent(kind, at, where, left, left, none))
    assert events == []


def test_holding_enter_down_presses_once(window: Window, sample: Sample) -> None:
    window.show_state(sample("welcome"))
    events = _heard(window)
    QTest.keyPress(window, Qt.Key.Key_Return)
    assert events == [Started()]


def test_the_pin_tooth_is_left_out_where_policy_wants_no_pin(window: Window, sample: Sample) -> None:
    state = sample("touch")
    assert isinstance(state, Touch)
    window.show_state(state)
    assert window.shell.wizard.steps.accessibleName() == "Step 5 of 5, Touch"
    without = EnrollmentPolicy(PinPolicy(mode=PinMode.NEVER))
    window.show_state(replace(state, visit=replace(state.visit, policy=without)))
    assert window.shell.wizard.steps.accessibleName() == "Step 4 of 4, Touch"


def test_all_steps_are_done_at_the_end(window: Window, sample: Sample) -> None:
    window.show_state(sample("done"))
    assert window.shell.wizard.steps.accessibleName() == "All steps done"


def test_the_help_action_opens_help_for_the_page(window: Window, sample: Sample, settle: Callable[[], None]) -> None:
    window.show_state(sample("insert"))
    secondary = window.shell.wizard.bar.button("secondary")
    assert secondary is not None
    secondary.click()
    settle()
    assert window.focusWidget().property("text") == "Close"
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
    settle()
    assert secondary.isVisible()


def test_the_same_kind_of_state_keeps_its_page(window: Window, sample: Sample) -> None:
    window.show_state(sample("touch-preparing"))
    page = window.shell.wizard.page
    window.show_state(sample("touch"))
    assert window.shell.wizard.page is page


def test_the_focus_moves_on_when_what_had_it_goes_away(window: Window, sample: Sample) -> None:
    window.activateWindow()
    window.show_state(sample("touch-preparing"))
    before = window.focusWidget()
    window.show_state(sample("touch"))
    assert window.focusWidget() is not before
    assert window.focusWidget().accessibleName() == "Waiting for your touch"


def test_while_something_is_taken_back_nothing_can_be_pressed(window: Window, sample: Sample) -> None:
    state = sample("stopped-cleaning")
    assert isinstance(state, Stopped)
    window.show_state(state)
    bar = window.shell.wizard.bar
    assert [bar.button(place).isEnabled() for place in ("back", "primary")] == [False, False]  # type: ignore[union-attr]  # both are there
    window.show_state(replace(state, cleaning=False))
    assert [bar.button(place).isEnabled() for place in ("back", "primary")] == [True, True]  # type: ignore[union-attr]  # both are there


@pytest.mark.parametrize("kind", [Welcome, InsertKey, Done])
def test_what_happened_is_announced_by_title_first(window: Window, sample: Sample, kind: type[State]) -> None:
    names: dict[type[State], tuple[str, str]] = {
        Welcome: ("welcome", "Set up your security key"),
        InsertKey: ("insert", "Put your key in the slot"),
        Done: ("done", "Your key is ready"),
    }
    name, title = names[kind]
    window.show_state(sample(name))
    assert window.shell.wizard.accessibleName() == title


# ── the key in the slot ─────────────────────────────────────────────────────────────────────────


def _told(window: Window) -> list[KeyLine]:
    return [line for line in window.findChildren(KeyLine) if line.isVisible()]


@pytest.mark.parametrize(("size", "scale", "below"), [((1280, 800), 1.0, False), ((1080, 1920), 1.0, True)])
def test_the_key_is_told_once_in_the_head_or_below_the_sentence(
    make_window: Make, sample: Sample, settle: Callable[[], None], size: tuple[int, int], scale: float, below: bool
) -> None:
    window = make_window(*size, text_scale=scale)
    window.show_state(sample("pin-new"))
    settle()
    (line,) = _told(window)
    assert "no PIN yet" in line.accessibleName()
    assert (line.mapTo(window, QPoint(0, 0)).y() > window.shell.wizard.steps.y()) == below
    window.show_state(sample("insert"))
    settle()
    assert _told(window) == []


def test_larger_words_take_the_room_of_the_key(make_window: Make, sample: Sample, settle: Callable[[], None]) -> None:
    window = make_window(text_scale=2.0)
    window.show_state(sample("pin-new"))
    settle()
    assert _told(window) == []
    window.show_state(sample("touch"))
    settle()
    assert len(_told(window)) == 1


def test_an_enter_too_many_does_not_take_the_pin_away_unread(
    window: Window, sample: Sample, settle: Callable[[], None]
) -> None:
    window.show_state(sample("pin-random-setting"))
    events = _heard(window)
    window.show_state(sample("pin-random"))
    settle()
    focused = window.focusWidget()
    QTest.keyClick(focused, Qt.Key.Key_Return)
    QTest.keyClick(focused, Qt.Key.Key_Space)
    settle()
    assert events == []
    primary = window.shell.wizard.bar.button("primary")
    assert primary is not None
    QTest.mouseClick(primary, Qt.MouseButton.LeftButton)
    assert events == [Continued()]
