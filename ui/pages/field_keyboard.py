"""The on-screen keyboard of a page with fields, open for one of them at a time."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from kiosk.contract.profile import FieldKind
from ui.theme import Theme
from ui.widgets.keyboard import Keyboard
from ui.widgets.keyboard_layouts import DIGITS
from ui.widgets.text_field import TextField

_WITH_DOMAIN = frozenset({FieldKind.EMAIL, FieldKind.UPN})
_FIGURES = frozenset({FieldKind.DIGITS, FieldKind.PHONE, FieldKind.DATE, FieldKind.BADGE})
_WORDS = frozenset({FieldKind.TEXT, FieldKind.NAME})


class FieldKeyboard(QObject):
    """Makes the keyboard that a field's kind asks for: letters of the language, digits, a domain.

    `turned`: it was opened, closed, or goes to another field. `continued`: the key in its corner was pressed.
    """

    turned = Signal()
    continued = Signal()

    def __init__(self, theme: Theme, page: QWidget) -> None:
        super().__init__(page)
        self._theme = theme
        self._keyboard: Keyboard | None = None
        self._field: TextField | None = None
        self.latin = False
        """Whether text, too, is of Latin letters and digits only."""

    @property
    def widget(self) -> Keyboard | None:
        """The keyboard, while it is open."""
        return self._keyboard

    @property
    def field(self) -> TextField | None:
        """The field that it types into."""
        return self._field

    def turn(self, field: TextField) -> None:
        """Open it for this field, or put it away."""
        if self._field is field:
            self.close()
        else:
            self.open(field)
        field.edit.setFocus()

    def follow(self, field: TextField) -> None:
        """The person went to this field: an open keyboard comes along."""
        if self._keyboard is not None and self._field is not field:
            self.open(field)

    def open(self, field: TextField) -> None:
        """Open it for this field."""
        self._drop()
        words = field.kind in _WORDS and not self.latin
        keyboard = Keyboard(
            self._theme,
            domain=field.domain if field.kind in _WITH_DOMAIN else "",
            latin_only=not words,
            accents=words,
        )
        if field.kind in _FIGURES:
            keyboard.show_layer(DIGITS)
        keyboard.aim(field.edit)
        keyboard.continued.connect(self.continued)
        keyboard.closed.connect(self.close)
        self._keyboard, self._field = keyboard, field
        self.turned.emit()

    def close(self) -> None:
        """Put it away."""
        if self._keyboard is not None:
            self._drop()
            self.turned.emit()

    def say(self, text: str) -> None:
        """What the key in the corner says."""
        if self._keyboard is not None:
            self._keyboard.offer_continue(text, enabled=True)

    def _drop(self) -> None:
        if self._keyboard is not None:
            self._keyboard.hide()
            self._keyboard.deleteLater()
        self._keyboard = self._field = None
