"""A new kiosk asks staff for its code; one without its service says so, and offers no start."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from kiosk.enrollment.events import ActivationTyped, ActivationWanted, Continued
from kiosk.enrollment.states import Activate, Connecting, Welcome
from kiosk.enrollment.visit import Kiosk, Visit
from kiosk.errors import NoCredential, ServiceUnreachable
from kiosk.station.notes import Notes
from kiosk.station_errors import ActivationRefused, StationSwitchedOff
from tests.ui.pages.conftest import Show, TurnedClock
from ui.pages.activate import ActivatePage
from ui.pages.connecting import ConnectingPage
from ui.pages.language import WelcomePage
from ui.pages.page import Surroundings
from ui.theme import load_theme
from ui.widgets.label import Label
from ui.widgets.status_card import StatusCard
from ui.widgets.text_field import TextField

NEW = Activate("en", problem=NoCredential("station-secret"), kiosk=Kiosk(activates=True))
CODE = "8K2M-0QWE-RT1Y-7ABC"
LINK = f"https://keys.example.org#{CODE}"


@pytest.fixture
def page(qtbot: QtBot, clock: TurnedClock) -> ActivatePage:
    return ActivatePage(load_theme(), Surroundings(), clock=clock)


def typed(heard: list[object]) -> list[str]:
    return [event.code.reveal() for event in heard if isinstance(event, ActivationTyped)]


def field(page: ActivatePage) -> TextField:
    found = page.findChild(TextField)
    assert found is not None
    return found


def test_a_new_kiosk_is_no_trouble_and_asks_for_its_code(page: ActivatePage, show: Show) -> None:
    heard = show(page, NEW)
    assert page.chrome().problem is None
    QTest.keyClicks(field(page).edit, CODE.lower())
    page.submit()
    assert typed(heard) == [CODE.lower()]


def test_the_code_is_read_by_the_scanner_and_not_left_in_the_field(
    page: ActivatePage, show: Show, clock: TurnedClock
) -> None:
    heard = show(page, NEW)
    for each in LINK:
        clock.now += 0.005
        QTest.keyClicks(field(page).edit, each)
    clock.now += 0.005
    QTest.keyClick(field(page).edit, Qt.Key.Key_Return)
    assert typed(heard) == [LINK]
    assert field(page).value() == ""


def test_nothing_is_sent_twice_and_the_code_is_no_draft(page: ActivatePage, show: Show) -> None:
    heard = show(page, NEW)
    QTest.keyClicks(field(page).edit, CODE)
    page.render(replace(NEW, busy=True, problem=None))
    page.submit()
    assert typed(heard) == []
    assert page.draft() == {}
    primary = page.chrome().primary
    assert primary is not None
    assert not primary.enabled


def test_a_refused_code_stays_to_be_mended(page: ActivatePage, show: Show) -> None:
    show(page, NEW)
    QTest.keyClicks(field(page).edit, CODE)
    page.render(replace(NEW, problem=ActivationRefused()))
    assert isinstance(page.chrome().problem, ActivationRefused)
    assert field(page).value() == CODE
    QTest.keyClick(field(page).edit, Qt.Key.Key_Backspace)
    assert page.chrome().problem is None


def test_then_the_kiosk_says_its_name_and_site(page: ActivatePage, show: Show) -> None:
    show(page, replace(NEW, done=True, problem=None, kiosk=Kiosk("Lobby"), site="North gate", retry_in=8))
    (card,) = (each for each in page.findChildren(StatusCard) if each.isVisibleTo(page))
    said = [text.strip("\u2068\u2069") for text in (card.accessibleName(), card.accessibleDescription())]
    assert said == ["Lobby", "Site: \u2068North gate"]
    primary = page.chrome().primary
    assert primary is not None
    assert primary.event == Continued()


def test_without_the_service_the_kiosk_says_which_one_it_is(qtbot: QtBot, show: Show) -> None:
    page = ConnectingPage(load_theme(), Surroundings())
    away = Connecting("en", tries=2, problem=ServiceUnreachable(), retry_in=9, kiosk=Kiosk("Lobby", activates=True))
    show(page, away)
    chrome = page.chrome()
    assert (chrome.title, chrome.secondary) == ("This kiosk is offline", None)
    assert "Lobby" in chrome.sentence
    page.render(replace(away, kiosk=Kiosk()))
    assert page.chrome().sentence == "You cannot start here right now."


def test_a_kiosk_that_was_switched_off_tells_staff_where_to_look(qtbot: QtBot, show: Show) -> None:
    page = ConnectingPage(load_theme(), Surroundings(reference=lambda _: "K7M-4Q2"))
    show(page, Connecting("en", problem=StationSwitchedOff(), retry_in=60, kiosk=Kiosk(activates=True)))
    chrome = page.chrome()
    assert "K7M-4Q2" in chrome.caption
    assert chrome.secondary is not None
    assert chrome.secondary.event == ActivationWanted()


def test_staff_read_on_the_first_screen_that_the_clock_is_wrong(qtbot: QtBot, show: Show, visit: Visit) -> None:
    notes = [Notes(skew=-42.0)]
    page = WelcomePage(load_theme(), Surroundings(notes=lambda: notes[-1]))
    show(page, Welcome(visit))
    told = [each.text() for each in page.findChildren(Label) if each.isVisibleTo(page)]
    assert "For staff: the clock of this kiosk is 42 seconds slow." in told
    notes.append(Notes(skew=7.0))
    page.render(Welcome(visit))
    assert "For staff: the clock of this kiosk is 7 seconds fast." in [each.text() for each in page.findChildren(Label)]
