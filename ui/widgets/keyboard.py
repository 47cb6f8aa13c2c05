"""The keyboard on the screen: letters of the language, digits and signs, the mail domain as one key."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui.theme import Theme
from ui.widgets.buttons import Button
from ui.widgets.keyboard_layouts import ACCENTS, DIGITS, Layout, layouts_for
from ui.widgets.keypad import TypingKey, TypingKeys

_LETTER, _WIDE, _SPACE, _WORD = 20, 31, 70, 66  # shares of a row
_LARGEST_TEXT = 1.3  # keys have no room for more; each says its name aloud


class Keyboard(TypingKeys):
    """Types into the field it is aimed at. It covers the full width at the lower edge.

    Signals: `continued` (the key "Continue"), `closed` (the key that puts the keyboard away).
    """

    continued = Signal()
    closed = Signal()

    def __init__(
        self,
        theme: Theme,
        *,
        domain: str = "",
        latin_only: bool = False,
        accents: bool = False,
        secret: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme.with_(text_scale=min(theme.text_scale, _LARGEST_TEXT)), parent)
        self._domain = domain if domain.startswith("@") or not domain else f"@{domain}"
        self._secret = secret
        self._accents = accents and not secret
        self._letters = layouts_for(theme.locale, latin_only=latin_only or secret)
        self._layout = self._letters[0]
        self._shifted = False
        self._height = max(64, self.theme.size("keyboard_key_height"))
        self._next = self._make_continue()
        self.setAccessibleName(QCoreApplication.translate("Keyboard", "Keyboard"))
        self._rows = QVBoxLayout(self)
        margin = theme.px(48) if not theme.portrait else theme.px(24)
        self._rows.setContentsMargins(margin, theme.px(16), margin, theme.px(16))
        self._rows.setSpacing(theme.size("keyboard_gap"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._build()

    @property
    def layer(self) -> Layout:
        """What the keys show now."""
        return self._layout

    def offer_continue(self, text: str, *, enabled: bool) -> None:
        """Say what the key in the corner does, and whether it can."""
        self._next.set_text(text)
        self._next.setFixedHeight(self._height)
        self._next.setEnabled(enabled)

    def show_layer(self, layout: Layout) -> None:
        """Show other letters, or digits and signs."""
        self._layout = layout
        self._shifted = False
        self._rebuild()

    def _rebuild(self) -> None:
        """Put new keys in place; a person who walks by Tab and arrows goes on from the first."""
        walking = any(key.hasFocus() for key in self.keys)
        self._build()
        if walking:
            self.keys[0].setFocus()

    # ── rows ────────────────────────────────────────────────────────────────────────────────────

    def _build(self) -> None:
        self.keys.clear()
        self._next.setParent(self)
        while (item := self._rows.takeAt(0)) is not None:
            if (row := item.widget()) is not None:
                row.hide()
                row.deleteLater()
        top, middle, bottom = self._layout.rows
        self._row([self._character(c) for c in top])
        self._row([self._character(c) for c in middle], spare=(len(top) - len(middle)) * _LETTER // 2)
        first = [(self._shift(), _WIDE)] if self._layout.cased else []
        self._row([*first, *(self._character(c) for c in bottom), (self._delete(), _WIDE)])
        for keys in self._last_rows():
            self._row(keys)
        self.keys[0].setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _row(self, keys: list[tuple[QWidget, int]], spare: int = 0) -> None:
        row = QWidget(self)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(self.theme.size("keyboard_gap"))
        if spare > 0:
            line.addStretch(spare)
        for key, share in keys:
            line.addWidget(key, share)
            key.show()
        if spare > 0:
            line.addStretch(spare)
        self._rows.addWidget(row)

    def _last_rows(self) -> list[list[tuple[QWidget, int]]]:
        """Space and signs, the domain and Continue: one row, or two where the screen is upright and narrow."""
        signs = self._signs()
        words: list[tuple[QWidget, int]] = [(self._word(self._domain), _WORD)] if self._domain else []
        ends: list[tuple[QWidget, int]] = [(self._close(), _LETTER), (self._next, _WORD)]
        return [signs, [*words, *ends]] if self.theme.portrait else [[*signs, *words, *ends]]

    def _signs(self) -> list[tuple[QWidget, int]]:
        keys: list[tuple[QWidget, int]] = [(self._switch(self._other_layer()), _WIDE)]
        if len(self._letters) > 1 and self._layout in self._letters:
            keys.append((self._switch(next(each for each in self._letters if each != self._layout)), _LETTER))
        if self._accents and self._layout is not ACCENTS:
            keys.append((self._switch(ACCENTS), _LETTER))
        if not self._secret:
            keys.append(self._character("@"))
        keys.append((self._space(), _SPACE))
        keys.extend(self._character(c) for c in ".-")
        return keys

    def _other_layer(self) -> Layout:
        return DIGITS if self._layout in self._letters else self._letters[0]

    # ── keys ────────────────────────────────────────────────────────────────────────────────────

    def _key(self, text: str, press: Callable[[], None], role: str = "strong", name: str = "") -> TypingKey:
        key = self.add(TypingKey(self.theme, text, self, role))
        key.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        key.setMinimumSize(44, self._height)
        key.setFixedHeight(self._height)
        key.fit(self._height)
        key.setAccessibleName(name or text)
        key.clicked.connect(press)
        if self._secret:
            key.be_quiet()
        return key

    def _character(self, character: str) -> tuple[QWidget, int]:
        shown = character.upper() if self._shifted and len(character.upper()) == 1 else character
        return self._key(shown, lambda: self._type(shown)), _LETTER

    def _type(self, text: str) -> None:
        self.send(text)
        if self._shifted:
            self._turn_shift()

    def _shift(self) -> TypingKey:
        key = self._key("", self._turn_shift, name=QCoreApplication.translate("Keyboard", "Capital letters"))
        key.show_icon("shift")
        key.setCheckable(True)
        key.setChecked(self._shifted)
        return key

    def _turn_shift(self) -> None:
        self._shifted = not self._shifted
        self._rebuild()

    def _delete(self) -> TypingKey:
        key = self._key(
            "", lambda: self.send("\b", Qt.Key.Key_Backspace), name=QCoreApplication.translate("Keyboard", "Delete")
        )
        key.show_icon("backspace")
        key.setAutoRepeat(True)
        return key

    def _switch(self, layout: Layout) -> TypingKey:
        return self._key(layout.name, lambda: self.show_layer(layout), "button")

    def _space(self) -> TypingKey:
        return self._key(
            QCoreApplication.translate("Keyboard", "space"), lambda: self.send(" ", Qt.Key.Key_Space), "button"
        )

    def _word(self, word: str) -> TypingKey:
        isolated = f"\u2066{word}\u2069"  # "@" would go to the other end in a right-to-left screen
        return self._key(isolated, lambda: self._spell(word), "small", name=word)

    def _spell(self, word: str) -> None:
        for character in word:
            self.send(character)

    def _close(self) -> TypingKey:
        key = self._key("", self.closed.emit, name=QCoreApplication.translate("Keyboard", "Put the keyboard away"))
        key.show_icon("keyboard", 28)
        return key

    def _make_continue(self) -> Button:
        button = Button(self.theme, QCoreApplication.translate("Keyboard", "Continue"), "stage", "forward", parent=self)
        button.setFixedHeight(self._height)
        button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(self.continued)
        return button

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """The stage's ground below the keys."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.colour("stage"))
        if self.theme.mode == "contrast":
            painter.fillRect(0, 0, self.width(), 3, self.theme.colour("stage_line"))
        painter.end()
