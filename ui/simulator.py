"""The demo's dock beside the kiosk: the simulated key in its slot, its faults, and the mailbox."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ui.mailbox import Mail, Mailbox, MailboxView, News
from ui.text import clean

__all__ = ["Fault", "KeyChoice", "KeyPicture", "Mail", "Mailbox", "SimulatorDock", "SimulatorPanel", "Visitor"]

DOCK_WIDTH = 340
_STYLE = """
QWidget#dock { background: #DADADA; border: 0; }
#dock QWidget { color: #202020; font-size: 14px;
    font-family: 'DejaVu Sans', 'Noto Sans', 'Noto Sans Arabic', sans-serif; }
#dock QLabel[dock="heading"], #dock QLabel[dock="strong"] { font-weight: 700; }
#dock QPushButton, #dock QComboBox { background: #F4F4F4; border: 1px solid #6B6B6B; border-radius: 4px;
    padding: 8px; min-height: 26px; }
#dock QPushButton:hover, #dock QPushButton:focus, #dock QComboBox:focus { border: 2px solid #202020; padding: 7px; }
#dock QComboBox::drop-down { border: 0; width: 28px; }
#dock QPushButton:pressed { background: #C4C4C4; }
#dock QPushButton:disabled { color: #6B6B6B; background: #DADADA; }
#dock QComboBox QAbstractItemView { background: #F4F4F4; selection-background-color: #505050;
    selection-color: #FFFFFF; }
#dock QFrame[dock="mail"] { background: #F4F4F4; border: 1px solid #9A9A9A; border-radius: 4px; }
#dock QScrollArea, #dock QScrollArea > QWidget > QWidget { background: transparent; border: 0; }
"""


class KeyChoice(StrEnum):
    """Which simulated key lies on the table."""

    FRESH = "fresh"
    WITH_PIN = "with_pin"
    FULL = "full"
    U2F_ONLY = "u2f_only"
    LOCKED = "locked"


class Fault(StrEnum):
    """What shall go wrong next."""

    NONE = "none"
    PULLED = "pulled"
    NO_TOUCH = "no_touch"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class KeyPicture:
    """What the simulated key looks like now. `blinking`: it waits for a touch. `pin`: the PIN it came with, if any."""

    choice: KeyChoice = KeyChoice.FRESH
    plugged: bool = False
    blinking: bool = False
    fault: Fault = Fault.NONE
    pin: str = ""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who the person at the demonstration is to be: `user` and `number` are what they may type."""

    name: str
    user: str
    number: str


class SimulatorPanel(Protocol):
    """What the dock can do to the simulated key. Every method returns at once."""

    def plug(self) -> None:
        """Put the key into the slot."""
        ...

    def unplug(self) -> None:
        """Take it out."""
        ...

    def touch(self) -> None:
        """Touch it."""
        ...

    def choose(self, choice: KeyChoice, /) -> None:
        """Take this key in the hand; one that is plugged in is taken out."""
        ...

    def fault(self, fault: Fault, /) -> None:
        """Let this go wrong, once."""
        ...

    def observe(self, observer: Callable[[KeyPicture], None], /) -> None:
        """Call `observer` now and on every change, from any thread."""
        ...


