"""Keys on the screen that type into the field the person was in, and the keypad made of them."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ui.theme import Theme
from ui.widgets.label import Label

_DIGITS = "123456789"
_PORTRAIT_KEY = (160, 100)
_LEAST = 64
_UNBOUNDED = 10_000
_SHARE_OF_HEIGHT = 0.5  # the largest figure that still looks at home on its key


class TypingKey(QPushButton):
    """One key. It never takes the focus from the field by touch; Tab and arrows can reach it."""

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None, role: str = "keypad") -> None:
        super().__init__(text, parent)
        self._theme = theme
        self._role = role
        self.setProperty("kind", "key")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(_LEAST, _LEAST)
        self.setFont(theme.font(role))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As large as it may become, where that is bounded."""
        bounded = self.maximumWidth() < _UNBOUNDED
        return self.maximumSize() if bounded else super().sizeHint()

    def be_quiet(self) -> None:
        """Only darken when pressed, so that the screen tells a shoulder surfer nothing."""
        self.setProperty("quiet", "true")

    def show_icon(self, name: str, size: float = 32) -> None:
        """Carry a picture instead of text; `setAccessibleName` says what it means."""
        self.setIcon(self._theme.icon(name, "on_stage", size))
        self.setIconSize(QSize(self._theme.px(size), self._theme.px(size)))

    def fit(self, height: int) -> None:
        """Keep the text inside a key of this height, however large text is."""
        font = self._theme.font(self._role)
        font.setPixelSize(min(font.pixelSize(), int(height * _SHARE_OF_HEIGHT)))
        self.setFont(font)


class TypingKeys(QWidget):
    """A set of keys that sends key presses to one field, as a hardware keyboard would, without stealing the focus.

    One of the keys is a stop of the Tab key; the arrow keys walk between them. The set keeps its left-to-right
    order in every language: hands remember places.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.keys: list[TypingKey] = []
        self._field: QWidget | None = None
        self.setProperty("ground", "stage")
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)

    def aim(self, field: QWidget) -> None:
        """Type into `field` from now on."""
        self._field = field

    def send(self, text: str, key: Qt.Key = Qt.Key.Key_unknown) -> None:
        """Press and release a key in the field."""
        if self._field is None or not self._field.isEnabled():
            return
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text)
            QCoreApplication.sendEvent(self._field, event)

    def add(self, key: TypingKey) -> TypingKey:
        """Make the key one of this set: reachable by arrows, only the first by Tab."""
        if self.keys:
            key.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        key.installEventFilter(self)
        self.keys.append(key)
        return key

    def eventFilter(self, key: QWidget, event: QEvent) -> bool:  # type: ignore[override]  # noqa: N802 - Qt's name
        """Arrows move between keys; Enter presses one, as Space does."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and isinstance(key, TypingKey):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                key.click()
                return True
            if event.key() in _WAYS:
                self._walk(key, *_WAYS[Qt.Key(event.key())])
                return True
        return False

    def _walk(self, start: TypingKey, across: int, down: int) -> None:
        """Move the focus to the nearest key that lies in that direction."""
        here = start.geometry().center()
        best: TypingKey | None = None
        least = float("inf")
        for key in self.keys:
            offset = key.geometry().center() - here
            ahead = offset.x() * across + offset.y() * down
            aside = abs(offset.x() * down) + abs(offset.y() * across)
            if key.isVisible() and key.isEnabled() and ahead > 0 and ahead + 3 * aside < least:
                best, least = key, ahead + 3 * aside
        if best is not None:
            best.setFocus(Qt.FocusReason.TabFocusReason)


_WAYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class Keypad(TypingKeys):
    """Ten digits and delete, 3 by 4, never shuffled: it works blind and by touch memory.

    `letters_wanted`: the key "abc" was pressed (only there when `letters`). `secret`: pressed keys do not light up.
    `ink` is the colour of the words below, for what the keypad lies on.
    """

    letters_wanted = Signal()

    def __init__(
        self, theme: Theme, *, secret: bool = False, letters: bool = False, ink: str = "on_stage_soft"
    ) -> None:
        super().__init__(theme)
        self._secret, self._ink = secret, ink
        self.setAccessibleName(QCoreApplication.translate("Keypad", "Keypad"))
        width, height = _PORTRAIT_KEY if theme.portrait else theme.tokens["size"]["keypad_key"]
        gap = theme.size("keypad_gap")
        self._key_size = QSize(theme.px(width), theme.px(height))
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(gap)
        for index, digit in enumerate(_DIGITS):
            grid.addWidget(self._digit(digit), index // 3, index % 3)
        if letters:
            grid.addWidget(self._letters(), 3, 0)
        grid.addWidget(self._digit("0"), 3, 1)
        grid.addWidget(self._delete(), 3, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(gap)
        column.addLayout(grid)
        column.addWidget(self._hint())
        self.setMaximumWidth(3 * self._key_size.width() + 2 * gap)

    def _key(self, text: str, role: str = "keypad") -> TypingKey:
        key = self.add(TypingKey(self.theme, text, self, role))
        key.setMaximumSize(self._key_size)
        key.fit(self._key_size.height())
        if self._secret:
            key.be_quiet()
        return key

    def _digit(self, digit: str) -> TypingKey:
        key = self._key(digit)
        key.clicked.connect(lambda: self.send(digit, Qt.Key(Qt.Key.Key_0.value + int(digit))))
        return key

    def _letters(self) -> TypingKey:
        key = self._key(QCoreApplication.translate("Keypad", "abc"), "button")
        key.setAccessibleName(QCoreApplication.translate("Keypad", "Letters"))
        key.clicked.connect(self.letters_wanted)
        return key

    def _delete(self) -> TypingKey:
        key = self._key("")
        key.show_icon("backspace")
        key.setAccessibleName(QCoreApplication.translate("Keypad", "Delete"))
        key.setAutoRepeat(True)
        key.clicked.connect(lambda: self.send("\b", Qt.Key.Key_Backspace))
        return key

    def _hint(self) -> Label:
        words = QCoreApplication.translate("Keypad", "Tap here or use the keyboard")
        return Label(self.theme, "small", words, self._ink, self).centered()
