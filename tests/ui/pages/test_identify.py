"""Who are you: fields, other ways, and a badge reader heard in every field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from kiosk.contract.profile import FieldKind, FieldSet, IdentifyField
from kiosk.enrollment.events import AlternativeChosen, CriteriaGiven, WentBack
from kiosk.enrollment.flow import advance
from kiosk.enrollment.states import Identify, State
from kiosk.enrollment.visit import Visit
from kiosk.errors import InputRefused
from ui.pages.identify import IdentifyPage
from ui.pages.identify_words import field_hint, field_label, sentence, way, way_icon
from ui.pages.page import Page, Surroundings
from ui.theme import load_theme
from ui.widgets.keyboard import Keyboard
from ui.widgets.option_card import OptionCard
from ui.widgets.text_field import TextField

Show = Callable[[Page, State], list[object]]


class Clock(Protocol):
    """A clock that only the test moves; seconds."""

    now: float

    def __call__(self) -> float: ...


@pytest.fixture
def page(qtbot: QtBot, clock: Clock) -> IdentifyPage:
    return IdentifyPage(load_theme(), Surroundings(), clock=clock)


def mail(visit: Visit) -> Identify:
    every = visit.profile.alternatives
    return Identify(visit, every[0], every[1:])


def edits(page: IdentifyPage) -> list[QLineEdit]:
    return [field.edit for field in page.findChildren(TextField) if field.isVisible()]


def card(page: IdentifyPage, words: str) -> OptionCard:
    return next(c for c in page.findChildren(OptionCard) if c.accessibleName() == words)


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def frame_of(edit: QLineEdit) -> QWidget:
    frame = edit.parentWidget()
    assert frame is not None
    return frame


def scan(clock: Clock, number: str, gap: float = 0.004) -> None:
    for character in number:
        clock.now += gap
        QTest.keyClicks(focused(), character)
    clock.now += gap
    QTest.keyClick(focused(), Qt.Key.Key_Return)


def test_what_was_typed_is_sent_by_name(page: IdentifyPage, visit: Visit, show: Show) -> None:
    events = show(page, mail(visit))
    QTest.keyClicks(edits(page)[0], "maria@example.org")
    page.submit()
    assert events == [CriteriaGiven({"email": "maria@example.org"})]


def test_the_field_has_the_focus_and_a_name(page: IdentifyPage, visit: Visit, show: Show) -> None:
    show(page, mail(visit))
    assert focused() is edits(page)[0]
    assert focused().accessibleName() == "Work email"


def test_enter_goes_to_the_next_empty_field_and_then_on(
    page: IdentifyPage, visit: Visit, show: Show, clock: Clock
) -> None:
    every = visit.profile.alternatives
    events = show(page, Identify(visit, every[3], every[:3]))
    for text in ("Maria", "Okafor", "B2"):
        assert events == []
        QTest.keyClicks(focused(), text)
        clock.now += 1
        QTest.keyClick(focused(), Qt.Key.Key_Return)
    values = {"given_name": "Maria", "family_name": "Okafor", "attribute:site": "B2"}
    assert events == [CriteriaGiven(values)]


def test_another_way_is_one_touch(page: IdentifyPage, visit: Visit, show: Show) -> None:
    events = show(page, mail(visit))
    card(page, "Use my staff number").click()
    assert events == [AlternativeChosen("staff")]


def test_typed_text_survives_another_way_and_back(page: IdentifyPage, visit: Visit, show: Show) -> None:
    show(page, mail(visit))
    QTest.keyClicks(edits(page)[0], "maria")
    every = visit.profile.alternatives
    page.render(Identify(visit, every[1], (every[0], *every[2:])))
    assert [edit.text() for edit in edits(page)] == [""]
    page.render(mail(visit))
    assert [edit.text() for edit in edits(page)] == ["maria"]


def test_a_draft_goes_to_the_next_page(page: IdentifyPage, visit: Visit, show: Show, qtbot: QtBot) -> None:
    show(page, mail(visit))
    QTest.keyClicks(edits(page)[0], "maria")
    other = IdentifyPage(load_theme(locale="ar"), Surroundings())
    qtbot.addWidget(other)
    other.render(mail(visit))
    other.restore(page.draft())
    assert [field.value() for field in other.findChildren(TextField)] == ["maria"]


def test_nothing_is_red_until_the_person_has_finished(page: IdentifyPage, visit: Visit, show: Show) -> None:
    show(page, mail(visit))
    QTest.keyClicks(edits(page)[0], "no address")
    frame = frame_of(edits(page)[0])
    assert page.chrome().problem is None
    assert frame.property("refused") != "true"
    refused, _ = advance(mail(visit), CriteriaGiven({"email": "no address"}))
    assert isinstance(refused, Identify)
    page.render(refused)
    assert isinstance(page.chrome().problem, InputRefused)
    assert frame.property("refused") == "true"
    QTest.keyClicks(edits(page)[0], "x")
    assert page.chrome().problem is None
    assert frame.property("refused") == "false"


def test_the_focus_goes_to_the_field_that_was_refused(page: IdentifyPage, visit: Visit, show: Show) -> None:
    every = visit.profile.alternatives
    state = Identify(visit, every[3], every[:3])
    show(page, state)
    page.render(replace(state, problem=InputRefused("family_name", "empty")))
    assert QApplication.focusWidget() is edits(page)[1]
    assert page.first_focus() is edits(page)[1]


@pytest.mark.parametrize("text", ["x" * 10_000, "\u202emaria", "a\x00b", "🔑", "'; DROP TABLE users; --", ""])
def test_bad_input_is_kept_and_told(page: IdentifyPage, visit: Visit, show: Show, text: str) -> None:
    events = show(page, mail(visit))
    edits(page)[0].setText(text)
    kept = edits(page)[0].text()
    page.submit()
    answer, effects = advance(mail(visit), events[0])  # type: ignore[arg-type]  # what pages emit are events
    assert isinstance(answer, Identify)
    page.render(answer)
    assert isinstance(page.chrome().problem, InputRefused)
    assert edits(page)[0].text() == kept
    assert effects == ()


def test_nothing_can_be_done_twice_while_it_is_looked_up(page: IdentifyPage, visit: Visit, show: Show) -> None:
    events = show(page, mail(visit))
    page.render(replace(mail(visit), busy=True))
    primary = page.chrome().primary
    assert primary is not None
    assert not primary.enabled
    page.submit()
    QTest.keyClicks(edits(page)[0], "x")
    card(page, "Scan my badge").click()
    assert events == []
    assert edits(page)[0].text() == ""


def test_back_is_there(page: IdentifyPage, visit: Visit, show: Show) -> None:
    show(page, mail(visit))
    back = page.chrome().back
    assert back is not None
    assert back.event == WentBack()


# ── the badge reader ────────────────────────────────────────────────────────────────────────────


def test_a_scan_in_the_mail_field_goes_to_the_badge(
    page: IdentifyPage, visit: Visit, show: Show, clock: Clock, qtbot: QtBot
) -> None:
    events = show(page, mail(visit))
    QTest.keyClicks(edits(page)[0], "maria")
    clock.now += 2
    scan(clock, "0012345678")
    assert events == [AlternativeChosen("badge")]
    assert edits(page)[0].text() == "maria"
    every = visit.profile.alternatives
    page.render(Identify(visit, every[2], (*every[:2], every[3])))
    qtbot.waitUntil(lambda: len(events) == 2)
    assert events[1] == CriteriaGiven({"badge": "0012345678"})


def test_a_scan_in_the_badge_field_is_sent_once(page: IdentifyPage, visit: Visit, show: Show, clock: Clock) -> None:
    every = visit.profile.alternatives
    events = show(page, Identify(visit, every[2], every[:2]))
    QTest.keyClicks(edits(page)[0], "9")
    clock.now += 1
    scan(clock, "0012345678")
    assert events == [CriteriaGiven({"badge": "0012345678"})]


def test_a_scan_is_heard_on_a_button_as_well(page: IdentifyPage, visit: Visit, show: Show, clock: Clock) -> None:
    events = show(page, mail(visit))
    card(page, "Use my staff number").setFocus()
    scan(clock, "0012345678")
    assert events == [AlternativeChosen("badge")]


def test_without_a_way_for_badges_a_scan_is_typed(page: IdentifyPage, visit: Visit, show: Show, clock: Clock) -> None:
    every = visit.profile.alternatives
    events = show(page, Identify(visit, every[1], (every[0],)))
    scan(clock, "104417")
    assert events == [CriteriaGiven({"employee_id": "104417"})]


def test_a_person_who_types_is_not_taken_for_a_reader(
    page: IdentifyPage, visit: Visit, show: Show, clock: Clock
) -> None:
    events = show(page, mail(visit))
    scan(clock, "maria@example.org", gap=0.12)
    assert events == [CriteriaGiven({"email": "maria@example.org"})]


# ── the keyboard ────────────────────────────────────────────────────────────────────────────────


def open_keyboard(page: IdentifyPage) -> Keyboard:
    page.findChildren(TextField)[0].keyboard_button.click()
    keyboard = page.keyboard()
    assert isinstance(keyboard, Keyboard)
    return keyboard


def test_the_keyboard_opens_types_and_goes_away(page: IdentifyPage, visit: Visit, show: Show, qtbot: QtBot) -> None:
    events = show(page, mail(visit))
    keyboard = open_keyboard(page)
    assert page.chrome().compact
    for text in ("m", "@example.org"):
        next(k for k in keyboard.keys if k.accessibleName() == text).click()
    assert edits(page)[0].text() == "m@example.org"
    keyboard.continued.emit()
    assert events == [CriteriaGiven({"email": "m@example.org"})]
    assert page.keyboard() is None


def test_the_keyboard_follows_the_field(page: IdentifyPage, visit: Visit, show: Show, qtbot: QtBot) -> None:
    every = visit.profile.alternatives
    show(page, Identify(visit, every[3], ()))
    open_keyboard(page)
    edits(page)[1].setFocus()
    second = page.keyboard()
    assert isinstance(second, Keyboard)
    next(k for k in second.keys if k.text() == "x").click()
    assert [edit.text() for edit in edits(page)] == ["", "x", ""]
    second.closed.emit()
    assert page.keyboard() is None


def test_numbers_open_on_digits(page: IdentifyPage, visit: Visit, show: Show, qtbot: QtBot) -> None:
    every = visit.profile.alternatives
    show(page, Identify(visit, every[1], ()))
    assert open_keyboard(page).layer.name == "123"


def test_pressing_its_button_again_puts_it_away(page: IdentifyPage, visit: Visit, show: Show) -> None:
    show(page, mail(visit))
    open_keyboard(page)
    page.findChildren(TextField)[0].keyboard_button.click()
    assert page.keyboard() is None


# ── words ───────────────────────────────────────────────────────────────────────────────────────

BUILT_IN = ("upn", "email", "employee_id", "phone", "given_name", "family_name", "badge")


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_built_in_name_has_words(name: str) -> None:
    field = IdentifyField(name, FieldKind.TEXT)
    fields = FieldSet("x", (field,))
    assert field_label(field, "en")[0].isupper()
    assert way(fields, "en").startswith(("Use my", "Scan my")) or name in ("given_name", "family_name")
    assert sentence(fields, "en").endswith(".")


def test_an_attribute_speaks_the_language_of_the_screen(ways: tuple[FieldSet, ...]) -> None:
    site = ways[3].fields[2]
    assert "Your site" in field_label(site, "en")
    assert "موقعك" in field_label(site, "ar-EG")
    assert "Your site" in field_label(site, "de")
    assert "Like B2" in field_hint(site, "en")
    assert "shoe" in field_label(IdentifyField("attribute:shoe", FieldKind.TEXT), "en")


def test_a_set_with_a_name_is_the_name_and_another_mixed_one_lists_its_fields(ways: tuple[FieldSet, ...]) -> None:
    assert way(ways[3], "en") == way(FieldSet("n", ways[3].fields[:2]), "en") == "Use my name"
    assert way(FieldSet("n", (ways[3].fields[0], ways[1].fields[0])), "en") == "First name, Staff number"
    assert sentence(ways[3], "en") == "Fill in all the fields."
    assert "Like B2" in sentence(FieldSet("s", ways[3].fields[2:]), "en")


def test_every_way_has_an_icon(ways: tuple[FieldSet, ...]) -> None:
    assert [way_icon(fields) for fields in ways] == ["mail", "keyboard", "badge", "people"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(label=st.text(min_size=1, max_size=200), hint=st.text(max_size=200))
def test_any_label_of_an_administrator_can_be_shown(label: str, hint: str, visit: Visit, qtbot: QtBot) -> None:
    spec = IdentifyField("attribute:x", FieldKind.TEXT, {"en": label}, {"en": hint})
    page = IdentifyPage(load_theme(), Surroundings())
    page.render(Identify(visit, FieldSet("x", (spec,)), ()))
    assert page.chrome().sentence
    assert not page.grab().isNull()
    assert len(page.findChildren(QPushButton)) >= 2
    page.deleteLater()
