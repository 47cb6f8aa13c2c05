"""Whole walks through the real window and the real enrollment: only the service's answers are said for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from kiosk.contract.enrollments import AcceptedTerms
from kiosk.contract.profile import FormKind
from kiosk.enrollment.answers import TotpEnrolled, TotpReady
from kiosk.enrollment.effects import ConfirmTotp, RegisterPerson
from kiosk.enrollment.states import SetUpApp, State, Welcome
from tests.ui.walking import Settle, Walk
from ui.pages.new_here import NewHere
from ui.tour_accounts import CODES, FORMS, SETUP, VISITOR
from ui.widgets.day_field import DayField
from ui.widgets.keypad import Keypad
from ui.window import Window

Sample = Callable[[str], State]


@pytest.fixture(params=["en", "ar"])
def locale(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def walk(make_window: Callable[..., Window], sample: Sample, settle: Settle, locale: str) -> Callable[[str], Walk]:
    def begin(name: str) -> Walk:
        state = sample(name)
        assert isinstance(state, Welcome | SetUpApp)
        return Walk(make_window(locale=locale), replace(state, visit=replace(state.visit, locale=locale)), settle)

    return begin


def test_a_visitor_registers_goes_back_and_on_and_accepts(walk: Callable[[str], Walk], locale: str) -> None:
    there = walk("welcome-news")
    there.press("secondary")
    choice = next(c for c in there.window.shell.wizard.page.findChildren(NewHere) if c.open)
    QTest.mouseClick(choice.cards[[form.kind for form in FORMS].index(FormKind.VISITOR)], Qt.MouseButton.LeftButton)
    assert there.at == "Register"
    page = there.window.shell.wizard.page
    edits = page.findChildren(QLineEdit)
    for edit, text in zip(edits, ("Maria", "Okafor", "maria@partner", "", "sam"), strict=True):
        QTest.keyClicks(edit, text)
    days = page.findChild(DayField)
    assert isinstance(days, DayField)
    QTest.mouseClick(days.tiles[1], Qt.MouseButton.LeftButton)
    last_day = days.value()
    there.press("primary")
    assert there.at == "AcceptTerms"
    there.press("back")
    assert there.at == "Register"
    values = [edit.text() for edit in there.window.shell.wizard.page.findChildren(QLineEdit)]
    assert values == ["Maria", "Okafor", "maria@partner", "", "sam"]
    for place in ("primary", "primary", "secondary"):  # the form, the house rules, and no to the news
        there.press(place)
    (register,) = there.effects
    assert isinstance(register, RegisterPerson)
    assert register.accepted == (AcceptedTerms("house", VISITOR.terms[0].version, locale),)
    expected = {"given_name": "Maria", "family_name": "Okafor", "email": "maria@partner", "sponsor": "sam"}
    assert register.values == {**expected, "ends_on": last_day}


def test_an_app_is_set_up_and_its_codes_are_seen_once(walk: Callable[[str], Walk]) -> None:
    there = walk("app-preparing")
    there.step(TotpReady(there.attempt, SETUP))
    there.press("primary")
    keypad = there.window.shell.stage.pad
    assert isinstance(keypad, Keypad)
    for digit in "492039":
        QTest.mouseClick(next(key for key in keypad.keys if key.text() == digit), Qt.MouseButton.LeftButton)
    (confirm,) = there.effects
    assert isinstance(confirm, ConfirmTotp)
    there.step(TotpEnrolled(there.attempt, CODES))
    assert there.at == "RecoveryCodes"
    there.press("primary")
    assert there.at == "Done"
