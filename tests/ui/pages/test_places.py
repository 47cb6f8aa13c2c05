"""What the last pages tell of several places: where the key works, where it does not, what was given, what to do."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from kiosk.contract.enrollments import PartyOutcome, PartyResult
from kiosk.enrollment.events import Cancelled, Continued, Skipped
from kiosk.enrollment.states import Done, InsertKey, Prove, State, Stopped
from kiosk.errors import KeyNotAllowed, ProofRefused
from ui.key_words import KeyNote
from ui.messages import message, party_reason, reasons
from ui.pages.done import DonePage, party_row
from ui.pages.key import InsertKeyPage
from ui.pages.page import Page, Surroundings
from ui.pages.stopped import StoppedPage
from ui.pages.working import WorkingPage
from ui.theme import load_theme
from ui.widgets.key_line import KeyLine
from ui.widgets.pass_card import PassCard
from ui.widgets.row_list import RowList

Show = Callable[[Page, State], list[object]]
Sample = Callable[[str], State]
VPN = "vpn.example.org"


def said(page: QWidget) -> str:
    names = [w.accessibleName() for w in page.findChildren(QWidget) if w.isVisibleTo(page)]
    texts = [w.text() for w in page.findChildren(QLabel) if w.isVisibleTo(page)]
    return "\n".join((*names, *texts))


def done(show: Show, state: State) -> DonePage:
    page = DonePage(load_theme(), Surroundings())
    show(page, state)
    return page


def test_each_place_is_told_as_it_ended(show: Show, sample: Sample) -> None:
    page = done(show, sample("done-partly"))
    (rows,) = [rows for rows in page.findChildren(RowList) if rows.isVisibleTo(page)]
    assert rows.marks() == ("done", "stop", "wait")
    assert "It did not answer." in said(page)
    assert "receipt" in said(page)
    assert "7Q2M" in said(page)
    assert page.chrome().title == "Your key is partly ready"


def test_where_only_one_is_unknown_nobody_need_wait(show: Show, sample: Sample) -> None:
    told = said(done(show, sample("done-unknown")))
    assert "Staff will look" in told
    assert "go to the desk" not in told


def test_what_stays_on_the_key_and_a_key_that_was_replaced_are_told(show: Show, sample: Sample) -> None:
    assert "still on this key" in said(done(show, sample("done-left-on-key")))
    replaced = done(show, sample("done-replaced"))
    assert "does not sign you in any more" in said(replaced)
    assert replaced.chrome().title == "Your key is ready"


def test_a_place_that_has_the_key_already_is_no_failure(show: Show, sample: Sample) -> None:
    state = sample("done")
    assert isinstance(state, Done)
    mail, vpn = state.visit.parties
    known = PartyOutcome(vpn, PartyResult.REFUSED, "already_registered")
    page = done(show, Done(replace(state.visit, finished=(mail,), outcomes=(known,))))
    assert page.chrome().title == "Your key is ready"
    assert "Works already" in said(page)


def test_a_pass_is_painted_and_in_no_text(show: Show, sample: Sample) -> None:
    page = done(show, sample("done-pass"))
    (card,) = page.findChildren(PassCard)
    assert "8+Xk" not in said(page)
    assert "8 hours" in said(page)
    assert page.first_focus() is card
    assert "shown only now" in page.chrome().sentence
    shown = card.grab().toImage()
    page.conceal()
    assert card.grab().toImage() != shown
    page.render(sample("done-pass"))
    assert len(page.findChildren(PassCard)) == 1


@pytest.mark.parametrize("word", ["no_account", "attestation_untrusted", "never_heard_of"])
def test_every_reason_of_a_place_has_words(word: str) -> None:
    assert party_reason(word).endswith(".")
    assert word not in party_reason(word)


def test_a_place_that_was_not_asked_is_not_said_to_have_refused(sample: Sample) -> None:
    state = sample("done")
    assert isinstance(state, Done)
    row = party_row(PartyOutcome(state.visit.parties[0], PartyResult.NOT_TRIED))
    assert (row.mark, row.note) == ("next", "")


def test_a_refusal_by_one_place_names_it() -> None:
    refusal = KeyNotAllowed("", (f"{VPN}:extension", "model_revoked", "never_heard_of"))
    assert reasons(refusal, {VPN: "VPN"})[0] == "\u2068VPN\u2069: It lacks something that is asked for."
    assert reasons(refusal)[0] == "It lacks something that is asked for."
    assert len(reasons(refusal)) == 2
    assert message(ProofRefused("", ("not_proved",))).text == "A test sign-in did not work."


# ── waiting ─────────────────────────────────────────────────────────────────────────────────────


def test_one_of_several_can_be_left_out_while_it_is_waited_for(show: Show, sample: Sample) -> None:
    page = WorkingPage(load_theme(), Surroundings())
    state = sample("working-without")
    assert isinstance(state, Prove)
    show(page, state)
    secondary = page.chrome().secondary
    assert secondary is not None
    assert secondary.event == Skipped()
    assert "VPN" in page.chrome().sentence
    page.render(replace(state, optional=False))
    assert page.chrome().secondary is None
    page.render(sample("working-unknown"))
    assert page.chrome().title == "We are making sure"
    page.render(sample("working-finish"))
    assert page.chrome().title == "Finishing your key"


def test_a_key_that_the_service_could_not_judge_stays_in(show: Show, sample: Sample) -> None:
    page = InsertKeyPage(load_theme(), Surroundings())
    show(page, sample("key-unchecked"))
    chrome = page.chrome()
    assert chrome.title == "Your key is in"
    assert chrome.primary is not None
    assert chrome.primary.event == Continued()
    state = sample("key-unchecked")
    assert isinstance(state, InsertKey)
    page.render(replace(state, key=None))
    assert page.chrome().title == "Put your key in the slot"


# ── stopped ─────────────────────────────────────────────────────────────────────────────────────


def stopped(show: Show, state: State) -> StoppedPage:
    page = StoppedPage(load_theme(), Surroundings())
    show(page, state)
    return page


def test_what_was_taken_back_is_said_in_one_sentence_once_it_is(show: Show, sample: Sample) -> None:
    assert "Nothing is set up." in said(stopped(show, sample("stopped-rolled-back")))
    assert "Nothing is set up." not in said(stopped(show, sample("stopped-taking-back")))


def test_where_no_other_key_would_help_none_is_asked_for(show: Show, sample: Sample) -> None:
    told = said(stopped(show, sample("stopped-rolled-back")))
    assert "Please tell the desk the reference on this screen." in told
    assert "a key that fits" not in told


def test_with_nothing_set_up_each_place_says_why(show: Show, sample: Sample) -> None:
    page = stopped(show, sample("stopped-nowhere"))
    assert page.chrome().title == "Your key is not set up"
    assert "You have no account there yet." in said(page)


def test_another_key_takes_the_place_of_this_one_and_that_is_said_before(show: Show, sample: Sample) -> None:
    page = stopped(show, sample("stopped-between"))
    assert "Staff mail" in said(page)
    assert "taken back" in said(page)
    state = sample("stopped-between")
    assert isinstance(state, Stopped)
    page.render(replace(state, problem=ProofRefused()))
    back = page.chrome().back
    assert back is not None
    assert (back.text, back.event) == ("Keep this key", Cancelled())


# ── the picture of a model ──────────────────────────────────────────────────────────────────────


def png() -> str:
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(0xFF0000)
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs want bytes
    return "data:image/png;base64," + base64.b64encode(data.data()).decode()


@pytest.mark.parametrize(
    ("picture", "red"),
    [
        (png(), True),
        ("data:image/png;base64,!!", False),
        ("data:image/png;base64,AAAA", False),
        ("data:image/svg+xml;base64,AAAA", False),
        ("data:image/png;base64," + "A" * 300_000, False),
    ],
    ids=["a picture", "no base64", "no picture", "not taken", "too large"],
)
def test_a_picture_from_elsewhere_is_shown_if_it_is_one(qtbot: QtBot, picture: str, red: bool) -> None:
    line = KeyLine(load_theme())
    qtbot.addWidget(line)
    line.show_key(KeyNote("Bench Key 5", picture))
    line.resize(400, 80)
    image = line.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    assert ("#ff0000" in colours) is red
