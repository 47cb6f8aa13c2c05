"""Who must act while the screen waits: a spinner or a ring, and two lines of words."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui.theme import Theme
from ui.widgets.countdown import Countdown, Spinner
from ui.widgets.label import Label

_SPOKEN = (20, 10, 5)


class StatusCard(QFrame):
    """A stop for the screen reader on pages that wait; Enter does nothing here."""

    ticked = Signal(int)
    ended = Signal()

    def __init__(self, theme: Theme, *, ring: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ring = Countdown(theme, parent=self) if ring else None
        self._strong = Label(theme, "strong", "", "ink", self)
        self._small = Label(theme, "small", "", "ink_soft", self)
        self.setProperty("kind", "card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        words = QVBoxLayout()
        words.setSpacing(theme.px(2))
        words.addStretch()
        words.addWidget(self._strong)
        words.addWidget(self._small)
        words.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(24), theme.px(22), theme.px(24), theme.px(22))
        row.setSpacing(theme.px(20))
        row.addWidget(self._ring or Spinner(theme, parent=self), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)
        self.setMinimumHeight(theme.size("status_card"))
        if self._ring is not None:
            self._ring.ticked.connect(self._tell)
            self._ring.ended.connect(self.ended)

    def show_status(self, strong: str, small: str = "", spoken: str = "") -> None:
        """Say who must act, and what happens then; `spoken` is the second line for a screen reader, where what is seen
        changes more often than anybody wants to hear."""
        self._strong.set_text(strong)
        self._small.set_text(small)
        self._small.setVisible(bool(small))
        for told, words, tell in (
            (self.accessibleName(), strong, self.setAccessibleName),
            (self.accessibleDescription(), spoken or small, self.setAccessibleDescription),
        ):
            if told != words:
                tell(words)

    def start(self, seconds: int) -> None:
        """Let the ring run out in `seconds`."""
        if self._ring is not None:
            self._ring.start(seconds)

    @property
    def left(self) -> int:
        """Whole seconds left on the ring; 0 without one."""
        return self._ring.left if self._ring is not None else 0

    def stop(self) -> None:
        """Let the ring stand still."""
        if self._ring is not None:
            self._ring.stop()

    def _tell(self, seconds: int) -> None:
        self.ticked.emit(seconds)
        if seconds in _SPOKEN:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.accessibleDescription()))
