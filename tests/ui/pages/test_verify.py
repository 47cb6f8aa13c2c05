"""How can we check it is you: the ways, the code, the badge, the confirmation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from kiosk.config import Place
from kiosk.contract.enrollments import MaskedPerson, VerificationOffer
from kiosk.contract.profile import VerificationMethod
from kiosk.enrollment.events import (
    BadgeShown,
    CodeRequested,
    CodeTyped,
    MethodChosen,
    PersonConfirmed,
    PhoneWanted,
    WentBack,
)
from kiosk.enrollment.states import ChooseMethod, CodeWork, ConfirmPerson, EnterCode, ShowBadge, State
from kiosk.enrollment.visit import Visit
from kiosk.errors import CodeTooOld, NotVerified, ServiceUnreachable, WrongCode
from ui.pages import verify_words as words
from ui.pages.code import EnterCodePage
from ui.pages.page import Page, Surroundings
from ui.pages.verify import TYPE, ChooseMethodPage, ConfirmPersonPage, ShowBadgePage
from ui.theme import load_theme
from ui.widgets.code_boxes import CodeBoxes
from ui.widgets.keyboard import Keyboard
from ui.widgets.keypad import Keypad
from ui.widgets.label import Label
from ui.widgets.option_card import OptionCard
from ui.widgets.text_field import TextField

Show = Callable[[Page, State], list[object]]


class Clock(Protocol):
    """A clock that only the test moves; seconds."""

    now: float

    def __call__(self) -> float: ...


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def card(page: Page, title: str) -> OptionCard:
    return next(c for c in page.findChildren(OptionCard) if c.accessibleName() == title and c.isVisibleTo(page))


# ── the ways ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def choose(qtbot: QtBot) -> ChooseMethodPage:
    return ChooseMethodPage(load_theme(), Surroundings())


def test_each_offer_is_a_card_with_its_masked_address(choose: ChooseMethodPage, visit: Visit, show: Show) -> None:
    events = show(choose, ChooseMethod(visit, visit.offers))
    assert focused() is card(choose, "Mail me a code")
    assert "m•••••@example.org" in card(choose, "Mail me a code").accessibleDescription()
    card(choose, "Text me a code").click()
    assert events == [MethodChosen(VerificationMethod.SMS)]


def test_the_picture_follows_the_focus(choose: ChooseMethodPage, visit: Visit, show: Show) -> None:
    show(choose, ChooseMethod(visit, visit.offers))
    assert choose.chrome().scene == "mail"
    card(choose, "Scan my badge").setFocus()
    assert choose.chrome().scene == "badge"


def test_a_way_that_is_gone_goes(choose: ChooseMethodPage, visit: Visit, show: Show) -> None:
    show(choose, ChooseMethod(visit, visit.offers))
    choose.render(ChooseMethod(visit, visit.offers[:1], busy=True))
    shown = [c for c in choose.findChildren(OptionCard) if c.isVisible()]
    assert [c.accessibleName() for c in shown] == ["Mail me a code"]
    assert not shown[0].isEnabled()
    assert choose.chrome().sentence == "One moment…"


@pytest.mark.parametrize("method", VerificationMethod)
def test_every_method_has_words_a_picture_and_an_icon(method: VerificationMethod) -> None:
    assert words.method_title(method)
    assert words.ICONS[method]
    assert words.SCENES[method]
    assert isinstance(words.method_detail(VerificationOffer(method, "•••")), str)


@pytest.mark.parametrize("place", Place)
def test_every_place_of_the_reader_has_words(place: Place) -> None:
    assert "reader" in words.reader_place(place)


# ── the code ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def code(qtbot: QtBot, clock: Clock) -> EnterCodePage:
    return EnterCodePage(load_theme(), Surroundings(), clock=clock)


@pytest.fixture
def sent(visit: Visit) -> EnterCode:
    offers = visit.offers
    return EnterCode(
        visit, VerificationMethod.EMAIL, offers[0].hint, sent=1, resend_after=18, expires_in=300, others=offers[1:2]
    )


def boxes(page: EnterCodePage) -> CodeBoxes:
    found = page.findChild(CodeBoxes)
    assert isinstance(found, CodeBoxes)
    return found


def test_the_last_digit_sends_the_code_once(code: EnterCodePage, sent: EnterCode, show: Show) -> None:
    events = show(code, sent)
    QTest.keyClicks(focused(), "704139")
    assert events == [CodeTyped("704139")]
    code.render(replace(sent, work=CodeWork.CHECKING))
    code.submit()
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert events == [CodeTyped("704139")]


def test_the_keypad_types_the_code(code: EnterCodePage, sent: EnterCode, show: Show) -> None:
    events = show(code, sent)
    keypad = code.pad()
    assert isinstance(keypad, Keypad)
    for digit in "704139":
        next(k for k in keypad.keys if k.text() == digit).click()
    assert events == [CodeTyped("704139")]


def test_a_wrong_code_empties_the_boxes_and_waits_for_another(code: EnterCodePage, sent: EnterCode, show: Show) -> None:
    events = show(code, sent)
    QTest.keyClicks(focused(), "704139")
    code.render(replace(sent, work=CodeWork.CHECKING))
    code.render(replace(sent, problem=WrongCode(tries_left=3)))
    assert boxes(code).text() == ""
    assert focused() is boxes(code)
    assert isinstance(code.chrome().problem, WrongCode)
    QTest.keyClicks(focused(), "7")
    assert code.chrome().problem is None
    QTest.keyClicks(focused(), "04139")
    assert events == [CodeTyped("704139"), CodeTyped("704139")]


def test_the_boxes_are_red_only_while_a_refusal_is_told(code: EnterCodePage, sent: EnterCode, show: Show) -> None:
    show(code, replace(sent, problem=WrongCode(tries_left=3)))
    assert boxes(code).refused
    code.render(replace(sent, work=CodeWork.CHECKING))
    assert not boxes(code).refused
    code.render(replace(sent, problem=CodeTooOld()))
    assert boxes(code).refused
    code.render(replace(sent, sent=sent.sent + 1))
    assert not boxes(code).refused


def test_the_same_wrong_code_twice_is_told_twice(code: EnterCodePage, sent: EnterCode, show: Show) -> None:
    show(code, sent)
    for _ in range(2):
        QTest.keyClicks(focused(), "111111")
        code.render(replace(sent, work=CodeWork.CHECKING))
        code.render(replace(sent, problem=WrongCode(tries_left=3)))
        assert boxes(code).text() == ""
        assert code.chrome().problem is not None


def test_a_code_is_kept_when_the_service_did_not_answer(code: EnterCodePage, sent: EnterCode, show: Show) -> None:
    events = show(code, sent)
    QTest.keyClicks(focused(), "704139")
    code.render(replace(sent, work=CodeWork.CHECKING))
    code.render(replace(sent, problem=ServiceUnreachable()))
    primary = code.chrome().primary
    assert boxes(code).text() == "704139"
    assert primary is not None
    assert primary.enabled
    code.submit()
    assert len(events) == 2


def test_send_again_counts_down_and_opens(code: EnterCodePage, sent: EnterCode, show: Show, clock: Clock) -> None:
    events = show(code, sent)
    again = card(code, "Send again")
    assert not again.isEnabled()
    assert "18" in again.accessibleDescription()
    clock.now += 17.5
    code.tick()
    assert "1" in again.accessibleDescription()
    clock.now += 0.6
    code.tick()
    assert again.isEnabled()
    assert again.accessibleDescription() == ""
    again.click()
    assert events == [CodeRequested()]


def test_a_new_code_starts_the_countdown_again(code: EnterCodePage, sent: EnterCode, show: Show, clock: Clock) -> None:
    show(code, sent)
    QTest.keyClicks(focused(), "70")
    clock.now += 60
    code.render(replace(sent, sent=2))
    assert not card(code, "Send again").isEnabled()
    assert boxes(code).text() == ""


def test_time_passes_by_itself(code: EnterCodePage, sent: EnterCode, show: Show, clock: Clock, qtbot: QtBot) -> None:
    show(code, sent)
    clock.now += 30
    qtbot.waitUntil(card(code, "Send again").isEnabled)


def test_an_old_code_is_told_before_it_is_typed(code: EnterCodePage, sent: EnterCode, show: Show, clock: Clock) -> None:
    show(code, sent)
    QTest.keyClicks(focused(), "70")
    clock.now += 301
    code.tick()
    assert isinstance(code.chrome().problem, CodeTooOld)
    assert boxes(code).text() == ""
    assert card(code, "Send again").isEnabled()


def test_other_ways_stay_open(code: EnterCodePage, sent: EnterCode, show: Show, visit: Visit) -> None:
    events = show(code, sent)
    card(code, "Text me a code").click()
    assert events == [MethodChosen(VerificationMethod.SMS)]
    code.render(replace(sent, others=()))
    assert [c.accessibleName() for c in code.findChildren(OptionCard) if c.isVisible()] == ["Send again"]


@pytest.mark.parametrize("method", [VerificationMethod.EMAIL, VerificationMethod.SMS])
@pytest.mark.parametrize("hint", ["", "•••"])
def test_it_says_what_goes_on(
    code: EnterCodePage, sent: EnterCode, show: Show, method: VerificationMethod, hint: str
) -> None:
    show(code, replace(sent, method=method, hint=hint, sent=0, work=CodeWork.SENDING))
    assert code.chrome().sentence.startswith("Sending the code")
    code.render(replace(sent, method=method, hint=hint))
    assert "It works for 5 minutes" in code.chrome().sentence
    assert (hint in code.chrome().sentence) or not hint
    code.render(replace(sent, method=method, hint=hint, sent=0))
    assert code.chrome().sentence == ""
    code.render(replace(sent, work=CodeWork.CHECKING))
    assert code.chrome().sentence == "Checking the code…"


def test_eight_digits_are_eight_boxes(code: EnterCodePage, sent: EnterCode, show: Show) -> None:
    events = show(code, replace(sent, digits=8))
    assert code.chrome().title == "Type the 8-digit code"
    QTest.keyClicks(focused(), "70413901")
    assert events == [CodeTyped("70413901")]


# ── the badge ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def badge(qtbot: QtBot, clock: Clock) -> ShowBadgePage:
    return ShowBadgePage(load_theme(), Surroundings(), clock=clock)


def test_the_reader_is_heard_at_once(badge: ShowBadgePage, visit: Visit, show: Show, clock: Clock) -> None:
    events = show(badge, ShowBadge(visit))
    for character in "0012345678":
        clock.now += 0.003
        QTest.keyClicks(focused(), character)
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert events == [BadgeShown("0012345678")]


def test_the_number_can_be_typed(badge: ShowBadgePage, visit: Visit, show: Show, clock: Clock) -> None:
    events = show(badge, ShowBadge(visit))
    badge.submit()
    badge.trigger(TYPE)
    QTest.keyClicks(focused(), "0012")
    clock.now += 1
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert events == [BadgeShown("0012")]
    assert badge.findChildren(TextField)[0].value() == ""


def test_the_keyboard_opens_on_digits(badge: ShowBadgePage, visit: Visit, show: Show) -> None:
    events = show(badge, ShowBadge(visit))
    badge.trigger(TYPE)
    field = badge.findChildren(TextField)[0]
    field.keyboard_button.click()
    keyboard = badge.keyboard()
    assert isinstance(keyboard, Keyboard)
    next(k for k in keyboard.keys if k.text() == "7").click()
    keyboard.continued.emit()
    assert events == [BadgeShown("7")]
    assert badge.keyboard() is None
    field.keyboard_button.click()
    field.keyboard_button.click()
    assert badge.keyboard() is None


def test_one_badge_is_checked_at_a_time(badge: ShowBadgePage, visit: Visit, show: Show, clock: Clock) -> None:
    events = show(badge, ShowBadge(visit, busy=True))
    QTest.keyClicks(focused(), "0012345678")
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    assert events == []
    assert badge.chrome().secondary is None
    badge.render(ShowBadge(visit, problem=NotVerified()))
    assert isinstance(badge.chrome().problem, NotVerified)
    assert badge.chrome().secondary is not None


# ── the confirmation ────────────────────────────────────────────────────────────────────────────


def test_the_person_is_shown_masked(visit: Visit, show: Show, qtbot: QtBot) -> None:
    page = ConfirmPersonPage(load_theme(), Surroundings())
    person = MaskedPerson("M•••• O•••••", (("employee_id", "••• 17"), ("shoe", "<b>41</b>")))
    show(page, ConfirmPerson(visit, person))
    texts = " ".join(label.text() for label in page.findChildren(Label))
    for words_shown in ("M•••• O•••••", "Staff number", "••• 17", "shoe"):
        assert words_shown in texts
    assert "<b>" not in texts
    chrome = page.chrome()
    assert chrome.primary is not None
    assert chrome.primary.event == PersonConfirmed()
    assert chrome.back is not None
    assert chrome.back.event == WentBack()
    page.render(ConfirmPerson(visit, replace(person, name="Other"), busy=True))
    assert page.chrome().primary is not None
    assert not page.chrome().primary.enabled  # type: ignore[union-attr]  # checked one line above


# ── the phone ───────────────────────────────────────────────────────────────────────────────────


def test_a_passkey_on_the_phone_is_one_of_the_ways(choose: ChooseMethodPage, visit: Visit, show: Show) -> None:
    offers = (VerificationOffer(VerificationMethod.PHONE), visit.offers[0])
    events = show(choose, ChooseMethod(visit, offers))
    phone = card(choose, "Use my phone")
    assert phone.accessibleDescription() == "With a passkey that is on it"
    assert choose.chrome().scene == "phone"
    phone.click()
    assert events == [MethodChosen(VerificationMethod.PHONE)]


def test_a_code_that_was_sent_may_be_typed_on_the_phone_where_the_profile_lets_people(
    visit: Visit, show: Show, qtbot: QtBot
) -> None:
    page = EnterCodePage(load_theme(), Surroundings())
    code = EnterCode(visit, VerificationMethod.EMAIL, "m•••••@example.org", sent=1)
    words_of_card = "Type it on my phone"
    events = show(page, code)
    assert not any(c.accessibleName() == words_of_card and c.isVisible() for c in page.findChildren(OptionCard))
    profile = replace(visit.profile, codes_on_phone=True)
    there = EnterCodePage(load_theme(), Surroundings())
    events = show(there, replace(code, visit=replace(visit, profile=profile)))
    card(there, words_of_card).click()
    assert events == [PhoneWanted()]
    there.render(replace(code, visit=replace(visit, profile=profile), work=CodeWork.CHECKING))
    assert not card(there, words_of_card).isEnabled()


def test_the_code_of_an_app_is_not_typed_on_the_phone_that_shows_it(visit: Visit, show: Show, qtbot: QtBot) -> None:
    page = EnterCodePage(load_theme(), Surroundings())
    profile = replace(visit.profile, codes_on_phone=True)
    show(page, EnterCode(replace(visit, profile=profile), VerificationMethod.TOTP, ""))
    assert not any(c.accessibleName() == "Type it on my phone" and c.isVisible() for c in page.findChildren(OptionCard))
