"""What the last pages make of keys that know a finger, are told more, are refused, or may be wiped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from hardware.authenticator import KeyAddress, KeyInfo, PinState, Transport
from hardware.errors import PinBlocked
from kiosk.contract.policy import Demand, EnrollmentPolicy, HandOverPolicy
from kiosk.contract.profile import RelyingPartyName
from kiosk.enrollment.admission import Reason
from kiosk.enrollment.events import ResetWanted
from kiosk.enrollment.states import InsertKey, Prove, Remedy, State, Stopped, Task, Touch
from kiosk.enrollment.visit import KeyModel, Port, Visit
from kiosk.errors import KeyNotAdmitted, ServiceUnreachable
from ui.messages import reasons
from ui.pages.key import InsertKeyPage
from ui.pages.page import Page, Surroundings
from ui.pages.stopped import StoppedPage
from ui.pages.touch import TouchPage
from ui.pages.working import WorkingPage
from ui.theme import load_theme
from ui.widgets.bullets import Bullets
from ui.widgets.option_card import OptionCard
from ui.widgets.row_list import RowList

Show = Callable[[Page, State], list[object]]
MAIL = RelyingPartyName("mail.example.org", "Staff mail")
ADDRESS = KeyAddress(Transport.USB, "/dev/hidraw1", product="Bench Key")
ABLE = {"rk": True, "authnrCfg": True, "setMinPINLength": True}
KEY = KeyInfo(ADDRESS, bytes(16), ("FIDO_2_1",), options=ABLE, pin=PinState.SET, remaining_credentials=3)


@pytest.fixture
def read(visit: Visit) -> Visit:
    model = KeyModel("Bench Key 5", "Bench", "usb-a", known=True)
    return replace(visit, key=KEY, model=model, port=Port((ADDRESS,)), parties=(MAIL,))


def said(page: Page) -> str:
    return "\n".join(w.accessibleName() + w.accessibleDescription() for w in page.findChildren(QWidget))


# ── the finger ──────────────────────────────────────────────────────────────────────────────────


def test_a_key_that_verifies_its_owner_asks_for_a_finger_not_a_touch(qtbot: QtBot, read: Visit, show: Show) -> None:
    page = TouchPage(load_theme(), Surroundings())
    show(page, Touch(read, MAIL, 1, 1, 30, waiting=True))
    assert "Waiting for your touch" in said(page)
    page.render(Touch(read, MAIL, 1, 1, 30, waiting=True, verifying=True))
    chrome = page.chrome()
    assert chrome.title == "Put your finger on the sensor"
    assert chrome.scene == "key-finger"
    assert chrome.secondary is None
    assert "Waiting for your finger" in said(page)


def test_the_test_may_ask_for_a_finger_too(qtbot: QtBot, read: Visit, show: Show) -> None:
    page = WorkingPage(load_theme(), Surroundings())
    show(page, Prove(read, MAIL, 1, 1, Task.TEST, verifying=True))
    assert page.chrome().title == "Put your finger on the sensor"
    assert page.chrome().scene == "key-finger"
    page.render(Prove(read, MAIL, 1, 1, Task.TEST))
    assert page.chrome().scene == "key-working"


# ── what a key is told at hand-over ─────────────────────────────────────────────────────────────


def marks(page: WorkingPage) -> tuple[str, ...]:
    rows = page.findChild(RowList)
    assert isinstance(rows, RowList)
    return rows.marks()


def test_what_a_key_is_told_is_a_task_only_where_policy_asks_for_something(
    qtbot: QtBot, read: Visit, show: Show
) -> None:
    page = WorkingPage(load_theme(), Surroundings())
    show(page, Prove(read, MAIL, 1, 1, Task.TEST))
    assert marks(page) == ("done", "now", "next")
    asks = EnrollmentPolicy(hand_over=HandOverPolicy(force_pin_change=Demand.REQUIRE))
    page.render(Prove(replace(read, policy=asks), MAIL, 1, 1, Task.TEST))
    assert marks(page) == ("done", "now", "next", "next")
    page.render(Prove(replace(read, policy=asks, finished=(MAIL,)), MAIL, 1, 1, Task.CONFIGURE))
    assert marks(page) == ("done", "now", "next")
    assert page.chrome().title == "Finishing your key"
    page.render(Prove(replace(read, configured=True, finished=(MAIL,)), MAIL, 1, 1, Task.CHECK))
    assert marks(page) == ("done", "done", "now")


# ── why a key is refused, and what may be done about it ─────────────────────────────────────────


@pytest.fixture
def stopped(qtbot: QtBot) -> StoppedPage:
    return StoppedPage(load_theme(), Surroundings())


def bullets(page: StoppedPage) -> tuple[str, ...]:
    found = page.findChild(Bullets)
    assert isinstance(found, Bullets)
    return found.lines if found.isVisible() else ()


def test_all_reasons_are_listed_when_there_are_several(stopped: StoppedPage, read: Visit, show: Show) -> None:
    problem = KeyNotAdmitted((Reason.FULL.value, Reason.PIN_ALREADY_SET.value, Reason.MODEL_DENIED.value))
    show(stopped, Stopped(read, problem, Remedy.ANOTHER_KEY))
    assert bullets(stopped) == reasons(problem)
    assert len(reasons(problem)) == 3


def test_one_reason_needs_no_list(stopped: StoppedPage, read: Visit, show: Show) -> None:
    show(stopped, Stopped(read, KeyNotAdmitted((Reason.FULL.value,)), Remedy.ANOTHER_KEY))
    assert bullets(stopped) == ()
    assert "no room" in said(stopped)


def test_the_key_is_named_where_it_is_the_trouble(stopped: StoppedPage, read: Visit, show: Show) -> None:
    show(stopped, Stopped(read, PinBlocked(), Remedy.ANOTHER_KEY))
    told = stopped.chrome().key
    assert told is not None
    assert "Bench Key 5" in told.name
    stopped.render(Stopped(read, ServiceUnreachable(), Remedy.DESK))
    assert stopped.chrome().key is None


@pytest.mark.parametrize("offered", [True, False])
def test_wiping_is_offered_only_where_policy_lets_it(
    stopped: StoppedPage, read: Visit, show: Show, offered: bool
) -> None:
    events = show(stopped, Stopped(read, PinBlocked(), Remedy.ANOTHER_KEY, resettable=offered))
    card = stopped.findChild(OptionCard)
    assert isinstance(card, OptionCard)
    assert card.isVisible() == offered
    if offered:
        card.click()
        assert events == [ResetWanted()]


def test_wiping_is_not_offered_while_something_is_taken_back_or_stays_on_the_key(
    stopped: StoppedPage, read: Visit, show: Show
) -> None:
    state = Stopped(read, PinBlocked(), Remedy.ANOTHER_KEY, resettable=True)
    card = stopped.findChild(OptionCard)
    assert isinstance(card, OptionCard)
    for changed in (replace(state, cleaning=True), replace(state, left_on_key=True)):
        show(stopped, changed)
        assert not card.isVisible()


# ── which key to take out ───────────────────────────────────────────────────────────────────────


def test_the_key_to_take_out_is_named_where_another_stays(qtbot: QtBot, read: Visit, show: Show) -> None:
    page = InsertKeyPage(load_theme(), Surroundings())
    other = replace(ADDRESS, path="/dev/hidraw2", product="Other")
    show(page, InsertKey(replace(read, port=Port((ADDRESS, other))), take_out=True, out=ADDRESS))
    assert "Bench Key" in page.chrome().sentence
    assert "this key is out" in said(page)
    page.render(InsertKey(read, take_out=True, out=ADDRESS))
    assert "Bench Key" not in page.chrome().sentence
