"""A number to be read from a step away and typed, or kept: very large, one place for each figure."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import Theme

LARGE = 72
"""px. A figure is at least so tall where there is room: what is smaller is not read at arm's length."""

_DESIGN, _GROWTH = 88, 1.25
_PLACE, _GAP, _BOX = 0.92, 0.12, 1.5
"""The width of a place, the gap between two, and the height of a box, in heights of a figure."""


class NumberCard(QWidget):
    """Shows figures in boxes, from left to right in every language. Painted: nothing of it can be copied or found in
    a widget's text. A screen reader hears it as `words`, figure by figure when `read_aloud` is called."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._figures = ""
        self.setProperty("kind", "card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def figures(self) -> str:
        """What is shown."""
        return self._figures

    def show_number(self, figures: str, words: str = "") -> None:
        """Show these; `words` name them to a screen reader, with `{number}` where the figures come."""
        if figures != self._figures:
            self._figures = figures
            self.updateGeometry()
            self.update()
        self.setAccessibleName(words.format(number=self.spelled))

    @property
    def spelled(self) -> str:
        """Figure by figure, as a screen reader says them."""
        return " ".join(self._figures)

    def read_aloud(self) -> None:
        """Say the figures, one by one."""
        if self._figures:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.spelled))

    def figure_px(self, width: int) -> int:
        """The height of a figure in this width."""
        count = max(len(self._figures), 1)
        wanted = max(LARGE, round(self._theme.px(_DESIGN) * min(self._theme.text_scale, _GROWTH)))
        fits = int(width / (count * _PLACE + (count - 1) * _GAP)) if width > 0 else wanted
        return max(min(wanted, fits), 12)

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Long numbers are smaller."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """One row of boxes."""
        return round(self.figure_px(width) * _BOX) + 4

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as its figures like to be."""
        tall = self.figure_px(0)
        count = max(len(self._figures), 1)
        width = round(tall * (count * _PLACE + (count - 1) * _GAP))
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """It may be squeezed; its height follows."""
        return QSize(self._theme.px(200), self.heightForWidth(self._theme.px(200)))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Each figure in its own box."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tall = self.figure_px(self.width())
        wide, gap = tall * _PLACE, tall * _GAP
        painter.setFont(self._font(tall))
        for place, figure in enumerate(self._figures):
            box = QRectF(place * (wide + gap), 0, wide, self.height()).adjusted(2, 2, -2, -2)
            painter.setPen(QPen(theme.colour("control"), theme.border()))
            painter.setBrush(theme.colour("surface"))
            painter.drawRoundedRect(box, theme.radius("card"), theme.radius("card"))
            painter.setPen(theme.colour("ink"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, figure)
        painter.end()

    def _font(self, tall: int) -> QFont:
        font = self._theme.font("number")
        font.setPixelSize(tall)
        return font
