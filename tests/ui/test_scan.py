"""A badge scan and an Enter key, through the real window and the real flow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from kiosk.contract.profile import FieldKind, FieldSet, IdentifyField
from kiosk.enrollment.effects import Effect, IdentifyPerson
from kiosk.enrollment.flow import advance
from kiosk.enrollment.states import Identify, State
from kiosk.errors import InputRefused
from ui.window import Window

MAIL = FieldSet("mail", (IdentifyField("email", FieldKind.EMAIL),))
BADGE = FieldSet("badge", (IdentifyField("badge", FieldKind.BADGE),))
NAMES = FieldSet("name", tuple(IdentifyField(name, FieldKind.NAME) for name in ("given_name", "family_name")))


class Session:
    """State and effects, as the station's session keeps them."""

    def __init__(self, window: Window, state: State) -> None:
        self.window, self.state = window, state
        self.effects: list[Effect] = []
        window.emitted.connect(self.dispatch)
        window.show_state(state)

    def dispatch(self, event: object) -> None:
        self.state, effects = advance(self.state, event)  # type: ignore[arg-type]  # what a window emits is an event
        self.effects.extend(effects)
        self.window.show_state(self.state)


@pytest.fixture
def identify(sample: Callable[[str], State]) -> Callable[[FieldSet], Identify]:
    def made(first: FieldSet) -> Identify:
        state = sample("identify")
        assert isinstance(state, Identify)
        every = (MAIL, BADGE, NAMES)
        visit = replace(state.visit, profile=replace(state.visit.profile, alternatives=every), criteria={})
        return Identify(replace(visit, alternative=first.name), first, tuple(e for e in every if e != first))

    return made


@pytest.fixture
def session(
    make_window: Callable[[], Window],
    qtbot: QtBot,
    identify: Callable[[FieldSet], Identify],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[FieldSet], Session]:
    monkeypatch.setattr("ui.wedge.READER_GAP", 5.0)  # however busy the machine is

    def started(first: FieldSet) -> Session:
        window = make_window()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return Session(window, identify(first))

    return started


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


@pytest.mark.parametrize("first", [MAIL, BADGE, NAMES], ids=lambda fields: fields.name)
def test_a_badge_is_sent_from_every_way_once(
    session: Callable[[FieldSet], Session], first: FieldSet, qtbot: QtBot
) -> None:
    running = session(first)
    QTest.keyClicks(focused(), "0012345678")
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(running.effects))
    assert [type(effect) for effect in running.effects] == [IdentifyPerson]
    effect = running.effects[0]
    assert isinstance(effect, IdentifyPerson)
    assert (effect.alternative, effect.criteria) == ("badge", {"badge": "0012345678"})


def test_enter_in_the_first_of_two_fields_sends_nothing(session: Callable[[FieldSet], Session]) -> None:
    running = session(NAMES)
    QTest.keyClicks(focused(), "Ann")
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert running.effects == []
    assert isinstance(running.state, Identify)
    assert running.state.problem is None
    assert focused().accessibleName() == "Last name"


def test_enter_in_an_empty_field_is_told_in_words(session: Callable[[FieldSet], Session]) -> None:
    running = session(MAIL)
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert isinstance(running.state, Identify)
    assert isinstance(running.state.problem, InputRefused)
    assert running.effects == []
