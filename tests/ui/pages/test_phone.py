"""A code for a phone, the number that ties it to the screen, and every way it can end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
import zxingcpp
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from kiosk.contract.phone import PhonePurpose, PhoneReason, PhoneStanding, PhoneStatus
from kiosk.contract.policy import EnrollmentPolicy, PhonePlace, PhonePolicy
from kiosk.contract.profile import RelyingPartyName
from kiosk.enrollment.events import Continued, Skipped, WentBack
from kiosk.enrollment.states import Phone, State
from kiosk.enrollment.visit import Visit
from kiosk.errors import PhonesUnavailable, ServiceUnreachable
from tests.ui.pages.conftest import Show, TurnedClock
from ui.idle import IdleWatch, waits_for_person
from ui.pages import phone as phone_module
from ui.pages.page import Page, Surroundings
from ui.pages.phone import PhonePage
from ui.pages.phone_words import ending
from ui.theme import load_theme
from ui.tour_phone import CODE, HERE, LINK, WAITING
from ui.widgets import number_card
from ui.widgets.notice import Notice
from ui.widgets.number_card import LARGE, NumberCard
from ui.widgets.phone_pad import PhonePad
from ui.widgets.status_card import StatusCard
from ui.window import Window

Overhear = Callable[[ModuleType], list[str]]
MakeWindow = Callable[..., Window]
RETURNS = {"optional": False, "instead": False, "returns": True}
OVER = [
    *((PhoneStatus.CANCELLED if r in ("replaced", "taken_back") else PhoneStatus.FAILED, str(r)) for r in PhoneReason),
    (PhoneStatus.FAILED, ""),
    (PhoneStatus.FAILED, "a reason that nobody has heard of"),
    (PhoneStatus.EXPIRED, ""),
]


@pytest.fixture
def page(qtbot: QtBot, clock: TurnedClock) -> PhonePage:
    return PhonePage(load_theme(), Surroundings(), clock=clock)


@pytest.fixture
def asked(visit: Visit) -> Phone:
    return Phone(visit, PhonePurpose.PASSKEY, CODE, 1, WAITING, optional=True, instead=True)


def status(page: QWidget) -> StatusCard:
    found = page.findChild(StatusCard)
    assert isinstance(found, StatusCard)
    return found


def number(page: QWidget) -> NumberCard:
    found = page.findChild(NumberCard)
    assert isinstance(found, NumberCard)
    return found


def pad(page: Page) -> PhonePad:
    found = page.pad()
    assert isinstance(found, PhonePad)
    return found


def everything_said(root: QWidget) -> str:
    said = []
    for widget in (root, *root.findChildren(QWidget)):
        said += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip()]
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is not None:
            said += [interface.text(kind) for kind in QAccessible.Text if kind is not QAccessible.Text.UserText]
    return "\n".join(said)


def scanned(image: QImage) -> list[str]:
    found = zxingcpp.read_barcodes(image.convertToFormat(QImage.Format.Format_Grayscale8))
    return [code.text for code in found]


# ── the code ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("size", "scale", "mode", "locale"),
    [
        ((1280, 800), 1.0, "light", "en"),
        ((1024, 768), 1.0, "dark", "ar"),
        ((1080, 1920), 1.0, "contrast", "ar"),
        ((1920, 1080), 1.25, "contrast", "en"),
        ((1280, 800), 2.0, "dark", "en"),
    ],
)
def test_a_phone_reads_the_code_from_the_whole_screen(
    make_window: MakeWindow,
    settle: Callable[[], None],
    asked: Phone,
    size: tuple[int, int],
    scale: float,
    mode: str,
    locale: str,
) -> None:
    window = make_window(*size, locale=locale, text_scale=scale, mode=mode)
    window.show_state(replace(asked, visit=replace(asked.visit, locale=locale)))
    settle()
    assert scanned(window.grab().toImage()) == [LINK]


def test_the_screen_says_which_site_the_code_opens_and_not_what_is_in_it(page: PhonePage, asked: Phone) -> None:
    page.render(asked)
    said = everything_said(pad(page))
    assert "kiosk.example.org" in said
    assert LINK.rsplit("/", 1)[1] not in said + everything_said(page)


def test_the_code_leaves_the_screen_when_a_phone_is_here_and_is_wiped_with_the_page(
    make_window: MakeWindow, settle: Callable[[], None], asked: Phone, sample: Callable[[str], State]
) -> None:
    window = make_window()
    window.show_state(asked)
    picture = pad(window.shell.wizard.page)
    window.show_state(replace(asked, standing=HERE))
    settle()
    assert window.shell.stage.pad is None
    assert scanned(window.grab().toImage()) == []
    window.show_state(sample("done"))
    assert picture.code.empty


def test_a_new_code_takes_the_place_of_the_old_one(page: PhonePage, asked: Phone, clock: TurnedClock) -> None:
    page.render(replace(asked, standing=PhoneStanding(PhoneStatus.EXPIRED)))
    assert page.pad() is None
    other = replace(CODE, link=LINK[:-1] + "A", expires_in=300)
    page.render(replace(asked, code=None, standing=None))
    page.render(replace(asked, code=other, shown=2, standing=None))
    assert scanned(pad(page).grab().toImage()) == [other.link]
    assert "5 min 0 s" in everything_said(page)


def test_another_window_in_front_does_not_take_the_code_away(page: PhonePage, asked: Phone, show: Show) -> None:
    show(page, asked)
    code = pad(page).code
    code.window().hide()
    code.changeEvent(QEvent(QEvent.Type.ActivationChange))
    assert code.shown


def test_very_large_text_says_the_steps_in_one_sentence_and_keeps_the_title_in_sight(
    make_window: MakeWindow, settle: Callable[[], None], asked: Phone
) -> None:
    window = make_window(text_scale=2.0)
    window.show_state(asked)
    settle()
    assert window.shell.wizard.chrome.sentence == "Point its camera at the square code."
    assert not window.shell.wizard.overflows


def test_what_cannot_be_shown_is_told_and_led_around(page: PhonePage, asked: Phone, show: Show) -> None:
    show(page, replace(asked, code=replace(CODE, link="javascript:alert(1)", qr_code="AAAA")))
    assert page.pad() is None
    assert page.chrome().title == "This code cannot be shown"
    assert page.chrome().secondary is not None


# ── the number ──────────────────────────────────────────────────────────────────────────────────


def test_no_picture_of_the_screen_has_the_number_before_a_phone_is_here(
    make_window: MakeWindow, settle: Callable[[], None], asked: Phone
) -> None:
    window = make_window()
    window.show_state(asked)
    settle()
    before = window.grab().toImage()
    early = PhoneStanding(PhoneStatus.PENDING, "472", WAITING.expires_in)
    window.show_state(replace(asked, standing=early))
    settle()
    assert window.grab().toImage() == before
    assert "4 7 2" not in everything_said(window)
    assert number(window).figures == ""


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("size", [(1280, 800), (1024, 768), (1080, 1920)])
def test_the_number_is_as_large_as_a_code(
    make_window: MakeWindow, settle: Callable[[], None], asked: Phone, size: tuple[int, int], scale: float
) -> None:
    window = make_window(*size, text_scale=scale)
    window.show_state(replace(asked, standing=HERE))
    settle()
    card = number(window)
    assert card.figure_px(card.width()) >= LARGE
    assert card.height() >= card.heightForWidth(card.width())


def test_the_number_goes_when_the_phone_is_done_or_the_page_is_left(
    make_window: MakeWindow, settle: Callable[[], None], asked: Phone, sample: Callable[[str], State]
) -> None:
    window = make_window()
    for after in (PhoneStanding(PhoneStatus.COMPLETED), PhoneStanding(PhoneStatus.FAILED, "472")):
        window.show_state(replace(asked, standing=HERE))
        card = number(window)
        assert card.figures == "472"
        window.show_state(replace(asked, standing=after))
        assert card.figures == ""
        assert not card.isVisible()
    window.show_state(replace(asked, standing=HERE))
    card = number(window)
    window.show_state(sample("done"))
    assert card.figures == ""


def test_a_service_without_numbers_leaves_the_rest_to_the_phone(page: PhonePage, asked: Phone, show: Show) -> None:
    show(page, replace(asked, standing=replace(HERE, number="")))
    assert page.chrome().title == "Your phone is here"
    assert number(page).isHidden()
    assert page.first_focus() is status(page)


def test_the_number_is_said_figure_by_figure_once_the_phone_is_here(
    page: PhonePage, asked: Phone, show: Show, overhear: Overhear
) -> None:
    said = overhear(number_card)
    show(page, asked)
    assert said == []
    page.render(replace(asked, standing=HERE))
    page.render(replace(asked, standing=replace(HERE, expires_in=100)))
    assert said == ["4 7 2"]
    assert number(page).accessibleName() == "4 7 2. Only this screen has it."
    assert number(page).hasFocus()


# ── time ────────────────────────────────────────────────────────────────────────────────────────


def test_the_time_that_is_left_is_shown_to_the_second_and_said_seldom(
    page: PhonePage, asked: Phone, show: Show, clock: TurnedClock, overhear: Overhear
) -> None:
    announced = overhear(phone_module)
    show(page, asked)
    seen, heard = set(), set()
    for _ in range(281):
        clock.now += 1
        page.tick()
        seen.add(everything_said(page))
        heard.add(status(page).accessibleDescription())
    assert len(seen) > 270
    assert len(heard) <= 6
    assert announced == ["The code works for 1 min 0 s.", "The code works for 20 more seconds."]


def test_an_answer_corrects_the_countdown(page: PhonePage, asked: Phone, clock: TurnedClock) -> None:
    page.render(asked)
    clock.now += 100
    page.render(replace(asked, standing=replace(WAITING, expires_in=90)))
    assert "1 min 30 s" in everything_said(page)


def test_a_code_whose_time_is_over_cannot_be_scanned_and_is_renewed_where_nobody_answers(
    page: PhonePage, asked: Phone, show: Show, clock: TurnedClock
) -> None:
    show(page, asked)
    clock.now += 300
    page.tick()
    assert not pad(page).code.shown
    assert page.chrome().primary is None  # the service will say so in a moment
    page.render(replace(asked, problem=ServiceUnreachable()))
    primary = page.chrome().primary
    assert primary is not None
    assert primary.event == Continued()


# ── how it goes on ──────────────────────────────────────────────────────────────────────────────


def test_trouble_with_the_connection_is_told_and_heals(page: PhonePage, asked: Phone, show: Show) -> None:
    show(page, asked)
    page.render(replace(asked, problem=ServiceUnreachable()))
    assert isinstance(page.chrome().problem, ServiceUnreachable)
    assert scanned(pad(page).grab().toImage()) == [LINK]
    page.render(asked)
    assert page.chrome().problem is None


@pytest.mark.parametrize(("ended", "reason"), OVER)
def test_every_ending_says_what_happened_and_what_to_do(
    page: PhonePage, asked: Phone, show: Show, ended: PhoneStatus, reason: str
) -> None:
    show(page, replace(asked, standing=PhoneStanding(ended, reason=reason)))
    chrome = page.chrome()
    assert chrome.title not in ("", "Scan this with your phone")
    assert chrome.sentence
    assert chrome.primary is not None
    assert chrome.primary.event == Continued()
    assert page.pad() is None
    assert reason == "" or reason not in everything_said(page)


def test_endings_are_told_apart() -> None:
    said = {ending(ended, reason) for ended, reason in OVER}
    assert len(said) == len(OVER) - 1  # what nobody has heard of is told as what has no reason


def test_after_too_many_wrong_codes_the_way_leads_back(page: PhonePage, asked: Phone, show: Show) -> None:
    locked = PhoneStanding(PhoneStatus.FAILED, reason=PhoneReason.LOCKED)
    show(page, replace(asked, purpose=PhonePurpose.CODE, standing=locked, returns=True, optional=False, instead=False))
    primary = page.chrome().primary
    assert primary is not None
    assert primary.event == WentBack()


def test_what_is_done_is_ticked_and_asks_for_nothing(page: PhonePage, asked: Phone, show: Show) -> None:
    show(page, replace(asked, standing=PhoneStanding(PhoneStatus.COMPLETED), busy=True))
    chrome = page.chrome()
    assert (chrome.title, chrome.primary, chrome.secondary, chrome.back) == ("Done", None, None, None)
    assert "Your phone is set up" in everything_said(page)


@pytest.mark.parametrize(
    ("state", "words", "event"),
    [
        ({"purpose": PhonePurpose.PASSKEY}, "Use a key instead", Skipped()),
        ({"purpose": PhonePurpose.PASSKEY, "instead": False}, "I have no phone with me", Skipped()),
        ({"purpose": PhonePurpose.CODE} | RETURNS, "Type it here instead", WentBack()),
        ({"purpose": PhonePurpose.REGISTER} | RETURNS, "Fill it in here instead", WentBack()),
    ],
)
def test_the_way_without_a_phone_is_the_one_that_the_state_allows(
    page: PhonePage, asked: Phone, state: dict[str, Any], words: str, event: object
) -> None:
    page.render(replace(asked, **state))
    secondary = page.chrome().secondary
    assert secondary is not None
    assert (secondary.text, secondary.event) == (words, event)
    assert page.chrome().back is None


def test_where_nothing_is_allowed_nothing_is_offered_and_confirming_leads_back(page: PhonePage, asked: Phone) -> None:
    page.render(replace(asked, optional=False, instead=False))
    assert (page.chrome().secondary, page.chrome().back) == (None, None)
    page.render(replace(asked, purpose=PhonePurpose.CONFIRM, optional=False, instead=False, returns=True))
    back = page.chrome().back
    assert back is not None
    assert back.event == WentBack()


def test_no_code_at_all_is_tried_again(page: PhonePage, asked: Phone, show: Show) -> None:
    show(page, replace(asked, code=None, standing=None))
    assert page.chrome().primary is None
    assert page.first_focus() is status(page)
    page.render(replace(asked, code=None, standing=None, problem=PhonesUnavailable()))
    primary = page.chrome().primary
    assert primary is not None
    assert primary.event == Continued()


def test_a_new_code_is_had_by_keyboard_alone(make_window: MakeWindow, asked: Phone) -> None:
    window = make_window()
    window.show_state(asked)
    events: list[object] = []
    window.emitted.connect(events.append)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert events == []  # an Enter too many does nothing while a phone is waited for
    window.show_state(replace(asked, standing=PhoneStanding(PhoneStatus.EXPIRED)))
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert events == [Continued()]


# ── in the visit ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("place", "spoken"),
    [
        (PhonePlace.INSTEAD, "Step 3 of 3, Phone"),
        (PhonePlace.BEFORE, "Step 3 of 5, Key"),
        (PhonePlace.AFTER, "All steps done"),
    ],
)
def test_the_phone_has_its_place_among_the_steps(
    make_window: MakeWindow, asked: Phone, place: PhonePlace, spoken: str
) -> None:
    finished = (RelyingPartyName("mail.example.org", "Staff mail"),) if place is PhonePlace.AFTER else ()
    visit = replace(asked.visit, policy=EnrollmentPolicy(phone=PhonePolicy(place)), finished=finished)
    window = make_window()
    window.show_state(replace(asked, visit=visit))
    assert window.shell.wizard.steps.spoken() == spoken


def test_polls_are_no_sign_of_life(make_window: MakeWindow, asked: Phone) -> None:
    window = make_window()
    window.show_state(asked)
    watch = window.findChild(IdleWatch)
    assert isinstance(watch, IdleWatch)
    assert watch.watching
    window.warn(20)
    for left in (280, 279):
        window.show_state(replace(asked, standing=replace(WAITING, expires_in=left)))
    assert window.shell.idle.isVisible()
    window.show_state(replace(asked, standing=HERE))
    assert not window.shell.idle.isVisible()
    assert not watch.watching


def test_the_code_is_hidden_from_passers_by_and_back_for_whoever_is_still_there(
    make_window: MakeWindow, asked: Phone, settle: Callable[[], None]
) -> None:
    window = make_window()
    window.show_state(asked)
    window.warn(20)
    settle()
    assert scanned(window.grab().toImage()) == []
    window.shell.idle.stay.click()
    settle()
    assert scanned(window.grab().toImage()) == [LINK]


@pytest.mark.parametrize(
    ("standing", "waits"),
    [
        (None, True),
        (WAITING, True),
        (HERE, False),
        (PhoneStanding(PhoneStatus.COMPLETED), False),
        (PhoneStanding(PhoneStatus.EXPIRED), True),
    ],
)
def test_a_phone_at_work_is_not_asked_whether_it_is_still_there(
    asked: Phone, standing: PhoneStanding | None, waits: bool
) -> None:
    assert waits_for_person(replace(asked, standing=standing)) is waits
    assert not waits_for_person(replace(asked, standing=standing, busy=True))
    assert not waits_for_person(replace(asked, code=None, standing=None))


def test_a_second_phone_is_told_of_while_the_first_one_goes_on(page: PhonePage, show: Show, asked: Phone) -> None:
    show(page, replace(asked, standing=replace(HERE, reason=PhoneReason.ANOTHER_PHONE)))
    notice = page.findChild(Notice)
    assert isinstance(notice, Notice)
    assert notice.isVisible()
    assert "second phone" in everything_said(page)
    assert number(page).isVisible()
    show(page, replace(asked, standing=HERE))
    assert not notice.isVisible()