class SimulatorDock(QWidget):
    """Stands beside the kiosk and says that it is no part of it."""

    def __init__(
        self, panel: SimulatorPanel, mailbox: Mailbox, visitor: Visitor, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._panel = panel
        self._picture = KeyPicture()
        self.setObjectName("dock")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(_STYLE)
        self.setFixedWidth(DOCK_WIDTH)
        self._view = _KeyView(self)
        self._view.touched.connect(panel.touch)
        self._plug = QPushButton(self)
        self._plug.clicked.connect(self._turn_plug)
        self._touch = QPushButton(QCoreApplication.translate("Simulator", "Touch the key"), self)
        self._touch.clicked.connect(panel.touch)
        self._choices = self._box(_choice_words(), lambda name: panel.choose(KeyChoice(name)))
        self._faults = self._box(_fault_words(), lambda name: panel.fault(Fault(name)))
        self._pin = QLabel(self)
        self._lay_out(mailbox, visitor)
        news = News()
        news.told.connect(self.show_picture, Qt.ConnectionType.QueuedConnection)
        self.show_picture(self._picture)
        panel.observe(lambda picture: news.told.emit(picture))  # noqa: PLW0108 - it keeps `news`, as `emit` would not

    def show_picture(self, picture: KeyPicture) -> None:
        """Show the key as it is now."""
        self._picture = picture
        plug = QCoreApplication.translate("Simulator", "Plug the key in")
        self._plug.setText(QCoreApplication.translate("Simulator", "Pull the key out") if picture.plugged else plug)
        self._touch.setEnabled(picture.plugged)
        for box, name in ((self._choices, picture.choice.value), (self._faults, picture.fault.value)):
            box.setCurrentIndex(box.findData(name))
        self._pin.setText(QCoreApplication.translate("Simulator", "Its PIN is {pin}.").format(pin=picture.pin))
        self._pin.setVisible(bool(picture.pin))
        self._view.show_picture(picture)

    def _turn_plug(self) -> None:
        if self._picture.plugged:
            self._panel.unplug()
        else:
            self._panel.plug()

    def _box(self, words: dict[str, str], choose: Callable[[str], None]) -> QComboBox:
        box = QComboBox(self)
        for name, text in words.items():
            box.addItem(text, name)
        box.activated.connect(lambda index: choose(str(box.itemData(index))))
        return box

    def _lay_out(self, mailbox: Mailbox, visitor: Visitor) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        heading = QCoreApplication.translate("Simulator", "Not part of the kiosk: simulated key and mailbox")
        column.addWidget(self._heading(heading))
        column.addWidget(self._who(visitor))
        column.addWidget(self._view, 0, Qt.AlignmentFlag.AlignHCenter)
        buttons = QHBoxLayout()
        buttons.addWidget(self._plug)
        buttons.addWidget(self._touch)
        column.addLayout(buttons)
        for text, box in (
            (QCoreApplication.translate("Simulator", "Which key"), self._choices),
            (QCoreApplication.translate("Simulator", "What goes wrong next"), self._faults),
        ):
            label = QLabel(text, self)
            label.setBuddy(box)
            box.setAccessibleName(text)
            column.addWidget(label)
            column.addWidget(box)
        column.insertWidget(column.indexOf(self._choices) + 1, self._pin)
        rule = QFrame(self)
        rule.setFrameShape(QFrame.Shape.HLine)
        column.addWidget(rule)
        column.addWidget(self._heading(QCoreApplication.translate("Simulator", "Mailbox")))
        column.addWidget(MailboxView(mailbox, self), 1)

    def _who(self, visitor: Visitor) -> QLabel:
        words = QCoreApplication.translate("Simulator", "You are {name} · {user} · staff number {number}")
        names = {"name": clean(visitor.name), "user": clean(visitor.user), "number": clean(visitor.number)}
        label = QLabel(words.format(**names), self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        return label

    def _heading(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setProperty("dock", "heading")
        label.setWordWrap(True)
        return label


class _KeyView(QWidget):
    """The key, in or above its slot; a click on its disc touches it."""

    touched = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._picture = KeyPicture()
        self.setFixedSize(QSize(220, 200))
        self.setAccessibleName(QCoreApplication.translate("Simulator", "The simulated key"))

    def show_picture(self, picture: KeyPicture) -> None:
        """Draw this."""
        self._picture = picture
        state = QCoreApplication.translate("Simulator", "not plugged in")
        if picture.plugged:
            state = QCoreApplication.translate("Simulator", "plugged in")
        if picture.blinking:
            state = QCoreApplication.translate("Simulator", "waits for a touch")
        self.setAccessibleDescription(state)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """A finger on the disc."""
        if self._picture.plugged and self._disc().adjusted(-12, -12, 12, 12).contains(event.position()):
            self.touched.emit()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002 - Qt's name
        """Plug, slot, body, disc, and rings while it blinks."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor("#505050"), 2))
        top = self._top()
        painter.setBrush(QColor("#B4B4B4"))
        painter.drawRect(QRectF(94, top + 96, 32, 34))
        painter.setBrush(QColor("#8C8C8C"))
        painter.drawRoundedRect(QRectF(30, 162, 160, 36), 6, 6)
        painter.setBrush(QColor("#F4F4F4"))
        painter.drawRoundedRect(QRectF(72, top, 76, 100), 16, 16)
        painter.setBrush(QColor("#F5B83D" if self._picture.blinking else "#C4C4C4"))
        painter.drawEllipse(self._disc())
        if self._picture.blinking:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for spread in (8, 16, 24):
                painter.drawEllipse(self._disc().adjusted(-spread, -spread, spread, spread))
        painter.end()

    def _top(self) -> int:
        return 62 if self._picture.plugged else 10

    def _disc(self) -> QRectF:
        centre = QPoint(110, self._top() + 52)
        return QRectF(centre.x() - 18, centre.y() - 18, 36, 36)


def _choice_words() -> dict[str, str]:
    return {
        KeyChoice.FRESH.value: QCoreApplication.translate("Simulator", "A fresh key"),
        KeyChoice.WITH_PIN.value: QCoreApplication.translate("Simulator", "A key with a PIN"),
        KeyChoice.FULL.value: QCoreApplication.translate("Simulator", "A full key"),
        KeyChoice.U2F_ONLY.value: QCoreApplication.translate("Simulator", "An old key (U2F only)"),
        KeyChoice.LOCKED.value: QCoreApplication.translate("Simulator", "A locked key"),
    }


def _fault_words() -> dict[str, str]:
    return {
        Fault.NONE.value: QCoreApplication.translate("Simulator", "Nothing"),
        Fault.PULLED.value: QCoreApplication.translate("Simulator", "The key is pulled at the next step"),
        Fault.NO_TOUCH.value: QCoreApplication.translate("Simulator", "Nobody touches the key"),
        Fault.FORGED.value: QCoreApplication.translate("Simulator", "The key is a forgery"),
    }
