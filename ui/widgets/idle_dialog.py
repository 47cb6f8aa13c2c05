"""Are you still there: a countdown before the screen forgets, and one press to go on."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.theme import Theme
from ui.widgets.buttons import Button
from ui.widgets.countdown import Countdown
from ui.widgets.dialog import Dialog
from ui.widgets.label import Label

_SPOKEN = (20, 10, 5)


class IdleDialog(Dialog):
    """`stayed`: the person is there. `left`: they want to start over. `expired`: nobody answered."""

    stayed = Signal()
    left = Signal()
    expired = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, QCoreApplication.translate("IdleDialog", "Are you still there?"), parent)
        self._ring = Countdown(theme, 104, parent=self.panel)
        self._words = Label(theme, "body", "", "ink_soft", self.panel)
        self.content.removeWidget(self.title)
        words = QVBoxLayout()
        words.setSpacing(theme.px(8))
        words.addWidget(self.title)
        words.addWidget(self._words)
        row = QHBoxLayout()
        row.setSpacing(theme.px(28))
        row.addWidget(self._ring, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(words, 1)
        self.content.addLayout(row)
        over = Button(theme, QCoreApplication.translate("IdleDialog", "Start over"), "ghost", "restart")
        stay = Button(theme, QCoreApplication.translate("IdleDialog", "I am still here"), "primary", "check")
        self.over = self.add_action(over, first=True)
        self.stay = self.add_action(stay)
        stay.clicked.connect(self._stay)
        over.clicked.connect(self._leave)
        self._ring.ticked.connect(self._tell)
        self._ring.ended.connect(self._expire)

    def ask(self, seconds: int) -> None:
        """Ask, and wait so many seconds for an answer."""
        self._ring.start(seconds)
        self.open(self.stay)

    def stop(self) -> None:
        """Take the question back (the screen changed by itself)."""
        self._ring.stop()
        self.close_dialog()

    def _tell(self, seconds: int) -> None:
        text = QCoreApplication.translate(
            "IdleDialog", "In %n second(s) this screen starts over and forgets what you typed.", "", seconds
        )
        self._words.set_text(text)
        self.setAccessibleDescription(self._words.text())
        if seconds in _SPOKEN:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self._words.text()))

    def _stay(self) -> None:
        self.stop()
        self.stayed.emit()

    def _leave(self) -> None:
        self.stop()
        self.left.emit()

    def _expire(self) -> None:
        self.stop()
        self.expired.emit()
