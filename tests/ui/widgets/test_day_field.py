"""A day is found without a calendar, in either direction, and never outside what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QDate, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ui.theme import load_theme
from ui.widgets import day_field
from ui.widgets.day_field import DayField

Overhear = Callable[[ModuleType], list[str]]
TODAY = QDate(2026, 11, 22)
OTHER = -1


def made(qtbot: QtBot, days: int, locale: str = "en") -> DayField:
    field = DayField(load_theme(locale=locale), "Your last day here", TODAY, days)
    qtbot.addWidget(field)
    field.show()
    return field


@pytest.mark.parametrize(
    ("days", "offered"),
    [
        (0, [0]),
        (1, [0, 1]),
        (2, [0, 1, OTHER]),
        (6, [0, 1, OTHER]),
        (7, [0, 1, 7, OTHER]),
        (8, [0, 1, 7, OTHER]),
        (400, [0, 1, 7, OTHER]),
    ],
)
def test_only_days_that_are_allowed_are_offered(qtbot: QtBot, days: int, offered: list[int]) -> None:
    assert list(made(qtbot, days).tiles) == offered


@pytest.mark.parametrize(
    ("days", "units"), [(1, []), (2, ["day"]), (14, ["day", "week"]), (60, ["day", "week", "month"])]
)
def test_there_are_no_steps_that_lead_nowhere(qtbot: QtBot, days: int, units: list[str]) -> None:
    assert list(made(qtbot, days).steppers) == units


@pytest.mark.parametrize(("days", "value"), [(0, "2026-11-22"), (1, "2026-11-23"), (7, "2026-11-29")])
def test_a_near_day_is_one_touch(qtbot: QtBot, days: int, value: str) -> None:
    field = made(qtbot, 30)
    assert field.value() == ""
    QTest.mouseClick(field.tiles[days], Qt.MouseButton.LeftButton)
    assert field.value() == value
    assert [key for key, tile in field.tiles.items() if tile.isChecked()] == [days]
    assert field.target is field.tiles[days]


def test_another_day_is_found_in_steps_that_are_told(qtbot: QtBot, overhear: Overhear) -> None:
    said = overhear(day_field)
    field = made(qtbot, 180)
    with qtbot.waitSignal(field.unfolded):
        field.tiles[OTHER].click()
    for unit, value in (("month", "2026-12-24"), ("week", "2026-12-31"), ("day", "2027-01-01")):
        QTest.keyClick(field.steppers[unit].more, Qt.Key.Key_Return)
        assert field.value() == value
    QTest.keyClick(field.steppers["day"].less, Qt.Key.Key_Space)
    assert field.value() == "2026-12-31"
    assert said[-1] == "Thursday 31 December 2026"
    assert field.tiles[OTHER].accessibleDescription() == "Thu 31 Dec"


def test_the_ends_are_the_ends(qtbot: QtBot) -> None:
    field = made(qtbot, 40)
    field.tiles[OTHER].click()
    for _ in range(3):
        field.steppers["month"].more.click()
    assert field.value() == "2027-01-01"
    assert not any(stepper.more.isEnabled() for stepper in field.steppers.values())
    for _ in range(3):
        field.steppers["month"].less.click()
    assert field.value() == "2026-11-22"
    assert not any(stepper.less.isEnabled() for stepper in field.steppers.values())


def test_a_near_day_folds_the_steps_away(qtbot: QtBot) -> None:
    field = made(qtbot, 40)
    field.tiles[OTHER].click()
    assert field.steppers["day"].isVisible()
    field.tiles[0].click()
    assert not field.steppers["day"].isVisible()
    assert field.tiles[OTHER].accessibleDescription() == "Choose a date"


@pytest.mark.parametrize("text", ["", "2026-11-21", "2027-11-22", "22.11.2026", "x" * 1000, "2026-02-30"])
def test_a_day_that_cannot_be_chosen_is_none(qtbot: QtBot, text: str) -> None:
    field = made(qtbot, 40)
    field.put("2026-11-25")
    field.put(text)
    assert field.value() == ""
    assert not any(tile.isChecked() for tile in field.tiles.values())


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_everything_has_a_name_in_words_and_western_digits(qtbot: QtBot, locale: str) -> None:
    field = made(qtbot, 180, locale)
    field.put("2027-02-03")
    for stepper in field.steppers.values():
        assert stepper.less.accessibleName() != stepper.more.accessibleName() != ""
    for tile in field.tiles.values():
        assert tile.accessibleName().startswith("Your last day here: ")
        assert tile.accessibleDescription()
    assert "2027" in field.tiles[OTHER].accessibleDescription()


def test_nothing_can_be_chosen_while_it_is_locked(qtbot: QtBot) -> None:
    field = made(qtbot, 40)
    field.put("2026-11-25")
    field.lock(locked=True)
    field.tiles[0].click()
    field.steppers["day"].more.click()
    assert field.value() == "2026-11-25"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.integers(0, 400), steps=st.lists(st.tuples(st.sampled_from(["day", "week", "month"]), st.booleans())))
def test_no_walk_leaves_what_is_allowed(qtbot: QtBot, days: int, steps: list[tuple[str, bool]]) -> None:
    field = DayField(load_theme(), "Day", TODAY, days)
    last = TODAY.addDays(days).toString(Qt.DateFormat.ISODate)
    for unit, more in steps:
        stepper = field.steppers.get(unit)
        if stepper is not None:
            (stepper.more if more else stepper.less).click()
            assert "2026-11-22" <= field.value() <= last
    field.deleteLater()
