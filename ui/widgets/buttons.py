"""Buttons whose words and icon are placed by us: text then mark, or icon then text, wrapped when they must be."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QWidget

from ui.theme import Theme
from ui.widgets.label import Paragraph

_INK = {"primary": "on_brand", "tool": "on_stage", "stage": "on_spark", "key": "on_stage"}
_ROLE = {"primary": "button_primary", "stage": "button_primary", "tool": "tool"}


def press_by_key(button: QPushButton, event: QKeyEvent) -> bool:
    """Click `button` if `event` is Enter. Whether it was; holding the key down counts once."""
    if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        return False
    if not event.isAutoRepeat():
        button.click()
    return True


class Presses:
    """Tells which second half of a double click a widget should take.

    Not one whose first half hit what was in its place before, such as a button of the page before. But Qt also calls
    it a double click when a finger hits two widgets in a row, and then both are meant.
    """

    def __init__(self) -> None:
        self._since = QElapsedTimer()
        self._pressed = False

    def shown(self) -> None:
        """The widget came into sight."""
        self._since.start()

    def pressed(self) -> None:
        """A first half hit the widget itself."""
        self._pressed = True

    def second_half_counts(self) -> bool:
        """Whether the first half hit the widget, or it was in sight already and something else was hit."""
        interval = QGuiApplication.styleHints().mouseDoubleClickInterval()
        return self._pressed or (self._since.isValid() and self._since.hasExpired(interval))


class Button(QPushButton):
    """A button of a kind: primary, secondary, ghost, tool, stage. A primary's icon follows its text.

    `name` is what a screen reader says when there is no text, or when the text alone is not enough.
    """

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        kind: str = "secondary",
        icon: str = "",
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self.kind = kind
        self._icon = icon
        self._presses = Presses()
        self._label = Paragraph(theme, _ROLE.get(kind, "button"), text)
        self.setProperty("kind", kind)
        self.setText(text)
        self.setAccessibleName(name or self._label.text)
        self.setFont(self._label.font)
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setMinimumHeight(self._height(1))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter presses it, like Space; held down it presses once."""
        if not press_by_key(self, event):
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Remember since when it can be pressed."""
        self._presses.shown()
        super().showEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Remember that this very button was pressed."""
        self._presses.pressed()
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """The second half of a double click; a new page may have come after the first."""
        if self._presses.second_half_counts():
            super().mouseDoubleClickEvent(event)

    def set_text(self, text: str) -> None:
        """Show and say another text."""
        self._label = Paragraph(self.theme, _ROLE.get(self.kind, "button"), text)
        self.setText(text)
        self.setAccessibleName(self._label.text)
        self.updateGeometry()
        self.update()

    def set_icon(self, icon: str) -> None:
        """Show another icon."""
        self._icon = icon
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Words on one line, between generous paddings."""
        return self._size(self._label.natural_width())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As narrow as two lines make it; `resizeEvent` finds the height for them."""
        natural = self._label.natural_width()
        narrow = self._size(min(natural, max(self._label.word_width(), round(natural * 0.62))))
        return QSize(narrow.width(), self._height(1))

    def resizeEvent(self, event: object) -> None:  # noqa: N802, ARG002 - Qt's name
        """Grow to a second line where the words need one."""
        fits = not self._label.text or self.width() >= self._size(self._label.natural_width()).width()
        height = min(self._height(1 if fits else 2), self.maximumHeight())
        if self.minimumHeight() != height:
            self.setMinimumHeight(height)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Let the style draw the box, then put words and icon in its middle."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text, option.icon = "", QIcon()
        painter = QPainter(self)
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        ink = self._ink()
        painter.setPen(self.theme.colour(ink))
        self._draw_content(painter, ink)
        painter.end()

    def _draw_content(self, painter: QPainter, ink: str) -> None:
        side, gap = self._icon_side(), self._gap()
        beside = side + gap if side else 0
        room = self.width() - 2 * self._padding() - beside
        if self._label.text:  # rather a thin margin than a broken word
            room = max(room, min(self._label.word_width(), self.width() - 2 * self.theme.px(8) - beside))
        text_width = max(min(self._label.natural_width(), room), 0) if self._label.text else 0
        if text_width < self._label.natural_width() and self._label.text:
            text_width = room
        total = text_width + side + gap
        left = (self.width() - total) // 2
        if self.kind == "ghost":  # its words stand where the margin is
            left = self._padding()
        height = self._label.height(text_width) if text_width else 0
        trailing = self.kind in ("primary", "stage")
        text_left = left if trailing else left + side + gap
        icon_left = left + text_width + gap if trailing else left
        if height:
            area = QRect(text_left, (self.height() - height) // 2, text_width, height)
            self._label.draw(painter, QRectF(self._visual(area)), centered=self.kind != "ghost")
        if side:
            spot = QRect(icon_left, (self.height() - side) // 2, side, side)
            painter.drawPixmap(self._visual(spot), self.theme.pixmap(self._icon, ink, self._icon_size()))

    def _visual(self, area: QRect) -> QRect:
        return QStyle.visualRect(self.theme.direction, self.rect(), area)

    def _ink(self) -> str:
        if not self.isEnabled():
            return "on_stage" if self.kind in ("stage", "key", "tool") else "disabled_ink"
        if self.kind == "primary" and self.isDown() and self.theme.mode == "contrast":
            return "on_spark"
        return _INK.get(self.kind, "ink")

    def _size(self, text_width: int) -> QSize:
        theme = self.theme
        words = text_width if self._label.text else 0
        width = 2 * self._padding() + words + self._icon_side() + self._gap()
        least = {"primary": 280, "tool": 64}.get(self.kind, 80)
        return QSize(max(width, theme.px(least)), self._height(1))

    def _height(self, lines: int) -> int:
        return max(self._least_height(), lines * self._label.step + self.theme.px(20))

    def _least_height(self) -> int:
        if self.kind != "tool":
            return self.theme.size("button")
        growth = min(self.theme.text_scale, 1.3)
        return round(self.theme.size("tool") * (1 + (growth - 1) / 2))

    def _padding(self) -> int:
        if self.kind == "tool":
            return self.theme.px(17)
        return self.theme.px({"primary": 36, "stage": 28, "ghost": 12}.get(self.kind, 32))

    def _gap(self) -> int:
        if not self._icon or not self._label.text:
            return 0
        return self.theme.px({"tool": 10, "ghost": 14}.get(self.kind, 16))

    def _icon_size(self) -> float:
        growth = min(self.theme.text_scale, 1.3 if self.kind == "tool" else 1.5)
        return 28 * growth

    def _icon_side(self) -> int:
        return self.theme.px(self._icon_size()) if self._icon else 0
