"""Walks with a phone through the real window and the real enrollment: scanned, matched, done; and every way around."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import zxingcpp
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from kiosk.contract.enrollments import FinishedEnrollment, PartyOutcome, PartyResult, Phase
from kiosk.contract.mobile_ids import MobileId
from kiosk.contract.phone import PhonePurpose, PhoneReason, PhoneStanding, PhoneStatus
from kiosk.enrollment.answers import EnrollmentFinished, Failed
from kiosk.enrollment.answers_of_phone import IdClaimed, PhoneMoved, PhoneOpened, PhoneUnseen
from kiosk.enrollment.effects import ClaimMobileId, FinishEnrollment, OpenPhone, VerifyPerson
from kiosk.enrollment.states import EnterCode, Phone, Register, ShowId, State
from kiosk.errors import IdTakenByOther, PhonesUnavailable, ServiceUnreachable
from tests.ui.walking import Settle, Walk
from ui.tour_phone import CODE, HERE, LINK, WAITING
from ui.widgets.number_card import NumberCard
from ui.widgets.option_card import OptionCard
from ui.window import Window

Sample = Callable[[str], State]
DONE = PhoneStanding(PhoneStatus.COMPLETED)


@pytest.fixture
def walk(make_window: Callable[..., Window], sample: Sample, settle: Settle) -> Callable[..., Walk]:
    def begin(name: str, **changes: object) -> Walk:
        state = sample(name)
        assert isinstance(state, Phone | EnterCode | Register | ShowId)
        return Walk(make_window(), replace(state, **changes), settle)  # type: ignore[arg-type]  # fields of its kind

    return begin


def scanned(there: Walk) -> list[str]:
    image = there.window.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    return [code.text for code in zxingcpp.read_barcodes(image)]


def shown_number(there: Walk) -> str:
    card = there.window.shell.wizard.page.findChild(NumberCard)
    assert isinstance(card, NumberCard)
    return card.figures


def touch(there: Walk, words: str) -> None:
    cards = there.window.shell.wizard.page.findChildren(OptionCard)
    QTest.mouseClick(next(c for c in cards if c.accessibleName() == words), Qt.MouseButton.LeftButton)


def open_code(there: Walk, **changes: object) -> None:
    there.step(PhoneOpened(there.attempt, "e1", replace(CODE, **changes)))  # type: ignore[arg-type]  # its fields


def test_a_phone_in_place_of_a_key_is_scanned_matched_and_done(walk: Callable[..., Walk]) -> None:
    there = walk("phone-preparing", busy=True)
    open_code(there)
    assert scanned(there) == [LINK]
    there.step(PhoneMoved(there.attempt, HERE))
    assert (scanned(there), shown_number(there)) == ([], "472")
    there.step(PhoneUnseen(there.attempt, ServiceUnreachable()))
    assert shown_number(there) == "472"
    there.step(PhoneMoved(there.attempt, DONE))
    assert shown_number(there) == ""
    finish = there.effects[-1]
    assert isinstance(finish, FinishEnrollment)
    assert isinstance(there.state, Phone)
    not_tried = tuple(PartyOutcome(p, PartyResult.NOT_TRIED) for p in there.state.visit.parties)
    there.step(EnrollmentFinished(there.attempt, FinishedEnrollment(Phase.DONE, "7Q2M", not_tried)))
    assert there.at == "Done"
    assert there.window.shell.wizard.chrome.title == "Your phone is ready"
    assert there.window.shell.wizard.steps.spoken() == "All steps done"


def test_a_code_that_ran_out_is_renewed_and_a_key_may_be_taken_instead(walk: Callable[..., Walk]) -> None:
    there = walk("phone")
    there.step(PhoneMoved(there.attempt, PhoneStanding(PhoneStatus.EXPIRED)))
    there.press("primary")
    assert isinstance(there.effects[-1], OpenPhone)
    open_code(there, link=LINK[:-1] + "A")
    assert scanned(there) == [LINK[:-1] + "A"]
    there.press("secondary")
    assert there.at == "InsertKey"


def test_what_the_service_cannot_be_told_yet_is_told_later(walk: Callable[..., Walk]) -> None:
    there = walk("phone")
    there.step(PhoneMoved(there.attempt, DONE))
    there.step(Failed(there.attempt, ServiceUnreachable()))
    chrome = there.window.shell.wizard.chrome
    assert (chrome.title, chrome.secondary) == ("Your phone is set up", None)
    before = len(there.effects)
    there.press("primary")
    assert [type(effect) for effect in there.effects[before:]] == [FinishEnrollment]


def test_a_mailed_code_is_typed_on_the_phone_and_may_be_typed_here_after_all(walk: Callable[..., Walk]) -> None:
    there = walk("code-on-phone")
    touch(there, "Type it on my phone")
    open_phone = there.effects[-1]
    assert isinstance(open_phone, OpenPhone)
    assert open_phone.purpose is PhonePurpose.CODE
    open_code(there)
    there.press("secondary")
    assert there.at == "EnterCode"
    touch(there, "Type it on my phone")
    open_code(there)
    there.step(PhoneMoved(there.attempt, HERE))
    there.step(PhoneMoved(there.attempt, DONE))
    assert isinstance(there.effects[-1], VerifyPerson)


def test_a_form_is_filled_in_on_the_phone_or_here_after_all(walk: Callable[..., Walk], sample: Sample) -> None:
    state = sample("register-on-phone")
    assert isinstance(state, Register)
    there = walk("register-on-phone", visit=replace(state.visit, form=state.form))
    touch(there, "Fill it in on my phone")
    assert there.at == "Phone"
    open_code(there)
    assert scanned(there) == [LINK]
    there.press("secondary")
    assert there.at == "Register"


def test_where_no_phone_can_be_had_the_code_is_typed_here(walk: Callable[..., Walk]) -> None:
    there = walk("code-on-phone")
    touch(there, "Type it on my phone")
    there.step(Failed(there.attempt, PhonesUnavailable()))
    assert there.at == "EnterCode"
    assert isinstance(there.window.shell.wizard.chrome.problem, PhonesUnavailable)


def test_a_wrong_number_leads_to_a_new_code_with_a_new_number(walk: Callable[..., Walk]) -> None:
    there = walk("phone")
    there.step(PhoneMoved(there.attempt, HERE))
    there.step(PhoneMoved(there.attempt, PhoneStanding(PhoneStatus.FAILED, reason=PhoneReason.WRONG_NUMBER)))
    assert there.window.shell.wizard.chrome.title == "The number was not right"
    there.press("primary")
    open_code(there)
    assert shown_number(there) == ""
    there.step(PhoneMoved(there.attempt, replace(HERE, number="905")))
    assert shown_number(there) == "905"
    there.step(PhoneMoved(there.attempt, replace(WAITING, number="")))
    assert shown_number(there) == ""


def test_a_mobile_id_is_shown_refused_shown_again_and_taken(walk: Callable[..., Walk]) -> None:
    there = walk("id")
    field = there.window.shell.wizard.page.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, "100041")
    there.press("primary")
    there.step(Failed(there.attempt, IdTakenByOther()))
    assert isinstance(there.window.shell.wizard.chrome.problem, IdTakenByOther)
    field.clear()
    QTest.keyClicks(field, "100042")
    there.press("primary")
    claim = there.effects[-1]
    assert isinstance(claim, ClaimMobileId)
    assert claim.shown.reveal() == "100042"
    there.step(IdClaimed(there.attempt, MobileId("Spring", 100_042)))
    assert shown_number(there) == "100042"
    there.press("primary")
    assert there.at == "InsertKey"
