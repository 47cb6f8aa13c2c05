"""Tries what the desk of staff looks like: nothing is cut, everything can be pressed, nobody's words do any harm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import ModuleType

import pytest
from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from hardware.authenticator import PinState
from kiosk.contract.staff import ReferenceTold
from kiosk.desk.events import NamesWanted, PinTyped
from kiosk.desk.states import LookAtKey, StoredName
from kiosk.service.store.keys import KeyState
from kiosk.station.journal_row import KeyMark
from kiosk.station.notes import Notes
from ui.desk import cover
from ui.desk.facts import name_lines, owed_lines, owed_words, reference_lines, unknown_words
from ui.desk.words import inventory_words, problem_words, sentence_of
from ui.pages.note_words import staff_line
from ui.tour_desk import desk_samples
from ui.tour_samples import samples
from ui.widgets.buttons import Button
from ui.widgets.keypad import TypingKey
from ui.widgets.label import Label
from ui.widgets.logo import Logo
from ui.widgets.pin_field import PinField
from ui.window import Window

HOSTILE = StoredName("a\u202eb<b>c\n.example.org", "x" * 5000)
SIZES = [(1024, 768, 1.0, "en"), (1024, 768, 1.5, "en"), (1920, 1080, 1.0, "ar"), (1080, 1920, 1.5, "ar")]


def opened(make_window: Callable[..., Window], name: str, **look: object) -> Window:
    window = make_window(**look)
    window.show_state(next(iter(samples("en"))).state)
    window.show_desk(next(each.state for each in desk_samples() if each.name == name))
    return window


@pytest.mark.parametrize(("width", "height", "scale", "locale"), SIZES)
def test_every_view_of_the_desk_keeps_its_words_whole_and_its_buttons_in_reach(
    make_window: Callable[..., Window], settle: Callable[[], None], width: int, height: int, scale: float, locale: str
) -> None:
    window = make_window(width, height, locale=locale, text_scale=scale)
    window.show_state(next(iter(samples(locale))).state)
    for sample in desk_samples():
        window.desk.notes = partial(getattr, sample, "notes")
        window.show_desk(sample.state)
        settle()
        for label in window.desk.findChildren(Label):
            if label.isVisible():
                assert label.height() >= label.heightForWidth(label.width()) - 1, f"{sample.name}: {label.text()!r}"
        for button in window.desk.findChildren(QAbstractButton):
            if button.isVisible():
                assert button.accessibleName() or button.property("text"), sample.name
                least = 48 if isinstance(button, TypingKey) else 64
                assert min(button.width(), button.height()) >= least, f"{sample.name}: {button.accessibleName()}"
        for button in window.desk.findChildren(Button):
            place = QRect(button.mapTo(window, QPoint(0, 0)), button.size())
            assert not button.isVisible() or window.rect().contains(place), f"{sample.name}: {button.accessibleName()}"


def test_the_owner_of_a_key_types_its_pin_and_nothing_of_it_stays_in_the_field(
    make_window: Callable[..., Window],
) -> None:
    window = opened(make_window, "desk-key")
    said: list[object] = []
    window.desk.emitted.connect(said.append)
    button = next(each for each in window.desk.findChildren(Button) if each.text() == "Show what is on it")
    button.click()
    assert said == [NamesWanted()]
    window = opened(make_window, "desk-owner")
    window.desk.emitted.connect(said.append)
    field = window.desk.findChild(PinField)
    assert isinstance(field, PinField)
    field.edit.setText("704913")
    field.entered.emit()
    typed = said[-1]
    assert isinstance(typed, PinTyped)
    assert (typed.pin.reveal(), field.edit.text()) == ("704913", "")


def test_each_view_of_the_desk_is_announced_with_what_went_wrong(
    make_window: Callable[..., Window], overhear: Callable[[ModuleType], list[str]]
) -> None:
    window, said = make_window(), overhear(cover)
    window.show_state(next(iter(samples("en"))).state)
    views = {each.name: each.state for each in desk_samples()}
    for name in ("desk-insert", "desk-pin-wrong", "desk-touch"):
        window.show_desk(views[name])
    assert said == [
        "Put your own staff key in. What the person has begun stays as it is.",
        "PIN of your staff key. That PIN is not right. 7 tries left.",
        "Touch your staff key",
    ]


def test_names_on_a_key_are_shown_as_words_and_not_more_than_somebody_reads() -> None:
    ((place, account),) = name_lines((HOSTILE,))
    assert (place, len(account)) == ("\u2068ab‹b>c .example.org\u2069", 66)
    assert name_lines(())[0][0] == "No sign-in is kept on this key."
    lines = name_lines(tuple(StoredName(f"party-{number}.example.org", "") for number in range(150)))
    assert (len(lines), lines[-1]) == (101, ("and 50 more", ""))
    ((_, some),) = name_lines(tuple(StoredName("mail.example.org", f"user {number}") for number in range(9)))
    assert some.endswith("\u2068user 4\u2069 and 4 more")
    assert name_lines((StoredName("", "somebody"),)) == [("Unnamed", "\u2068somebody\u2069")]


def test_a_sign_in_that_ran_out_and_somebody_who_may_not_approve_read_what_to_do() -> None:
    views = {each.name: each.state for each in desk_samples()}
    assert problem_words(views["desk-signed-in-no-more"]).endswith("Sign in again to go on.")
    assert problem_words(views["desk-may-not-approve"]).endswith("ask an approver.")
    assert sentence_of(views["desk-viewer"]).startswith("You may look, but not approve.")
    assert sentence_of(views["desk-no-requests"]) == "Nobody waits here."
    assert problem_words(views["desk-no-requests"]) == ""


def test_what_happened_under_a_reference_is_told_in_words_and_nobodys_text_does_harm() -> None:
    told = ReferenceTold(
        (("2026-11-22T10:42:07+00:00", "key_refused", "model_revoked"), ("<b>", "a<b", "no\u202esuch"))
    )
    (when, known), (never, other) = reference_lines(told)
    assert (len(when), known) == (21, "\u2068key refused\u2069 – This type of key has lost its security approval.")
    assert (never, other) == ("\u2068‹b>\u2069", "\u2068a‹b\u2069 – \u2068nosuch\u2069")


def test_every_state_of_the_inventory_has_words_in_both_languages(make_window: Callable[..., Window]) -> None:
    states = ["unknown", *KeyState]
    english = [inventory_words(each) for each in states]
    assert not {each for each in english if "_" in each or "\u2068" in each}
    make_window(locale="ar")
    assert all(each.isascii() is False for each in map(inventory_words, states))
    assert inventory_words("no_such_state") == "\u2068no such state\u2069"


def test_a_key_whose_pin_never_reached_its_owner_is_to_be_wiped() -> None:
    (owing,) = (each.notes for each in desk_samples() if each.name == "desk-owed-pins")
    (look,) = (each.state for each in desk_samples() if each.name == "desk-key")
    assert owing is not None
    assert isinstance(look, LookAtKey)
    assert look.info is not None
    assert [name for name, _ in owed_lines(owing)] == ["Unknown model", "YubiKey 5"]
    assert unknown_words(look.info, owing).startswith("Wipe this key: ")
    unnumbered = replace(look.info, address=replace(look.info.address, serial=""))
    assert not unknown_words(unnumbered, owing)
    perhaps = replace(owing, owed=tuple(replace(each, key=KeyMark(bytes(16), "")) for each in owing.owed))
    assert unknown_words(unnumbered, perhaps).endswith("Is it this one?")
    assert not unknown_words(replace(unnumbered, pin=PinState.NOT_SET), perhaps)
    assert staff_line(owing) == "For staff: 2 keys have a PIN that nobody knows."
    assert (owed_words(Notes()), staff_line(Notes())) == ("", "")


def test_the_desk_is_asked_for_by_holding_the_name_and_not_by_touching_it(
    qtbot: QtBot, make_window: Callable[..., Window]
) -> None:
    window = make_window()
    window.show_state(next(iter(samples("en"))).state)
    opener, logo = window.findChild(cover.Opener), window.findChild(Logo)
    assert isinstance(opener, cover.Opener)
    assert isinstance(logo, Logo)
    held = opener.findChild(QTimer)
    assert isinstance(held, QTimer)
    assert held.interval() == cover.HOLD_MS
    asked: list[bool] = []
    window.desk_wanted.connect(lambda: asked.append(True))
    QTest.mouseClick(logo, Qt.MouseButton.LeftButton)
    assert not held.isActive()
    held.setInterval(1)
    QTest.mousePress(logo, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: asked == [True])
