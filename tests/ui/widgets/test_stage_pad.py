"""The stage borrows a pad, and gives it back."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from ui.theme import load_theme
from ui.widgets.stage import Stage


def settle() -> None:
    """Timers, and what was to be deleted."""
    for _ in range(3):
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def test_a_pad_that_was_put_away_can_be_shown_again(qtbot: QtBot) -> None:
    stage = Stage(load_theme())
    qtbot.addWidget(stage)
    pad = QPushButton("1")
    for _ in range(3):
        stage.show_pad(pad)
        stage.show_pad(None)
        stage.show_pad(pad)
        settle()
        assert isValid(pad)
        assert stage.pad is pad
    stage.show_pad(None)


def test_a_pad_that_nobody_keeps_is_gone_once_its_press_is_over(qtbot: QtBot) -> None:
    stage = Stage(load_theme())
    qtbot.addWidget(stage)
    stage.show_pad(QPushButton("1"))
    gone: list[bool] = []
    assert stage.pad is not None
    stage.pad.destroyed.connect(lambda: gone.append(True))
    stage.show_pad(None)
    assert gone == []
    settle()
    assert gone == [True]


def test_a_pad_that_died_with_its_page_is_no_trouble(qtbot: QtBot) -> None:
    stage = Stage(load_theme())
    qtbot.addWidget(stage)
    pad = QPushButton("1")
    stage.show_pad(pad)
    pad.deleteLater()
    settle()
    assert not isValid(pad)
    stage.show_pad(None)
    assert stage.pad is None


def test_a_stage_with_no_room_for_a_picture_shows_its_ground_alone(qtbot: QtBot) -> None:
    stage, bare = Stage(load_theme(portrait=True)), Stage(load_theme(portrait=True))
    for each in (stage, bare):
        qtbot.addWidget(each)
        each.resize(600, 60)
    stage.show_scene("badge")
    assert stage.grab().toImage() == bare.grab().toImage()
    for each in (stage, bare):
        each.resize(600, 600)
    assert stage.grab().toImage() != bare.grab().toImage()
