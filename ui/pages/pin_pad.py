"""What a PIN is typed on: the keypad, and the keyboard that "abc" opens instead."""

from __future__ import annotations

from shiboken6 import isValid

from ui.pages.page import Page
from ui.widgets.keyboard import Keyboard
from ui.widgets.keypad import Keypad
from ui.widgets.pin_field import PinField


class PinPad:
    """The keypad of a PIN page and the keyboard that "abc" opens instead; both type into the field of the focus."""

    def __init__(self, page: Page, first: PinField) -> None:
        self._page = page
        self._field = first
        self._offered = ("", False)
        self._keypad = self._make_keypad()
        self.keyboard: Keyboard | None = None

    @property
    def keypad(self) -> Keypad:
        """The keypad; a new one when the stage threw the old one away."""
        if not isValid(self._keypad):
            self._keypad = self._make_keypad()
        return self._keypad

    def aim(self, field: PinField) -> None:
        """Type into this field from now on."""
        self._field = field
        if isValid(self._keypad):
            self._keypad.aim(field.edit)
        if self.keyboard is not None:
            self.keyboard.aim(field.edit)

    def offer(self, text: str, *, enabled: bool) -> None:
        """What the key in the corner of the keyboard does."""
        self._offered = (text, enabled)
        if self.keyboard is not None:
            self.keyboard.offer_continue(text, enabled=enabled)

    def close(self) -> None:
        """Go back to the keypad."""
        if self.keyboard is not None:
            self.keyboard.hide()
            self.keyboard.deleteLater()
            self.keyboard = None
            self._page.changed.emit()

    def _make_keypad(self) -> Keypad:
        keypad = Keypad(self._page.theme, secret=True, letters=True)
        keypad.aim(self._field.edit)
        keypad.letters_wanted.connect(self._open)
        return keypad

    def _open(self) -> None:
        if self.keyboard is None:
            self.keyboard = Keyboard(self._page.theme, secret=True)
            self.keyboard.aim(self._field.edit)
            self.keyboard.continued.connect(self._page.submit)
            self.keyboard.closed.connect(self.close)
            text, enabled = self._offered
            self.keyboard.offer_continue(text, enabled=enabled)
            self._page.changed.emit()
        self._field.edit.setFocus()
