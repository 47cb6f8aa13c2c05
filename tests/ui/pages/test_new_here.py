"""Somebody who is not known here finds a quiet way in, on the first screen and where one is asked who one is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kiosk.contract.profile import FormKind, RegistrationForm
from kiosk.enrollment.events import AlternativeChosen, CriteriaGiven, RegistrationChosen, Started
from kiosk.enrollment.states import Identify, State, Welcome
from ui.badge_ear import BadgeEar
from ui.pages.new_here import CHOOSE, LEAVE, NewHere
from ui.theme import load_theme
from ui.tour_accounts import CONTRACTOR, FORMS, MEMBER, VISITOR
from ui.widgets.option_card import OptionCard
from ui.widgets.text_field import TextField
from ui.window import Window

Sample = Callable[[str], State]
Make = Callable[..., Window]


@pytest.fixture
def window(make_window: Make) -> Window:
    return make_window()


def heard(window: Window) -> list[object]:
    events: list[object] = []
    window.emitted.connect(events.append)
    return events


def cards(window: Window) -> list[OptionCard]:
    return next(choice.cards for choice in window.shell.wizard.page.findChildren(NewHere) if choice.open)


def with_forms(state: State, *forms: RegistrationForm) -> State:
    assert isinstance(state, Welcome | Identify)
    profile = replace(state.visit.profile, registrations=forms)
    return replace(state, visit=replace(state.visit, profile=profile))


@pytest.mark.parametrize("name", ["welcome", "identify"])
def test_where_nobody_can_register_nothing_is_said_of_it(window: Window, sample: Sample, name: str) -> None:
    window.show_state(sample(name))
    assert window.shell.wizard.chrome.secondary is None


@pytest.mark.parametrize("name", ["welcome", "identify"])
@pytest.mark.parametrize("form", [MEMBER, VISITOR, CONTRACTOR], ids=lambda form: form.kind.value)
def test_the_only_form_is_one_press_away(window: Window, sample: Sample, name: str, form: RegistrationForm) -> None:
    window.show_state(with_forms(sample(name), form))
    events = heard(window)
    button = window.shell.wizard.bar.button("secondary")
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert events == [RegistrationChosen(form.kind)]


@pytest.mark.parametrize("name", ["welcome-news", "identify-new"])
def test_of_several_forms_one_is_chosen_by_keyboard_alone(window: Window, sample: Sample, name: str) -> None:
    window.show_state(sample(name))
    window.activateWindow()
    events = heard(window)
    button = window.shell.wizard.bar.button("secondary")
    assert button is not None
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert window.focusWidget() is cards(window)[0]
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert events == [RegistrationChosen(FORMS[1].kind)]


@pytest.mark.parametrize("name", ["welcome-news", "identify-new"])
def test_each_form_is_a_touch(window: Window, sample: Sample, name: str) -> None:
    for number, kind in enumerate(FormKind):
        window.show_state(sample("done"))
        window.show_state(sample(name))
        events = heard(window)
        window.shell.wizard.page.trigger(CHOOSE)
        QTest.mouseClick(cards(window)[number], Qt.MouseButton.LeftButton)
        assert events == [RegistrationChosen(kind)]
        window.emitted.disconnect()


@pytest.mark.parametrize(("name", "place"), [("welcome-news", "primary"), ("identify-new", "secondary")])
def test_escape_leads_back_to_where_one_was(window: Window, sample: Sample, name: str, place: str) -> None:
    window.show_state(sample(name))
    events = heard(window)
    title = window.shell.wizard.chrome.title
    window.shell.wizard.page.trigger(CHOOSE)
    assert window.shell.wizard.chrome.title == "What brings you here?"
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.shell.wizard.chrome.title == title
    assert window.shell.wizard.bar.button(place) is not None
    assert events == []


def test_after_the_choice_was_left_the_first_screen_still_starts(window: Window, sample: Sample) -> None:
    window.show_state(sample("welcome-news"))
    events = heard(window)
    for name in (CHOOSE, LEAVE):
        window.shell.wizard.page.trigger(name)
    QTest.keyClick(window, Qt.Key.Key_Return)
    assert events == [Started()]


def test_what_was_typed_is_there_after_the_choice_was_left(window: Window, sample: Sample) -> None:
    window.show_state(sample("identify-new"))
    events = heard(window)
    field = window.shell.wizard.page.findChild(TextField)
    assert isinstance(field, TextField)
    QTest.keyClicks(field.edit, "maria@example.org")
    for name in (CHOOSE, LEAVE):
        window.shell.wizard.page.trigger(name)
    assert window.focusWidget() is not None
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert events == [CriteriaGiven({"email": "maria@example.org"})]


def test_another_way_closes_the_choice(window: Window, sample: Sample) -> None:
    state = sample("identify-new")
    assert isinstance(state, Identify)
    window.show_state(state)
    window.shell.wizard.page.trigger(CHOOSE)
    window.show_state(replace(state, fields=state.others[0], others=(state.fields, *state.others[1:])))
    assert window.shell.wizard.chrome.title == "Who are you?"


def test_the_choice_follows_the_profile(window: Window, sample: Sample) -> None:
    window.show_state(sample("welcome-new"))
    window.show_state(sample("welcome-news"))
    window.shell.wizard.page.trigger(CHOOSE)
    assert len(cards(window)) == len(FORMS)


def test_a_busy_screen_lets_nobody_aside(window: Window, sample: Sample) -> None:
    state = sample("identify-new")
    assert isinstance(state, Identify)
    window.show_state(replace(state, busy=True))
    button = window.shell.wizard.bar.button("secondary")
    assert button is not None
    assert not button.isEnabled()


def test_a_badge_is_heard_while_somebody_chooses(window: Window, sample: Sample) -> None:
    window.show_state(sample("identify-new"))
    events = heard(window)
    window.shell.wizard.page.trigger(CHOOSE)
    ear = window.shell.wizard.page.findChild(BadgeEar)
    assert isinstance(ear, BadgeEar)
    assert ear.listening
    ear.scanned.emit("4711")
    assert events == [AlternativeChosen("badge")]


def test_every_kind_of_form_has_words_and_a_picture(window: Window) -> None:
    choice = NewHere(load_theme(), FORMS, window)
    names = [card.accessibleName() for card in choice.cards]
    assert len(set(names)) == len(FORMS)
    assert all(card.accessibleDescription().endswith(".") for card in choice.cards)
