"""The dock says that it is no part of the kiosk, drives the simulated key, and shows the mails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ui.i18n import Interpreter
from ui.simulator import Fault, KeyChoice, KeyPicture, SimulatorDock, Visitor


@dataclass(frozen=True)
class Letter:
    """A mail."""

    to: str
    subject: str
    text: str
    code: str = ""


class Box:
    """A mailbox that the test fills."""

    def __init__(self) -> None:
        self.mails: list[Letter] = []
        self.tell: Callable[[], None] = lambda: None

    def messages(self) -> tuple[Letter, ...]:
        return tuple(self.mails)

    def observe(self, observer: Callable[[], None], /) -> None:
        self.tell = observer


class Panel:
    """A simulated key that writes down what is done to it."""

    def __init__(self) -> None:
        self.done: list[object] = []
        self.tell: Callable[[KeyPicture], None] = lambda picture: None

    def plug(self) -> None:
        self.done.append("plug")

    def unplug(self) -> None:
        self.done.append("unplug")

    def touch(self) -> None:
        self.done.append("touch")

    def wrong_finger(self) -> None:
        self.done.append("wrong finger")

    def second(self, plugged: bool, /) -> None:
        self.done.append(("second", plugged))

    def choose(self, choice: KeyChoice, /) -> None:
        self.done.append(choice)

    def fault(self, fault: Fault, /) -> None:
        self.done.append(fault)

    def observe(self, observer: Callable[[KeyPicture], None], /) -> None:
        self.tell = observer


@pytest.fixture
def panel() -> Panel:
    return Panel()


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def dock(qtbot: QtBot, qapp: QApplication, panel: Panel, box: Box) -> SimulatorDock:
    Interpreter(qapp)  # whatever language another test left behind, English is spoken here
    widget = SimulatorDock(panel, box, Visitor("Maria Okafor", "maria@example.org", "104417"))
    qtbot.addWidget(widget)
    widget.show()
    return widget


def button(dock: SimulatorDock, text: str) -> QPushButton:
    return next(b for b in dock.findChildren(QPushButton) if b.text() == text)


def texts(dock: SimulatorDock) -> str:
    return "\n".join(label.text() for label in dock.findChildren(QLabel) if label.isVisible())


def from_another_thread(work: Callable[[], object]) -> None:
    thread = Thread(target=work)
    thread.start()
    thread.join()


def test_it_says_what_it_is(dock: SimulatorDock) -> None:
    assert "Not part of the kiosk: simulated key and mailbox" in texts(dock)


def test_it_says_who_the_visitor_is(dock: SimulatorDock) -> None:
    for word in ("Maria Okafor", "maria@example.org", "104417"):
        assert word in texts(dock)


def test_the_key_is_plugged_touched_and_pulled(dock: SimulatorDock, panel: Panel) -> None:
    assert not button(dock, "Touch the key").isEnabled()
    button(dock, "Plug the key in").click()
    dock.show_picture(KeyPicture(plugged=True))
    button(dock, "Touch the key").click()
    button(dock, "Pull the key out").click()
    assert panel.done == ["plug", "touch", "unplug"]


def test_a_finger_on_the_disc_touches(dock: SimulatorDock, panel: Panel) -> None:
    view = next(w for w in dock.findChildren(QWidget) if w.accessibleName() == "The simulated key")
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(110, 62))
    dock.show_picture(KeyPicture(plugged=True, blinking=True))
    assert view.accessibleDescription() == "waits for a touch"
    assert not dock.grab().isNull()
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(110, 114))
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert panel.done == ["touch"]


def test_keys_and_faults_are_chosen(dock: SimulatorDock, panel: Panel) -> None:
    choices, faults = dock.findChildren(QComboBox)
    for combo, data in ((choices, KeyChoice.FULL), (faults, Fault.FORGED)):
        combo.setCurrentIndex(combo.findData(data.value))
        combo.activated.emit(combo.currentIndex())
    assert panel.done == [KeyChoice.FULL, Fault.FORGED]
    assert {choices.itemData(i) for i in range(choices.count())} == {choice.value for choice in KeyChoice}
    assert {faults.itemData(i) for i in range(faults.count())} == {fault.value for fault in Fault}


def test_a_wrong_finger_is_offered_where_there_is_a_sensor(dock: SimulatorDock, panel: Panel) -> None:
    wrong = button(dock, "Touch it with a wrong finger")
    assert not wrong.isVisible()
    dock.show_picture(KeyPicture(KeyChoice.SENSOR, plugged=True, sensor=True, blinking=True, finger=True))
    wrong.click()
    button(dock, "Touch the key").click()
    assert panel.done == ["wrong finger", "touch"]
    states = {widget.accessibleDescription() for widget in dock.findChildren(QWidget)}
    assert "waits for a finger" in states


def test_another_key_is_put_in_and_taken_out(dock: SimulatorDock, panel: Panel) -> None:
    box = dock.findChild(QCheckBox)
    assert isinstance(box, QCheckBox)
    box.click()
    assert panel.done == [("second", True)]
    dock.show_picture(KeyPicture(second=True))
    assert box.isChecked()
    box.click()
    assert panel.done[1:] == [("second", False)]


def test_what_happens_on_another_thread_is_shown(dock: SimulatorDock, panel: Panel, qtbot: QtBot) -> None:
    picture = KeyPicture(KeyChoice.WITH_PIN, plugged=True, fault=Fault.NO_TOUCH, pin="1379")
    from_another_thread(lambda: panel.tell(picture))
    qtbot.waitUntil(lambda: "Its PIN is 1379." in texts(dock))
    choices, faults = dock.findChildren(QComboBox)
    assert (choices.currentData(), faults.currentData()) == ("with_pin", "no_touch")


def test_a_mail_arrives_with_its_code_to_copy(dock: SimulatorDock, box: Box, qtbot: QtBot) -> None:
    assert "No mail yet" in texts(dock)
    box.mails.append(Letter("maria@example.org", "Your code", "Hello\n\n704139\n", "704139"))
    from_another_thread(box.tell)
    qtbot.waitUntil(lambda: "Your code" in texts(dock))
    assert "No mail yet" not in texts(dock)
    copy = next(b for b in dock.findChildren(QPushButton) if b.text().startswith("Copy the code"))
    copy.click()
    assert QGuiApplication.clipboard().text() == "704139"
    QGuiApplication.clipboard().clear()


def test_a_hostile_mail_is_only_text(dock: SimulatorDock, box: Box, qtbot: QtBot) -> None:
    box.mails.append(Letter("x\u202e", "<img src=x>", "\x1b[2J" + "y" * 100_000))
    box.tell()
    qtbot.waitUntil(lambda: "No mail yet" not in texts(dock))
    assert "<img" not in texts(dock)
    assert len(texts(dock)) < 2000


def test_new_mails_come_on_top_once(dock: SimulatorDock, box: Box, qtbot: QtBot) -> None:
    for subject in ("first", "second"):
        box.mails.append(Letter("x", subject, ""))
        box.tell()
        box.tell()
    qtbot.waitUntil(lambda: "second" in texts(dock))
    tops = {
        word: next(lab for lab in dock.findChildren(QLabel) if word in lab.text()).mapTo(dock, QPoint(0, 0)).y()
        for word in ("first", "second")
    }
    assert tops["second"] < tops["first"]
    assert texts(dock).count("first") == 1
