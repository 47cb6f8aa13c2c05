"""A choice as a card: icon, one or two lines, an arrow; or a tile that shows a tick when it is the chosen one."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QWidget

from ui.theme import Theme
from ui.widgets.buttons import Presses, press_by_key
from ui.widgets.label import Paragraph


class OptionCard(QPushButton):
    """A big button that reads from the start edge. `trailing` is the icon at its end ("forward", "" for none)."""

    def __init__(
        self,
        theme: Theme,
        title: str,
        detail: str = "",
        icon: str = "",
        trailing: str = "forward",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon, self._trailing = icon, trailing
        self._presses = Presses()
        self._dense = False
        self.setProperty("kind", "option")
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._title = Paragraph(theme, "button", title)
        self._detail = Paragraph(theme, "small", detail)
        self.set_words(title, detail)

    def dense(self) -> OptionCard:
        """Stand closer, where several rows of cards share a column. Returns itself."""
        self._dense = True
        self.updateGeometry()
        return self

    def set_words(self, title: str, detail: str = "") -> None:
        """Show and say these words."""
        self._title = Paragraph(self._theme, "button", title)
        self._detail = Paragraph(self._theme, "small", detail)
        self.setText(title)
        self.setAccessibleName(self._title.text)
        self.setAccessibleDescription(self._detail.text)
        self.updateGeometry()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter presses it, like Space."""
        if not press_by_key(self, event):
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Remember since when it can be pressed."""
        self._presses.shown()
        super().showEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Remember that this very card was pressed."""
        self._presses.pressed()
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """The second half of a double click; a new page may have come after the first."""
        if self._presses.second_half_counts():
            super().mouseDoubleClickEvent(event)

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Words may wrap."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Room for both texts, and for a finger."""
        return max(self._least(), self.words_height(width) + 2 * self._theme.px(4 if self._dense else 14))

    def words_height(self, width: int) -> int:
        """The height of both texts in a card of this width."""
        room = max(width - self._start() - self._end(), 1)
        return self._title.height(room) + (self._detail.height(room) if self._detail.text else 0)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Both texts on one line each."""
        words = max(self._title.natural_width(), self._detail.natural_width())
        width = self._start() + words + self._end()
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The widest word of the title; an address below it may be broken."""
        words = max(self._title.word_width(), min(self._detail.word_width(), self._theme.text_px(230)))
        return QSize(self._start() + words + self._end(), self._least())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Let the style draw the box, then put words and icons in it."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text, option.icon = "", QIcon()
        painter = QPainter(self)
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        ink = "ink" if self.isEnabled() else "disabled_ink"
        self._draw_words(painter, ink)
        self._draw_icons(painter, ink)
        painter.end()

    def _draw_words(self, painter: QPainter, ink: str) -> None:
        room = self.width() - self._start() - self._end()
        title, detail = self._title.height(room), self._detail.height(room) if self._detail.text else 0
        top = (self.height() - title - detail) // 2
        painter.setPen(self._theme.colour(ink))
        self._title.draw(painter, QRectF(self._visual(QRect(self._start(), top, room, title))))
        if detail:
            painter.setPen(self._theme.colour("ink_soft" if self.isEnabled() else ink))
            self._detail.draw(painter, QRectF(self._visual(QRect(self._start(), top + title, room, detail))))

    def _draw_icons(self, painter: QPainter, ink: str) -> None:
        theme = self._theme
        if self._icon:
            side = theme.px(self._icon_size())
            spot = QRect(theme.px(22), (self.height() - side) // 2, side, side)
            painter.drawPixmap(self._visual(spot), theme.pixmap(self._icon, ink, self._icon_size()))
        trailing = "check" if self.isChecked() else self._trailing
        if trailing:
            side = theme.px(26)
            spot = QRect(self.width() - theme.px(24) - side, (self.height() - side) // 2, side, side)
            painter.drawPixmap(self._visual(spot), theme.pixmap(trailing, ink, 26))

    def _visual(self, area: QRect) -> QRect:
        return QStyle.visualRect(self._theme.direction, self.rect(), area)

    def _least(self) -> int:
        if self._dense:
            return max(self._theme.size("target_min"), self._theme.text_px(64))
        return self._theme.size("option_card" if self._icon or self._detail.text else "language_tile")

    def _icon_size(self) -> float:
        return 36 * min(self._theme.text_scale, 1.4)

    def _start(self) -> int:
        theme = self._theme
        return theme.px(22) + (theme.px(self._icon_size()) + theme.px(18) if self._icon else 0)

    def _end(self) -> int:
        theme = self._theme
        return theme.px(24) + (theme.px(26 + 12) if self._trailing or self.isCheckable() else 0)
