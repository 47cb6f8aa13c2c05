"""What is to be accepted: shown as plain text, never accepted by an Enter too many, and declined where one may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFrame
from pytestqt.qtbot import QtBot

from kiosk.contract.profile import Terms
from kiosk.enrollment.effects import RegisterPerson
from kiosk.enrollment.events import Skipped, TermsAccepted, WentBack
from kiosk.enrollment.flow import advance
from kiosk.enrollment.states import AcceptTerms, State
from kiosk.enrollment.visit import Visit
from ui.pages.page import Page, Surroundings
from ui.pages.terms import AcceptTermsPage
from ui.theme import load_theme
from ui.tour_accounts import HOUSE, MEMBER, NEWS, VISITOR
from ui.widgets.label import Label
from ui.window import Window

Show = Callable[[Page, State], list[object]]
Sample = Callable[[str], State]
LONG = Terms(
    "long", "1", {"en": "Everything"}, {"en": "\n\n".join(f"Paragraph {n}. " + "Words. " * 40 for n in range(40))}
)


@pytest.fixture
def page(qtbot: QtBot) -> AcceptTermsPage:
    return AcceptTermsPage(load_theme(), Surroundings())


@pytest.fixture
def window(make_window: Callable[..., Window]) -> Window:
    return make_window()


def heard(window: Window) -> list[object]:
    events: list[object] = []
    window.emitted.connect(events.append)
    return events


def read(page: AcceptTermsPage) -> list[str]:
    return [label.text() for label in page.findChildren(Label) if label.isVisible()]


def test_the_text_is_shown_paragraph_by_paragraph_under_its_title(
    page: AcceptTermsPage, visit: Visit, show: Show
) -> None:
    show(page, AcceptTerms(visit, VISITOR, HOUSE, 1, 2))
    assert "House rules" in page.chrome().title
    assert len(read(page)) == 4
    assert page.chrome().sentence == "<b>1 of 2.</b> Please read this. You need to accept it to go on."


def test_a_single_text_is_not_counted(page: AcceptTermsPage, visit: Visit, show: Show) -> None:
    show(page, AcceptTerms(visit, MEMBER, HOUSE, 1, 1))
    assert page.chrome().sentence == "Please read this. You need to accept it to go on."


def test_required_terms_are_accepted_or_left(page: AcceptTermsPage, visit: Visit, show: Show) -> None:
    show(page, AcceptTerms(visit, VISITOR, HOUSE, 1, 2))
    chrome = page.chrome()
    assert chrome.primary is not None
    assert (chrome.primary.event, chrome.primary.enabled) == (TermsAccepted(), True)
    assert chrome.secondary is None
    assert chrome.back is not None
    assert chrome.back.event == WentBack()


def test_others_may_be_declined(page: AcceptTermsPage, visit: Visit, show: Show) -> None:
    show(page, AcceptTerms(visit, VISITOR, NEWS, 2, 2))
    secondary = page.chrome().secondary
    assert secondary is not None
    assert secondary.event == Skipped()
    assert page.chrome().sentence.endswith("You can go on without it.")


def test_while_it_is_sent_nothing_can_be_pressed(page: AcceptTermsPage, visit: Visit, show: Show) -> None:
    show(page, AcceptTerms(visit, VISITOR, NEWS, 2, 2, busy=True))
    chrome = page.chrome()
    assert chrome.primary is not None
    assert chrome.secondary is not None
    assert not chrome.primary.enabled
    assert not chrome.secondary.enabled


def test_an_enter_too_many_accepts_nothing(window: Window, sample: Sample) -> None:
    window.show_state(sample("terms"))
    window.activateWindow()
    events = heard(window)
    assert isinstance(window.focusWidget(), QFrame)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert events == []
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
    button = window.shell.wizard.bar.button("primary")
    assert button is not None
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert events == [TermsAccepted()]


def test_each_answer_is_a_touch(window: Window, sample: Sample) -> None:
    window.show_state(sample("terms-optional"))
    events = heard(window)
    button = window.shell.wizard.bar.button("secondary")
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert events == [Skipped()]


def test_the_next_text_begins_at_its_beginning_and_has_the_focus(
    window: Window, sample: Sample, settle: Callable[[], None]
) -> None:
    state = sample("terms")
    assert isinstance(state, AcceptTerms)
    window.show_state(replace(state, terms=LONG))
    window.activateWindow()
    settle()
    assert window.shell.wizard.overflows
    sheet = window.shell.wizard.page.parentWidget()
    assert sheet is not None
    window.shell.wizard.page.sought.emit(window.shell.wizard.page.findChildren(Label)[-1])
    settle()
    assert sheet.y() < 0
    window.show_state(replace(state, terms=HOUSE, number=2))
    settle()
    assert sheet.y() == 0
    assert window.focusWidget() is window.shell.wizard.page.first_focus()


def test_the_page_keys_turn_its_pages(window: Window, sample: Sample, settle: Callable[[], None]) -> None:
    state = sample("terms")
    assert isinstance(state, AcceptTerms)
    window.show_state(replace(state, terms=LONG))
    window.activateWindow()
    settle()
    sheet = window.shell.wizard.page.parentWidget()
    assert sheet is not None
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_PageDown)
    assert sheet.y() < 0
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_PageUp)
    assert sheet.y() == 0


def test_the_primary_stays_in_place_however_long_the_text_is(
    window: Window, sample: Sample, settle: Callable[[], None]
) -> None:
    state = sample("terms")
    assert isinstance(state, AcceptTerms)
    window.show_state(replace(state, terms=LONG))
    settle()
    button = window.shell.wizard.bar.button("primary")
    assert button is not None
    assert window.rect().contains(button.mapTo(window, button.rect().bottomRight()))


def test_what_is_shown_is_in_the_language_that_is_written_down(visit: Visit, qtbot: QtBot) -> None:
    for locale in ("en", "ar", "ar-EG", "de"):
        there = replace(visit, locale=locale)
        page = AcceptTermsPage(load_theme(locale=locale), Surroundings())
        qtbot.addWidget(page)
        state = AcceptTerms(there, MEMBER, HOUSE, 1, 1)
        page.render(state)
        _, (effect,) = advance(state, TermsAccepted())
        assert isinstance(effect, RegisterPerson)
        (accepted,) = effect.accepted
        first = page.findChildren(Label)[0].text()
        assert HOUSE.texts[accepted.language].partition("\n")[0] in first


def test_a_text_in_another_language_keeps_its_own_direction(visit: Visit, qtbot: QtBot) -> None:
    english = replace(HOUSE, texts={"en": HOUSE.texts["en"]})
    page = AcceptTermsPage(load_theme(locale="ar"), Surroundings())
    qtbot.addWidget(page)
    page.resize(700, 700)
    page.render(AcceptTerms(replace(visit, locale="ar"), MEMBER, english, 1, 1))
    page.show()
    label = page.findChildren(Label)[0]
    image = label.grab().toImage()
    ink = [x for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y).lightness() < 128]
    assert min(ink) < 20  # its lines begin on the left


def test_a_screen_reader_reads_the_text_as_one(page: AcceptTermsPage, visit: Visit, show: Show) -> None:
    show(page, AcceptTerms(visit, VISITOR, HOUSE, 1, 2))
    first = page.first_focus()
    assert first is not None
    assert all(paragraph in first.accessibleName() for paragraph in read(page))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(max_size=200), text=st.text(max_size=500))
def test_any_text_can_be_shown_and_brings_no_marks_of_its_own(
    title: str, text: str, visit: Visit, qtbot: QtBot
) -> None:
    page = AcceptTermsPage(load_theme(), Surroundings())
    page.render(AcceptTerms(visit, MEMBER, Terms("x", "1", {"en": title}, {"en": text}), 1, 1))
    assert page.chrome().title
    assert "<" not in page.chrome().title
    assert not page.grab().isNull()
    page.deleteLater()
