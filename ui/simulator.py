"""The demo's dock beside the kiosk: the simulated key in its slot, its faults, and the mailbox."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ui.mailbox import Mail, Mailbox, MailboxView, News
from ui.phone_opener import PhoneLinks, PhoneOpener
from ui.simulator_key import KeyView
from ui.simulator_panel import Fault, KeyChoice, KeyPicture, SimulatorPanel, Visitor
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
#dock QCheckBox { spacing: 8px; min-height: 26px; }
#dock QFrame[dock="mail"] { background: #F4F4F4; border: 1px solid #9A9A9A; border-radius: 4px; }
#dock QScrollArea, #dock QScrollArea > QWidget > QWidget { background: transparent; border: 0; }
"""


class SimulatorDock(QWidget):
    """Stands beside the kiosk and says that it is no part of it."""

    def __init__(
        self, panel: SimulatorPanel, mailbox: Mailbox, visitor: Visitor, links: PhoneLinks | None = None
    ) -> None:
        super().__init__()
        self._panel = panel
        self._picture = KeyPicture()
        self.setObjectName("dock")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(_STYLE)
        self.setFixedWidth(DOCK_WIDTH)
        self._view = KeyView(self)
        self._view.touched.connect(panel.touch)
        self._plug = QPushButton(self)
        self._plug.clicked.connect(self._turn_plug)
        self._touch = QPushButton(QCoreApplication.translate("Simulator", "Touch the key"), self)
        self._touch.clicked.connect(panel.touch)
        self._stranger = QPushButton(QCoreApplication.translate("Simulator", "Touch it with a wrong finger"), self)
        self._stranger.clicked.connect(panel.wrong_finger)
        self._second = QCheckBox(QCoreApplication.translate("Simulator", "Another key is in as well"), self)
        self._second.clicked.connect(panel.second)
        self._choices = self._box(_choice_words(), lambda name: panel.choose(KeyChoice(name)))
        self._faults = self._box(_fault_words(), lambda name: panel.fault(Fault(name)))
        self._pin = QLabel(self)
        self._phone = None if links is None else PhoneOpener(links, self)
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
        self._stranger.setVisible(picture.sensor)
        self._stranger.setEnabled(picture.plugged)
        self._second.setChecked(picture.second)
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
        column.addWidget(self._stranger)
        column.addWidget(self._second)
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
        if self._phone is not None:
            column.addWidget(self._phone)
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


def _choice_words() -> dict[str, str]:
    return {
        KeyChoice.FRESH.value: QCoreApplication.translate("Simulator", "A fresh key"),
        KeyChoice.WITH_PIN.value: QCoreApplication.translate("Simulator", "A key with a PIN"),
        KeyChoice.FULL.value: QCoreApplication.translate("Simulator", "A full key"),
        KeyChoice.U2F_ONLY.value: QCoreApplication.translate("Simulator", "An old key (U2F only)"),
        KeyChoice.LOCKED.value: QCoreApplication.translate("Simulator", "A locked key"),
        KeyChoice.WANTS_CHANGE.value: QCoreApplication.translate("Simulator", "A key that wants a new PIN"),
        KeyChoice.SENSOR.value: QCoreApplication.translate("Simulator", "A key with a sensor for a finger"),
    }


def _fault_words() -> dict[str, str]:
    return {
        Fault.NONE.value: QCoreApplication.translate("Simulator", "Nothing"),
        Fault.PULLED.value: QCoreApplication.translate("Simulator", "The key is pulled at the next step"),
        Fault.NO_TOUCH.value: QCoreApplication.translate("Simulator", "Nobody touches the key"),
        Fault.FORGED.value: QCoreApplication.translate("Simulator", "The key is a forgery"),
    }
