"""The checklist shows every rule with a mark, and tells a screen reader only what changed."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ui.theme import load_theme
from ui.widgets.checklist import Checklist, Line, Mark

LENGTH, RUNS = "6 digits or more", "No runs, like 123456"


def lines(length: Mark, runs: Mark) -> tuple[Line, ...]:
    return Line("length", LENGTH, length), Line("runs", RUNS, runs)


@pytest.fixture
def checklist(qtbot: QtBot) -> Checklist:
    widget = Checklist(load_theme())
    qtbot.addWidget(widget)
    widget.show_lines(lines(Mark.PENDING, Mark.PENDING))
    return widget


def heard(checklist: Checklist) -> list[str]:
    words: list[str] = []
    checklist.announced.connect(words.append)
    return words


def test_only_changes_are_announced(checklist: Checklist) -> None:
    words = heard(checklist)
    checklist.show_lines(lines(Mark.PENDING, Mark.MET))
    checklist.show_lines(lines(Mark.PENDING, Mark.MET))
    checklist.show_lines(lines(Mark.MET, Mark.MET))
    checklist.show_lines(lines(Mark.MET, Mark.REFUSED))
    assert words == [f"{RUNS}: done", f"{LENGTH}: done", f"{RUNS}: not accepted"]


def test_each_row_says_its_rule_and_its_mark(checklist: Checklist) -> None:
    names = [child.accessibleName() for child in checklist.children() if hasattr(child, "accessibleName")]
    assert f"{LENGTH}: not yet" in names


def test_rules_may_come_and_go(checklist: Checklist) -> None:
    extra = Line("too_long", "63 characters at most", Mark.REFUSED)
    checklist.show_lines((*lines(Mark.MET, Mark.MET), extra))
    checklist.show_lines(lines(Mark.MET, Mark.MET))
    assert [line.name for line in checklist.lines] == ["length", "runs"]


def test_large_text_makes_one_column(qtbot: QtBot) -> None:
    widget = Checklist(load_theme(text_scale=2.0))
    qtbot.addWidget(widget)
    widget.show_lines(lines(Mark.MET, Mark.REFUSED))
    tops = {label.mapTo(widget, label.rect().topLeft()).x() for label in widget.findChildren(QLabel) if label.text()}
    assert len(tops) == 1
