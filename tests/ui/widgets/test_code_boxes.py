"""The boxes take digits from keys, paste and input methods, and tell a whole code once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ui.theme import load_theme
from ui.widgets.code_boxes import CodeBoxes, digits_of


@pytest.fixture
def boxes(qtbot: QtBot) -> CodeBoxes:
    widget = CodeBoxes(load_theme())
    qtbot.addWidget(widget)
    return widget


def told(boxes: CodeBoxes) -> list[str]:
    codes: list[str] = []
    boxes.completed.connect(codes.append)
    return codes


@given(st.text(max_size=40), st.integers(4, 10))
def test_only_digits_remain_of_any_text(text: str, most: int) -> None:
    digits = digits_of(text, most)
    assert len(digits) <= most
    assert digits == "" or (digits.isascii() and digits.isdigit())


@given(st.from_regex(r"\A[0-9]{6}\Z"), st.lists(st.sampled_from(" -\u202e\u00a0x:"), max_size=8))
def test_a_code_is_found_between_other_signs(code: str, noise: list[str]) -> None:
    text = "".join(a + b for a, b in zip(code, [*noise, *[""] * 6], strict=False))
    assert digits_of(text, 6) == code


def test_arabic_digits_become_western_ones() -> None:
    assert digits_of("٧٠٤١٣٩", 6) == "704139"


def test_the_last_digit_tells_the_code_once(qtbot: QtBot, boxes: CodeBoxes) -> None:
    codes = told(boxes)
    QTest.keyClicks(boxes, "704139")
    QTest.keyClicks(boxes, "5")
    assert codes == ["704139"]


def test_letters_are_not_typed(qtbot: QtBot, boxes: CodeBoxes) -> None:
    QTest.keyClicks(boxes, "7a0-4")
    assert boxes.text() == "704"


def test_a_corrected_code_is_told_again(qtbot: QtBot, boxes: CodeBoxes) -> None:
    codes = told(boxes)
    QTest.keyClicks(boxes, "704139")
    QTest.keyClick(boxes, Qt.Key.Key_Backspace)
    QTest.keyClicks(boxes, "8")
    assert codes == ["704139", "704138"]


def test_a_pasted_mail_line_gives_its_code(qtbot: QtBot, boxes: CodeBoxes) -> None:
    codes = told(boxes)
    QTest.keyClicks(boxes, "12")
    QGuiApplication.clipboard().setText("Your code: 704 139")
    QTest.keyClick(boxes, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert codes == ["704139"]
    QGuiApplication.clipboard().clear()


def test_an_input_method_can_type(boxes: CodeBoxes) -> None:
    event = QInputMethodEvent()
    event.setCommitString("٧٠")
    QCoreApplication.sendEvent(boxes, event)
    assert boxes.text() == "70"


def test_nothing_is_typed_while_a_code_is_checked(qtbot: QtBot, boxes: CodeBoxes) -> None:
    boxes.setReadOnly(True)
    QTest.keyClicks(boxes, "7")
    assert boxes.text() == ""


def test_delete_empties_the_boxes(qtbot: QtBot, boxes: CodeBoxes) -> None:
    QTest.keyClicks(boxes, "704")
    QTest.keyClick(boxes, Qt.Key.Key_Delete)
    assert boxes.text() == ""


def test_the_focus_ring_goes_from_box_to_box(qtbot: QtBot, boxes: CodeBoxes) -> None:
    boxes.resize(688, 112)
    first = boxes.focus_area()
    QTest.keyClicks(boxes, "7")
    assert boxes.focus_area().left() > first.right()
    QTest.keyClicks(boxes, "04139")
    assert boxes.focus_area() == boxes.box(5).toAlignedRect()


def test_the_middle_gap_is_wider(boxes: CodeBoxes) -> None:
    boxes.resize(688, 112)
    gaps = [boxes.box(i + 1).left() - boxes.box(i).right() for i in range(5)]
    assert gaps[2] > gaps[0] == pytest.approx(gaps[4])


def test_fewer_digits_make_fewer_boxes(qtbot: QtBot, boxes: CodeBoxes) -> None:
    QTest.keyClicks(boxes, "70413")
    boxes.expect(4)
    assert boxes.text() == "7041"


@pytest.mark.parametrize("mode", ["light", "dark", "contrast"])
def test_it_is_painted_in_every_mode(qtbot: QtBot, mode: str) -> None:
    widget = CodeBoxes(load_theme(mode=mode))
    qtbot.addWidget(widget)
    widget.mark_refused(refused=True)
    widget.add("70")
    assert not widget.grab().isNull()
