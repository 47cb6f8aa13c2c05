"""A key is wiped only by somebody who said so twice, and who was told what is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from hardware.authenticator import KeyAddress, KeyInfo, Transport
from hardware.errors import ResetTooLate
from kiosk.config import Place
from kiosk.enrollment.events import ResetWanted, WentBack
from kiosk.enrollment.states import ResetKey, ResetStage, State
from kiosk.enrollment.visit import Port, Visit
from kiosk.errors import NotApproved
from ui.pages.page import Page, Surroundings
from ui.pages.reset import WIPE, ResetKeyPage
from ui.pages.reset_words import lost_words, says
from ui.theme import load_theme
from ui.widgets.notice import Notice
from ui.widgets.status_card import StatusCard

Show = Callable[[Page, State], list[object]]
ADDRESS = KeyAddress(Transport.USB, "/dev/hidraw1")


@pytest.fixture
def page(qtbot: QtBot) -> ResetKeyPage:
    return ResetKeyPage(load_theme(), Surroundings())


@pytest.fixture
def asked(visit: Visit) -> ResetKey:
    key = KeyInfo(ADDRESS, bytes(16), ("FIDO_2_1",))
    return ResetKey(replace(visit, key=key, port=Port((ADDRESS,))), ResetStage.ASK, lost=5)


def notice(page: ResetKeyPage) -> str:
    found = page.findChild(Notice)
    assert isinstance(found, Notice)
    return found.text() if found.isVisible() else ""


def waits(page: ResetKeyPage) -> list[tuple[str, str]]:
    cards = [card for card in page.findChildren(StatusCard) if card.isVisible()]
    return [(card.accessibleName(), card.accessibleDescription()) for card in cards]


def test_it_says_what_is_lost(page: ResetKeyPage, asked: ResetKey, show: Show) -> None:
    show(page, asked)
    assert notice(page) == "This will be lost. 5 sign-ins, and the PIN."
    assert waits(page) == []


@pytest.mark.parametrize(("lost", "word"), [(None, "Every"), (0, "no sign-in"), (1, "1 sign-in,"), (2, "2 sign-ins")])
def test_what_is_lost_is_counted_as_far_as_the_key_tells(lost: int | None, word: str) -> None:
    assert word in lost_words(lost)


def test_wiping_takes_two_presses_and_never_the_default_button(page: ResetKeyPage, asked: ResetKey, show: Show) -> None:
    events = show(page, asked)
    for _ in range(2):
        primary = page.chrome().primary
        assert primary is not None
        assert primary.event == WentBack()
        assert page.first_focus() is None  # so the focus goes to the primary action
        secondary = page.chrome().secondary
        assert secondary is not None
        if secondary.event is None:
            assert secondary.name == WIPE
            page.trigger(secondary.name)
    assert page.chrome().title == "Are you sure?"
    secondary = page.chrome().secondary
    assert secondary is not None
    assert secondary.event == ResetWanted()
    page.submit()
    assert events == []


def test_the_second_question_stays_while_the_sign_ins_are_counted(
    page: ResetKeyPage, asked: ResetKey, show: Show
) -> None:
    show(page, replace(asked, lost=None))
    page.trigger(WIPE)
    page.render(asked)
    assert page.chrome().title == "Are you sure?"
    assert "5 sign-ins" in notice(page)


def test_who_was_refused_is_asked_from_the_beginning(page: ResetKeyPage, asked: ResetKey, show: Show) -> None:
    show(page, asked)
    page.trigger(WIPE)
    page.render(replace(asked, stage=ResetStage.APPROVAL))
    assert waits(page)[0][0] == "Waiting for the desk"
    page.render(replace(asked, problem=NotApproved()))
    assert page.chrome().title == "Wipe this key?"
    assert isinstance(page.chrome().problem, NotApproved)


@pytest.mark.parametrize("stage", [stage for stage in ResetStage if stage is not ResetStage.ASK])
def test_every_later_stage_waits_visibly_and_can_be_left(
    page: ResetKeyPage, asked: ResetKey, show: Show, stage: ResetStage
) -> None:
    show(page, replace(asked, stage=stage))
    assert len(waits(page)) == 1
    assert isinstance(page.first_focus(), QWidget)
    chrome = page.chrome()
    assert chrome.back is not None
    assert chrome.back.event == WentBack()
    assert chrome.primary is None


def test_the_seconds_to_touch_run_out_visibly(page: ResetKeyPage, asked: ResetKey, show: Show) -> None:
    show(page, replace(asked, stage=ResetStage.PUT_IN))
    page.render(replace(asked, stage=ResetStage.TOUCH, seconds=10))
    assert waits(page) == [("Waiting for your touch", "10 seconds left")]
    assert page.chrome().scene == "key-touch"


def test_a_long_touch_is_asked_for_in_so_many_words(page: ResetKeyPage, asked: ResetKey, show: Show) -> None:
    show(page, replace(asked, stage=ResetStage.TOUCH, long_touch=True))
    chrome = page.chrome()
    assert chrome.title == "Hold your finger on the key"
    assert "five seconds" in chrome.sentence


def test_being_too_late_is_told_where_the_key_is_taken_out_again(
    page: ResetKeyPage, asked: ResetKey, show: Show
) -> None:
    show(page, replace(asked, stage=ResetStage.TOUCH))
    page.render(replace(asked, stage=ResetStage.TAKE_OUT, problem=ResetTooLate()))
    assert isinstance(page.chrome().problem, ResetTooLate)
    assert page.chrome().scene == "key-remove"


def test_a_key_that_came_back_is_not_looked_for(page: ResetKeyPage, asked: ResetKey, show: Show) -> None:
    out = replace(asked, stage=ResetStage.PUT_IN, visit=replace(asked.visit, port=Port()))
    show(page, out)
    assert waits(page)[0][0] == "Looking for your key"
    page.render(replace(out, visit=asked.visit))
    assert waits(page)[0][0] == "Looking at your key"
    assert page.chrome().scene == "key-inserted"


@pytest.mark.parametrize("stage", ResetStage)
@pytest.mark.parametrize("sure", [True, False])
def test_every_stage_has_a_title(asked: ResetKey, stage: ResetStage, sure: bool) -> None:
    assert says(replace(asked, stage=stage), Place.BELOW, sure=sure).title
