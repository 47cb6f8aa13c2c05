"""The form of somebody new: every field, by keyboard and by touch; nothing typed is lost, nothing is red too early."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QDate, QDateTime, QPoint, Qt, QTime
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from kiosk.contract.profile import FieldKind, FormField, FormKind, IdentifyField, RegistrationForm
from kiosk.enrollment.events import FormFilled, PhoneWanted, WentBack
from kiosk.enrollment.flow import advance
from kiosk.enrollment.states import Register, State
from kiosk.enrollment.visit import Visit
from kiosk.errors import InputRefused, ServiceUnreachable, TermsChanged
from ui.pages import register_words as words
from ui.pages.page import Page, Surroundings
from ui.pages.register import RegisterPage
from ui.pages.register_entry import Entry
from ui.theme import load_theme
from ui.tour_accounts import CONTRACTOR, FORMS, MEMBER, VISITOR
from ui.widgets.buttons import Button
from ui.widgets.day_field import DayField
from ui.widgets.keyboard import Keyboard
from ui.widgets.label import Label
from ui.widgets.option_card import OptionCard
from ui.widgets.text_field import TextField
from ui.window import Window

Show = Callable[[Page, State], list[object]]
Sample = Callable[[str], State]
WHEN = QDateTime(QDate(2026, 11, 22), QTime(10, 42))
PLACE = Surroundings(now=lambda: WHEN)


@pytest.fixture
def page(qtbot: QtBot) -> RegisterPage:
    return RegisterPage(load_theme(), PLACE)


def entries(page: Page) -> list[Entry]:
    return [entry for entry in page.findChildren(Entry) if entry.isVisible()]


def field(page: Page, label: str) -> TextField:
    return next(f for f in page.findChildren(TextField) if f.label.text() == label)


def day(page: Page) -> DayField:
    found = page.findChild(DayField)
    assert isinstance(found, DayField)
    return found


def lines(page: Page) -> str:
    """Every word that a person can read on the page."""
    return "\n".join(label.text() for label in page.findChildren(Label) if label.isVisible())


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


# ── filling it in ───────────────────────────────────────────────────────────────────────────────


def test_a_form_is_filled_in_by_keyboard_alone(page: RegisterPage, visit: Visit, show: Show) -> None:
    events = show(page, Register(visit, MEMBER))
    for text in ("Maria", "Okafor", "maria@example.org"):
        assert events == []
        QTest.keyClicks(focused(), text)
        QTest.keyClick(focused(), Qt.Key.Key_Return)
    values = {"given_name": "Maria", "family_name": "Okafor", "email": "maria@example.org"}
    assert events == [FormFilled(values)]


def test_a_visitor_chooses_the_last_day_by_keyboard_alone(page: RegisterPage, visit: Visit, show: Show) -> None:
    events = show(page, Register(visit, VISITOR))
    for text in ("Maria", "Okafor", "m@partner.example", "sam"):
        while not (isinstance(focused(), QLineEdit) and focused() is not field(page, "Company (optional)").edit):
            QTest.keyClick(focused(), Qt.Key.Key_Tab)
        QTest.keyClicks(focused(), text)
        QTest.keyClick(focused(), Qt.Key.Key_Tab)
    while focused() is not day(page).tiles[1]:
        QTest.keyClick(focused(), Qt.Key.Key_Tab)
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    page.submit()
    (filled,) = events
    assert isinstance(filled, FormFilled)
    assert (filled.values["sponsor"], filled.values["company"]) == ("sam", "")
    assert filled.values["ends_on"] == "2026-11-23"


def test_visitors_come_for_a_day_and_contractors_say_for_how_long(
    page: RegisterPage, visit: Visit, show: Show, qtbot: QtBot
) -> None:
    show(page, Register(visit, VISITOR))
    assert day(page).value() == "2026-11-22"
    other = RegisterPage(load_theme(), PLACE)
    qtbot.addWidget(other)
    other.render(Register(visit, CONTRACTOR))
    assert day(other).value() == ""


def test_the_first_field_that_has_to_be_filled_in_has_the_focus(page: RegisterPage, visit: Visit, show: Show) -> None:
    typed = replace(visit, criteria={"given_name": "Maria", "family_name": "Okafor", "email": "m@example.org"})
    show(page, Register(typed, VISITOR))
    assert focused() is field(page, "Who are you visiting?").edit  # the company may stay empty


def test_a_whole_form_begins_at_its_first_field(page: RegisterPage, visit: Visit, show: Show) -> None:
    typed = replace(visit, criteria={"given_name": "Maria", "family_name": "Okafor", "email": "m@example.org"})
    show(page, Register(typed, MEMBER))
    assert focused() is field(page, "First name").edit


def test_while_it_is_looked_at_nothing_is_typed_or_sent(page: RegisterPage, visit: Visit, show: Show) -> None:
    events = show(page, Register(visit, VISITOR, busy=True))
    page.submit()
    QTest.keyClicks(field(page, "First name").edit, "Maria")
    assert field(page, "First name").value() == ""
    assert not any(tile.isEnabled() for tile in day(page).tiles.values())
    assert events == []
    primary = page.chrome().primary
    assert primary is not None
    assert not primary.enabled


# ── words ───────────────────────────────────────────────────────────────────────────────────────


def test_what_may_stay_empty_says_so_in_words(page: RegisterPage, visit: Visit, show: Show) -> None:
    show(page, Register(visit, VISITOR))
    labels = [f.label.text() for f in page.findChildren(TextField)]
    assert [label for label in labels if label.endswith("(optional)")] == ["Company (optional)"]
    assert page.chrome().sentence == "Please fill in all the fields that are not optional."


def test_a_form_without_optional_fields_does_not_speak_of_them(page: RegisterPage, visit: Visit, show: Show) -> None:
    show(page, Register(visit, MEMBER))
    assert page.chrome().sentence == "Please fill in all the fields."


def test_the_sponsor_is_asked_for_as_a_person_would(page: RegisterPage, visit: Visit, show: Show) -> None:
    show(page, Register(visit, VISITOR))
    assert "Their email or user name." in lines(page)
    assert field(page, "Who are you visiting?").edit.accessibleDescription() == "Their email or user name."


def test_every_kind_of_form_has_a_title_and_its_own_words_for_the_sponsor() -> None:
    assert len({words.title(kind) for kind in FormKind}) == len(FormKind)
    sponsor = FormField(IdentifyField("sponsor", FieldKind.UPN))
    assert words.label(sponsor, FormKind.CONTRACTOR, "en") == "Who do you work with here?"


def test_a_field_of_the_site_speaks_the_language_of_the_screen(visit: Visit, qtbot: QtBot) -> None:
    page = RegisterPage(load_theme(locale="ar"), PLACE)
    qtbot.addWidget(page)
    page.render(Register(replace(visit, locale="ar"), CONTRACTOR))
    assert any("المبنى" in f.label.text() for f in page.findChildren(TextField))


@pytest.mark.parametrize("reason", ["empty", "too_long", "characters", "shape", "past", "too_late", "from_the_future"])
@pytest.mark.parametrize("kind", list(FieldKind))
def test_every_refusal_says_in_one_sentence_what_to_do(reason: str, kind: FieldKind) -> None:
    for name in ("email", "ends_on"):
        said = words.refused(IdentifyField(name, kind), reason)
        assert said.endswith(".")
        assert "{" not in said


# ── what is not right ───────────────────────────────────────────────────────────────────────────


def test_nothing_is_red_until_the_form_was_sent(page: RegisterPage, visit: Visit, show: Show) -> None:
    show(page, Register(visit, MEMBER))
    field(page, "First name").put("\u202e")
    QTest.keyClick(focused(), Qt.Key.Key_Tab)
    assert not any(entry.refused for entry in entries(page))
    assert page.chrome().problem is None


def test_what_is_not_right_is_told_at_its_field_and_goes_when_it_is_mended(
    page: RegisterPage, visit: Visit, show: Show
) -> None:
    typed = {"given_name": "Maria", "family_name": "Okafor", "email": "maria.example.org"}
    state = Register(replace(visit, criteria=typed), MEMBER)
    show(page, state)
    refused, _ = advance(state, FormFilled(typed))
    assert isinstance(refused, Register)
    page.render(refused)
    edit = field(page, "Work email").edit
    assert page.chrome().problem is None
    assert "An email looks like name@example.org." in lines(page)
    assert edit.accessibleDescription() == "An email looks like name@example.org."
    assert focused() is edit
    assert page.first_focus() is edit
    QTest.keyClicks(edit, "x")
    assert "An email looks like" not in lines(page)
    assert "We send a code there." in lines(page)
    assert not any(entry.refused for entry in entries(page))


def test_a_day_that_is_missing_is_told_at_the_days(page: RegisterPage, visit: Visit, show: Show) -> None:
    show(page, Register(visit, CONTRACTOR))
    page.render(Register(visit, CONTRACTOR, InputRefused("ends_on", "empty")))
    assert "Please choose a day." in lines(page)
    assert focused() is day(page).tiles[0]
    day(page).tiles[1].click()
    assert "Please choose a day." not in lines(page)


@pytest.mark.parametrize("problem", [ServiceUnreachable(), TermsChanged(), InputRefused("unknown", "shape")])
def test_what_is_about_no_field_is_told_above_them_all(
    page: RegisterPage, visit: Visit, show: Show, problem: ServiceUnreachable
) -> None:
    show(page, Register(visit, MEMBER, problem))
    assert page.chrome().problem is problem
    assert not any(entry.refused for entry in entries(page))


def test_what_was_typed_survives_an_error_and_the_way_back(
    page: RegisterPage, visit: Visit, show: Show, qtbot: QtBot
) -> None:
    events = show(page, Register(visit, VISITOR))
    for label, text in (("First name", "Maria"), ("Who are you visiting?", "sam"), ("Company (optional)", "Sample")):
        QTest.keyClicks(field(page, label).edit, text)
    day(page).tiles[1].click()
    page.submit()
    (filled,) = events
    assert isinstance(filled, FormFilled)
    after, _ = advance(Register(visit, VISITOR), filled)
    assert isinstance(after, Register)
    again = RegisterPage(load_theme(), PLACE)
    qtbot.addWidget(again)
    again.render(after)
    assert dict(again.draft()) == filled.values


def test_a_draft_goes_to_the_page_in_another_language(
    page: RegisterPage, visit: Visit, show: Show, qtbot: QtBot
) -> None:
    show(page, Register(visit, CONTRACTOR))
    field(page, "First name").put("مريم")
    day(page).tiles[7].click()
    other = RegisterPage(load_theme(locale="ar"), PLACE)
    qtbot.addWidget(other)
    other.render(Register(visit, CONTRACTOR))
    other.restore({**page.draft(), "of another form": "x"})
    assert other.draft()["given_name"] == "مريم"
    assert other.draft()["ends_on"] == "2026-11-29"


def test_back_is_safe(page: RegisterPage, visit: Visit, show: Show) -> None:
    show(page, Register(visit, MEMBER))
    back = page.chrome().back
    assert back is not None
    assert back.event == WentBack()


# ── the keyboard on the screen ──────────────────────────────────────────────────────────────────


def keyboard(page: RegisterPage) -> Keyboard:
    found = page.keyboard()
    assert isinstance(found, Keyboard)
    return found


def tap(page: RegisterPage, text: str) -> None:
    for character in text:
        next(key for key in keyboard(page).keys if key.accessibleName() == character).click()


def test_a_form_is_filled_in_by_touch_alone(page: RegisterPage, visit: Visit, show: Show) -> None:
    events = show(page, Register(visit, MEMBER))
    field(page, "First name").keyboard_button.click()
    tap(page, "maria")
    assert len(entries(page)) == 1  # the rest makes room
    assert page.chrome().compact
    keyboard(page).continued.emit()
    tap(page, "okafor")
    keyboard(page).continued.emit()
    assert [entry.field.label.text() for entry in entries(page)] == ["Work email"]
    for name in ("m", "@example.org"):
        next(key for key in keyboard(page).keys if key.accessibleName() == name).click()
    keyboard(page).continued.emit()
    assert page.keyboard() is None
    assert len(entries(page)) == 3
    assert events == []
    page.submit()
    assert events == [FormFilled({"given_name": "maria", "family_name": "okafor", "email": "m@example.org"})]


def test_the_corner_key_says_whether_there_is_more_to_type(page: RegisterPage, visit: Visit, show: Show) -> None:
    show(page, Register(visit, MEMBER))
    field(page, "First name").keyboard_button.click()

    def corner() -> str:
        return next(button.text() for button in keyboard(page).findChildren(Button))

    assert corner() == "Next"
    field(page, "Last name").put("Okafor")
    field(page, "Work email").put("m@example.org")
    assert corner() == "Done"


def test_the_domain_of_the_organization_is_a_key_for_its_people_and_not_for_guests(
    page: RegisterPage, visit: Visit, show: Show
) -> None:
    show(page, Register(visit, VISITOR))
    field(page, "Your email").keyboard_button.click()
    assert "@example.org" not in [key.accessibleName() for key in keyboard(page).keys]
    field(page, "Who are you visiting?").keyboard_button.click()
    assert "@example.org" in [key.accessibleName() for key in keyboard(page).keys]


def test_sending_puts_the_keyboard_away(page: RegisterPage, visit: Visit, show: Show) -> None:
    events = show(page, Register(visit, MEMBER))
    field(page, "First name").keyboard_button.click()
    page.submit()
    assert page.keyboard() is None
    assert len(events) == 1


# ── in the window ───────────────────────────────────────────────────────────────────────────────


def in_sight(window: Window, widget: QWidget) -> bool:
    sheet = window.shell.wizard.page.parentWidget()
    viewport = sheet.parentWidget() if sheet is not None else None
    assert viewport is not None
    place = widget.mapTo(viewport, QPoint(0, 0)).y()
    return place >= 0 and place + widget.height() <= viewport.height() + 1


@pytest.mark.parametrize("size", [(1280, 800), (1024, 768), (1080, 1920)])
@pytest.mark.parametrize("name", ["register-refused", "register-contractor"])
def test_a_refused_field_and_why_it_was_are_brought_into_sight(
    make_window: Callable[..., Window],
    sample: Sample,
    settle: Callable[[], None],
    name: str,
    size: tuple[int, int],
) -> None:
    window = make_window(*size)
    window.show_state(sample("register-visitor" if name == "register-refused" else "welcome"))
    window.show_state(sample(name))
    settle()
    refused = next(entry for entry in entries(window.shell.wizard.page) if entry.refused)
    assert in_sight(window, refused)


def test_another_day_brings_its_steps_into_sight(
    make_window: Callable[..., Window], sample: Sample, settle: Callable[[], None]
) -> None:
    window = make_window()
    window.show_state(sample("register-contractor"))
    settle()
    page = window.shell.wizard.page
    day(page).tiles[-1].click()
    settle()
    assert all(in_sight(window, stepper) for stepper in day(page).steppers.values())


def test_what_could_not_be_sent_is_told_in_sight(
    make_window: Callable[..., Window], sample: Sample, settle: Callable[[], None]
) -> None:
    window = make_window()
    window.show_state(sample("register-contractor"))
    settle()
    state = sample("register-contractor")
    assert isinstance(state, Register)
    window.show_state(replace(state, problem=ServiceUnreachable()))
    settle()
    sheet = window.shell.wizard.page.parentWidget()
    assert sheet is not None
    assert sheet.y() == 0


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.kind.value)
def test_after_the_keyboard_the_field_is_in_sight(
    make_window: Callable[..., Window],
    sample: Sample,
    settle: Callable[[], None],
    form: RegistrationForm,
) -> None:
    window = make_window()
    state = sample("register")
    assert isinstance(state, Register)
    window.show_state(replace(state, form=form))
    settle()
    last = [f for f in window.shell.wizard.page.findChildren(TextField) if f.isVisible()][-1]
    last.keyboard_button.click()
    settle()
    last.keyboard_button.click()
    settle()
    assert window.focusWidget() is last.edit
    assert in_sight(window, last)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(label=st.text(min_size=1, max_size=200), hint=st.text(max_size=200), value=st.text(max_size=600))
def test_any_field_of_an_administrator_can_be_shown_and_filled_in(
    label: str, hint: str, value: str, visit: Visit, qtbot: QtBot
) -> None:
    spec = IdentifyField("attribute:x", FieldKind.TEXT, {"en": label}, {"en": hint})
    form = RegistrationForm(FormKind.MEMBER, (FormField(spec, required=False),))
    page = RegisterPage(load_theme(), PLACE)
    page.render(Register(replace(visit, criteria={"attribute:x": value}), form))
    assert not page.grab().isNull()
    assert set(page.draft()) == {"attribute:x"}
    page.deleteLater()


# ── elsewhere ───────────────────────────────────────────────────────────────────────────────────


def test_the_form_may_be_filled_in_on_the_phone_where_the_profile_lets_people(
    page: RegisterPage, visit: Visit, show: Show
) -> None:
    card = page.findChild(OptionCard)
    assert isinstance(card, OptionCard)
    events = show(page, Register(visit, MEMBER))
    assert not card.isVisible()
    elsewhere = replace(visit, profile=replace(visit.profile, forms_on_phone=True))
    page.render(Register(elsewhere, MEMBER, busy=True))
    assert card.isVisible()
    assert not card.isEnabled()
    page.render(Register(elsewhere, MEMBER))
    field(page, "First name").keyboard_wanted.emit()
    assert not card.isVisible()  # an open keyboard needs the room
    field(page, "First name").keyboard_wanted.emit()
    card.click()
    assert events == [PhoneWanted()]
