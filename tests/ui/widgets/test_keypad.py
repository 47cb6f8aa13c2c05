"""Keys on the screen type into the field they are aimed at and never steal its focus."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ui.theme import load_theme
from ui.widgets.keyboard import Keyboard
from ui.widgets.keyboard_layouts import DIGITS
from ui.widgets.keypad import Keypad, TypingKey, TypingKeys


class Desk(QWidget):
    """A field, and keys below it."""

    def __init__(self, keys: TypingKeys) -> None:
        super().__init__()
        self.field = QLineEdit(self)
        column = QVBoxLayout(self)
        column.addWidget(self.field)
        column.addWidget(keys)
        keys.aim(self.field)


def put(qtbot: QtBot, keys: TypingKeys) -> Desk:
    desk = Desk(keys)
    qtbot.addWidget(desk)
    with qtbot.waitActive(desk):
        desk.show()
    desk.field.setFocus()
    return desk


def key(keys: TypingKeys, text: str) -> TypingKey:
    return next(k for k in keys.keys if text in (k.text(), k.accessibleName()))


def press(keys: TypingKeys, *texts: str) -> None:
    for text in texts:
        QTest.mouseClick(key(keys, text), Qt.MouseButton.LeftButton)


@pytest.fixture
def keypad(qtbot: QtBot) -> Keypad:
    return Keypad(load_theme(), letters=True)


def test_touch_types_and_leaves_the_focus_in_the_field(qtbot: QtBot, keypad: Keypad) -> None:
    desk = put(qtbot, keypad)
    press(keypad, "1", "3", "7", "Delete", "0")
    assert desk.field.text() == "130"
    assert QApplication.focusWidget() is desk.field


def test_keys_keep_their_places_in_arabic(qtbot: QtBot) -> None:
    keypad = Keypad(load_theme(locale="ar"))
    desk = put(qtbot, keypad)
    desk.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    QApplication.processEvents()
    assert key(keypad, "1").x() < key(keypad, "3").x()


def test_arrows_and_enter_work_the_keypad_without_a_finger(qtbot: QtBot, keypad: Keypad) -> None:
    desk = put(qtbot, keypad)
    keypad.keys[0].setFocus()
    QTest.keyClick(keypad.keys[0], Qt.Key.Key_Down)
    walked = QApplication.focusWidget()
    assert isinstance(walked, TypingKey)
    assert walked.text() == "4"
    QTest.keyClick(walked, Qt.Key.Key_Right)
    arrived = QApplication.focusWidget()
    assert isinstance(arrived, TypingKey)
    QTest.keyClick(arrived, Qt.Key.Key_Return)
    assert desk.field.text() == "5"


def test_tab_stops_once_in_a_set_of_keys(keypad: Keypad, qtbot: QtBot) -> None:
    _desk = put(qtbot, keypad)
    assert [k.focusPolicy() for k in keypad.keys].count(Qt.FocusPolicy.TabFocus) == 1


def test_every_key_is_big_enough_for_a_finger(qtbot: QtBot, keypad: Keypad) -> None:
    desk = put(qtbot, keypad)
    desk.resize(desk.minimumSizeHint())
    assert all(k.width() >= 64 and k.height() >= 64 for k in keypad.keys)


def test_a_pin_lights_no_key(qtbot: QtBot) -> None:
    secret, plain = Keypad(load_theme(), secret=True), Keypad(load_theme())
    _desks = [put(qtbot, keys) for keys in (secret, plain)]
    assert all(k.property("quiet") == "true" for k in secret.keys)
    assert not any(k.property("quiet") for k in plain.keys)


def test_letters_are_a_wish_for_the_keyboard(qtbot: QtBot, keypad: Keypad) -> None:
    _desk = put(qtbot, keypad)
    with qtbot.waitSignal(keypad.letters_wanted):
        press(keypad, "abc")


def test_a_locked_field_takes_nothing(qtbot: QtBot, keypad: Keypad) -> None:
    desk = put(qtbot, keypad)
    desk.field.setReadOnly(True)
    press(keypad, "1")
    desk.field.setEnabled(False)
    press(keypad, "1")
    assert desk.field.text() == ""


def test_keys_without_a_field_do_nothing(qtbot: QtBot) -> None:
    keypad = Keypad(load_theme())
    qtbot.addWidget(keypad)
    press(keypad, "1")


# ── the keyboard ────────────────────────────────────────────────────────────────────────────────


def test_the_domain_is_one_key(qtbot: QtBot) -> None:
    keyboard = Keyboard(load_theme(), domain="example.org")
    desk = put(qtbot, keyboard)
    press(keyboard, "m", "@example.org")
    assert desk.field.text() == "m@example.org"


def test_shift_holds_for_one_letter(qtbot: QtBot) -> None:
    keyboard = Keyboard(load_theme())
    desk = put(qtbot, keyboard)
    press(keyboard, "Capital letters", "M", "a", "space", "x", "Delete")
    assert desk.field.text() == "Ma "


def test_digits_and_letters_change_places(qtbot: QtBot) -> None:
    keyboard = Keyboard(load_theme())
    desk = put(qtbot, keyboard)
    press(keyboard, "123", "4", "abc", "q")
    assert desk.field.text() == "4q"


def test_arabic_has_its_own_letters_and_latin_ones(qtbot: QtBot) -> None:
    keyboard = Keyboard(load_theme(locale="ar"))
    desk = put(qtbot, keyboard)
    press(keyboard, "س", "abc", "q", "أبج", "م")
    assert desk.field.text() == "سqم"


def test_mail_addresses_are_latin_in_arabic(qtbot: QtBot) -> None:
    keyboard = Keyboard(load_theme(locale="ar"), latin_only=True)
    _desk = put(qtbot, keyboard)
    assert key(keyboard, "q").isVisible()


@pytest.mark.parametrize(("locale", "first"), [("de-AT", "qwertz"), ("fr", "azerty"), ("sv", "qwerty")])
def test_letters_stand_where_the_language_has_them(qtbot: QtBot, locale: str, first: str) -> None:
    keyboard = Keyboard(load_theme(locale=locale))
    qtbot.addWidget(keyboard)
    assert keyboard.layer.rows[0].startswith(first)


def test_names_find_their_accents(qtbot: QtBot) -> None:
    keyboard = Keyboard(load_theme(), accents=True)
    desk = put(qtbot, keyboard)
    press(keyboard, "éñ", "ñ")
    assert desk.field.text() == "ñ"


def test_a_pin_keyboard_lights_no_key_in_any_layer(qtbot: QtBot) -> None:
    keyboard = Keyboard(load_theme(), secret=True)
    _desk = put(qtbot, keyboard)
    keyboard.show_layer(DIGITS)
    assert all(k.property("quiet") == "true" for k in keyboard.keys)


def test_a_walk_goes_on_after_the_layer_changed(qtbot: QtBot) -> None:
    keyboard = Keyboard(load_theme())
    _desk = put(qtbot, keyboard)
    key(keyboard, "123").setFocus()
    keyboard.show_layer(DIGITS)
    assert QApplication.focusWidget() is keyboard.keys[0]


def test_the_corner_key_goes_on(qtbot: QtBot) -> None:
    keyboard = Keyboard(load_theme())
    desk = put(qtbot, keyboard)
    keyboard.offer_continue("Save PIN", enabled=True)
    button = next(b for b in desk.findChildren(QWidget) if b.accessibleName() == "Save PIN")
    with qtbot.waitSignal(keyboard.continued):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(keyboard.closed):
        press(keyboard, "Put the keyboard away")


@pytest.mark.parametrize("mode", ["light", "contrast"])
def test_the_keyboard_paints_its_ground(qtbot: QtBot, mode: str) -> None:
    theme = load_theme(mode=mode)
    keyboard = Keyboard(theme)
    qtbot.addWidget(keyboard)
    assert keyboard.grab().toImage().pixelColor(3, 8) == theme.colour("stage")
