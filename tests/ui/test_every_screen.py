from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QWidget

from kiosk.contract.enrollments import MaskedPerson
from kiosk.contract.profile import RelyingPartyName
from kiosk.enrollment.states import (
    ChooseMethod,
    ConfirmPerson,
    Connecting,
    EnterCode,
    Prove,
    State,
    Touch,
)
from ui.tour_keys import Sample
from ui.tour_samples import samples
from ui.widgets.keypad import TypingKey
from ui.widgets.label import Label
from ui.widgets.option_card import OptionCard
from ui.window import Window

SIZES = [(1280, 800), (1024, 768), (1080, 1920), (1920, 1080)]
FINGER = 64
MAY_SCROLL = ("register", "terms")
"""Forms and terms are as long as an organization makes them: these may have more than fits."""
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2


def _shown(window: Window, kind: type[QWidget]) -> Iterator[QWidget]:
    return (child for child in window.findChildren(kind) if child.isVisible())


def _place(window: Window, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def _check_primary(window: Window, sample: Sample) -> None:
    chrome = window.shell.wizard.chrome
    button = window.shell.wizard.bar.button("primary")
    if chrome.primary is None or chrome.compact:
        return
    assert button is not None, sample.name
    assert button.isVisible(), sample.name
    assert window.rect().contains(_place(window, button)), sample.name
    assert button.width() >= button.minimumSizeHint().width(), sample.name


def _check_targets(window: Window, sample: Sample) -> None:
    for button in _shown(window, QAbstractButton):
        assert button.accessibleName() or button.property("text"), f"{sample.name}: a button without a name"
        least = 48 if isinstance(button, TypingKey) else FINGER
        assert min(button.width(), button.height()) >= least, (
            f"{sample.name}: {button.accessibleName()} {button.size()}"
        )


def _check_words(window: Window, sample: Sample) -> None:
    for label in _shown(window, Label):
        assert isinstance(label, Label)
        needed = label.heightForWidth(label.width())
        assert label.height() >= needed - 1, f"{sample.name}: {label.text()!r} is cut"
        assert label.width() >= label.minimumSizeHint().width() - 1, f"{sample.name}: {label.text()!r} is cut"
    for card in _shown(window, OptionCard):
        assert isinstance(card, OptionCard)
        assert card.height() >= card.words_height(card.width()), f"{sample.name}: {card.accessibleName()!r} is cut"


def _check_focus(window: Window, sample: Sample) -> None:
    """What has the focus is in sight, and nothing is wider than its place."""
    sheet = window.shell.wizard.page.parentWidget()
    viewport = sheet.parentWidget() if sheet is not None else None
    assert sheet is not None
    assert viewport is not None
    assert sheet.width() <= viewport.width(), f"{sample.name}: wider than its place"
    focused: QWidget | None = window.focusWidget()
    if focused is not None and sheet.isAncestorOf(focused):
        top = focused.mapTo(viewport, QPoint(0, 0)).y()
        assert 0 <= top < viewport.height() - 24, f"{sample.name}: the focus is out of sight"


@pytest.mark.parametrize("locale", ["en", "ar"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
def test_every_screen_keeps_its_primary_its_targets_and_its_words_whole_without_scrolling(
    make_window: Callable[..., Window], settle: Callable[[], None], size: tuple[int, int], locale: str
) -> None:
    window = make_window(*size, locale=locale)
    for sample in samples(locale):
        window.show_state(sample.state)
        settle()
        _check_primary(window, sample)
        _check_targets(window, sample)
        _check_words(window, sample)
        _check_focus(window, sample)
        if not sample.name.startswith(MAY_SCROLL):
            assert not window.shell.wizard.overflows, f"{sample.name}: some of it is out of sight"


@pytest.mark.parametrize("text_scale", [1.25, 1.5, 2.0])
def test_large_text_never_pushes_the_primary_off_the_screen(
    make_window: Callable[..., Window], settle: Callable[[], None], text_scale: float
) -> None:
    window = make_window(text_scale=text_scale)
    for sample in samples("en"):
        window.show_state(sample.state)
        settle()
        _check_primary(window, sample)
        _check_words(window, sample)


def test_every_screen_says_its_title_and_its_step_to_a_screen_reader(
    make_window: Callable[..., Window], settle: Callable[[], None]
) -> None:
    window = make_window()
    for sample in samples("en"):
        window.show_state(sample.state)
        settle()
        assert window.shell.wizard.accessibleName(), sample.name
        step = window.shell.wizard.steps
        if step.isVisible():
            assert "of" in step.accessibleName() or "done" in step.accessibleName(), sample.name


def test_every_screen_shows_where_the_focus_is(make_window: Callable[..., Window], settle: Callable[[], None]) -> None:
    window = make_window()
    window.activateWindow()
    for sample in samples("en"):
        window.show_state(sample.state)
        settle()
        focused: QWidget | None = window.focusWidget()
        assert focused is not None, sample.name
        assert focused.isVisible(), sample.name
        assert focused.isEnabled(), sample.name


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_everything_that_takes_the_focus_has_a_name(
    make_window: Callable[..., Window], settle: Callable[[], None], locale: str
) -> None:
    window = make_window(locale=locale)
    for sample in samples(locale):
        window.show_state(sample.state)
        settle()
        for widget in _shown(window, QWidget):
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget is not window:
                assert widget.accessibleName() or widget.property("text"), f"{sample.name}: {widget}"


@pytest.mark.parametrize("name", ["touch", "working-test", "working-check", "done", "choose-method", "code", "confirm"])
def test_words_longer_than_the_column_are_broken_and_push_nothing_away(
    make_window: Callable[..., Window], settle: Callable[[], None], sample: Callable[[str], State], name: str
) -> None:
    state = sample(name)
    assert not isinstance(state, Connecting)
    parties = (RelyingPartyName("a.example", LONG), RelyingPartyName("b.example", LONG))
    visit = replace(state.visit, person=LONG, parties=parties, finished=parties[: len(state.visit.finished)])
    state = replace(state, visit=visit)
    match state:
        case Touch() | Prove():
            state = replace(state, party=parties[0])
        case ChooseMethod():
            state = replace(state, offers=tuple(replace(offer, hint=LONG) for offer in state.offers))
        case EnterCode():
            state = replace(state, hint=LONG, others=tuple(replace(offer, hint=LONG) for offer in state.others))
        case ConfirmPerson():
            state = replace(state, person=MaskedPerson(LONG, (("department", LONG), (LONG, LONG))))
    window = make_window()
    window.show_state(state)
    settle()
    right = window.width() - window.shell.stage.width()
    for widget in window.shell.wizard.page.findChildren(QWidget):
        if widget.isVisible():
            place = _place(window, widget)
            assert place.left() >= 0, widget
            assert place.right() < right, widget
