"""Content that may be taller than its place: two big arrows instead of a thin bar."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget
from shiboken6 import isValid

from ui.theme import Theme
from ui.widgets.buttons import Button
from ui.widgets.sheet import Sheet

_SHARE = 0.8


class Scroller(QWidget):
    """Shows `content` whole where it fits; else one page of it, arrows at the end edge, and the focus in sight."""

    def __init__(self, theme: Theme, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = content
        self._area = QScrollArea(self)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(content)
        up = QCoreApplication.translate("Scroller", "Show what is above")
        down = QCoreApplication.translate("Scroller", "Show what is below")
        self._arrows = QWidget(self)
        column = QVBoxLayout(self._arrows)
        column.setContentsMargins(theme.px(16), 0, 0, 0)
        self._up, self._down = (self._arrow(theme, *which) for which in (("up", up, -1), ("down", down, 1)))
        column.addWidget(self._up)
        column.addStretch(1)
        column.addWidget(self._down)
        self._arrows.hide()
        upright = QSizePolicy.Policy.Preferred if theme.portrait else QSizePolicy.Policy.Expanding
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, upright)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._area.verticalScrollBar().rangeChanged.connect(lambda *_: self._settle())
        self._area.verticalScrollBar().valueChanged.connect(lambda *_: self._settle())
        content.installEventFilter(self)
        self._sought: QWidget | None = None

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Paragraphs inside wrap."""
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """The whole content."""
        layout = self._content.layout()
        return layout.totalHeightForWidth(width) if layout and layout.hasHeightForWidth() else self.sizeHint().height()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The whole content."""
        return self._content.sizeHint()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A few lines."""
        return QSize(120, 120)

    def show_child(self, child: QWidget) -> None:
        """Bring a widget of the content into sight."""
        self._area.ensureWidgetVisible(child, 0, 24)

    def seek(self, child: QWidget) -> None:
        """Show the beginning, or as little below it as brings this into sight: now, and while the layout settles."""
        self._sought = child
        self._bring()

    def turn_page(self, sign: int) -> None:
        """Show what is above (-1) or below (1)."""
        self._move(sign)

    def overflows(self) -> bool:
        """Whether some of the content is out of sight."""
        return self._area.verticalScrollBar().maximum() > 0

    def to_top(self) -> None:
        """Show the beginning."""
        self._sought = None
        self._area.verticalScrollBar().setValue(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Make the content as tall as its paragraphs need, which QScrollArea alone does not ask them."""
        if watched is self._content and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: object) -> None:  # noqa: N802, ARG002 - Qt's name
        """Fit the content to the new width."""
        self._fit()

    def _fit(self) -> None:
        if isinstance(self._content, Sheet):
            self._content.give_way(self.width(), self.height())
        needed = self.heightForWidth(self.width())
        narrow = needed > self.height() > 0
        strip = self._arrows.sizeHint().width() if narrow else 0
        if narrow:
            needed = self.heightForWidth(self.width() - strip)
        self._arrows.setVisible(narrow)
        self._lay_out(strip)
        self._content.setMinimumHeight(needed)
        self._bring()
        self._settle()

    def _bring(self) -> None:
        if self._sought is None or not isValid(self._sought) or not self._content.isAncestorOf(self._sought):
            return
        layout = self._content.layout()
        if layout is not None:
            layout.activate()
        self._area.verticalScrollBar().setValue(0)
        self._area.ensureWidgetVisible(self._sought, 0, 24)

    def _lay_out(self, strip: int) -> None:
        """By hand: a widget with a layout is asked for that layout's height, not for its content's."""
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self._area.setGeometry(strip if rtl else 0, 0, self.width() - strip, self.height())
        self._arrows.setGeometry(0 if rtl else self.width() - strip, 0, strip, self.height())

    def _settle(self) -> None:
        bar = self._area.verticalScrollBar()
        for arrow, other, needed in (
            (self._up, self._down, bar.value() > 0),
            (self._down, self._up, bar.value() < bar.maximum()),
        ):
            if not needed and arrow.hasFocus() and bar.maximum() > 0:
                other.show()
                other.setFocus()
            arrow.setVisible(needed)

    def _arrow(self, theme: Theme, icon: str, name: str, sign: int) -> Button:
        button = Button(theme, "", "secondary", icon, name, parent=self._arrows)
        button.setFixedSize(theme.size("target_min"), theme.size("target_min"))
        policy = button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # an arrow that leads nowhere is away, and the other one stays in place
        button.setSizePolicy(policy)
        button.clicked.connect(lambda: self._move(sign))
        return button

    def _move(self, sign: int) -> None:
        self._sought = None  # the person looks elsewhere
        bar = self._area.verticalScrollBar()
        bar.setValue(bar.value() + sign * int(self._area.viewport().height() * _SHARE))
