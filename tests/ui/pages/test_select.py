"""Several keys: they are named, and nothing is to be pressed but one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from hardware.authenticator import KeyAddress, Transport
from hardware.errors import TouchTimeout
from kiosk.enrollment.events import Continued, WentBack
from kiosk.enrollment.states import SelectKey, State
from kiosk.enrollment.visit import Visit
from ui.pages.page import Page, Surroundings
from ui.pages.select import SelectKeyPage
from ui.theme import load_theme
from ui.widgets.row_list import RowList

Show = Callable[[Page, State], list[object]]
ONE = KeyAddress(Transport.USB, "/dev/hidraw1", product="Bench Key", manufacturer="Bench", bus="usb:1-2.3")
TWO = KeyAddress(Transport.NFC, "reader", bus="nfc:reader")
HOSTILE = KeyAddress(Transport.USB, "/dev/hidraw2", product="<b>\u202eevil\x1b[2J" + "x" * 200)


@pytest.fixture
def page(qtbot: QtBot) -> SelectKeyPage:
    return SelectKeyPage(load_theme(), Surroundings())


def rows(page: SelectKeyPage) -> str:
    found = page.findChild(RowList)
    assert isinstance(found, RowList)
    return found.accessibleName()


def test_each_key_is_named_with_the_place_where_it_is(page: SelectKeyPage, visit: Visit, show: Show) -> None:
    show(page, SelectKey(visit, (ONE, TWO)))
    first, second = rows(page).splitlines()
    assert "Bench Key" in first
    assert "1-2.3" in first
    assert "without a name" in second
    assert "reader" in second


def test_what_a_key_calls_itself_cannot_change_the_screen(page: SelectKeyPage, visit: Visit, show: Show) -> None:
    show(page, SelectKey(visit, (HOSTILE,)))
    assert not {"<", "\u202e", "\x1b"} & set(rows(page))
    assert len(rows(page)) < 64


def test_many_keys_are_counted_instead_of_named(page: SelectKeyPage, visit: Visit, show: Show) -> None:
    show(page, SelectKey(visit, tuple(replace(ONE, path=str(number)) for number in range(12))))
    assert rows(page).splitlines()[-1] == "and 10 more"


def test_there_is_nothing_to_press_but_back(page: SelectKeyPage, visit: Visit, show: Show) -> None:
    show(page, SelectKey(visit, (ONE, TWO)))
    chrome = page.chrome()
    assert chrome.primary is None
    assert chrome.back is not None
    assert chrome.back.event == WentBack()
    assert chrome.scene == "key-several"
    first = page.first_focus()
    assert isinstance(first, QWidget)
    assert first.accessibleName() == "Waiting for your touch"


def test_after_a_problem_it_can_be_tried_again(page: SelectKeyPage, visit: Visit, show: Show) -> None:
    show(page, SelectKey(visit, (ONE, TWO)))
    page.render(SelectKey(visit, (ONE, TWO), TouchTimeout()))
    chrome = page.chrome()
    assert chrome.primary is not None
    assert chrome.primary.event == Continued()
    assert isinstance(chrome.problem, TouchTimeout)
    assert page.first_focus() is None
