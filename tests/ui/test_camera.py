"""Frames of a camera become texts: at most eight a second, beside the thread of the screen, and nothing is left."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtMultimedia import QCameraDevice, QVideoFrame, QVideoFrameFormat, QVideoSink
from pytestqt.qtbot import QtBot

from kiosk.commands.eye import open_eye
from ui.camera import SECONDS_PER_LOOK, CameraEye, Reader, best_format, open_camera, text_in
from ui.widgets.qr_code import matrix

ROOT = Path(__file__).resolve().parents[2]
TEXT = "keywright:id:spring-campaign_2:100042:AbC-_9x"
pytestmark = pytest.mark.qt_log_ignore("Couldn't (load|resolve)", "No RHI backend")  # it looks for what it could use


class Clock:
    """A clock that the test turns."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def frame(text: str = TEXT, size: QSize | None = None, module: int = 6) -> QImage:
    """What a camera sees when somebody holds a code before it."""
    image = QImage(size or QSize(1280, 720), QImage.Format.Format_RGB32)
    image.fill(0xFF6B7A75)
    rows = matrix(text) if text else []
    painter = QPainter(image)
    if rows:
        painter.translate(300, 120)
        painter.rotate(7)
        side = (len(rows) + 8) * module
        painter.fillRect(0, 0, side, side, 0xFFF4F2EC)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                painter.fillRect((x + 4) * module, (y + 4) * module, module, module, 0xFF1A1A1A)
    painter.end()
    return image


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sink(qtbot: QtBot) -> QVideoSink:
    return QVideoSink()


@pytest.fixture
def reader(sink: QVideoSink, clock: Clock) -> Iterator[Reader]:
    reader = Reader(sink, clock)
    reader.look()
    yield reader
    reader.pause()


def heard(reader: Reader) -> tuple[list[QImage], list[str]]:
    seen: list[QImage] = []
    read: list[str] = []
    reader.seen.connect(seen.append)
    reader.read.connect(read.append)
    return seen, read


def test_a_code_that_is_held_before_the_camera_is_read(qtbot: QtBot, reader: Reader, sink: QVideoSink) -> None:
    seen, read = heard(reader)
    sink.setVideoFrame(QVideoFrame(frame()))
    qtbot.waitUntil(lambda: read == [TEXT])
    assert [max(image.width(), image.height()) for image in seen] == [960]


def test_many_frames_are_looked_at_eight_times_a_second(
    qtbot: QtBot, reader: Reader, sink: QVideoSink, clock: Clock
) -> None:
    seen, _ = heard(reader)
    picture = frame("")
    for number in range(60):  # two seconds
        sink.setVideoFrame(QVideoFrame(picture))
        looked = len(seen)
        if looked > number * SECONDS_PER_LOOK:
            qtbot.waitUntil(lambda: not reader.at_work)
        clock.now += 1 / 30
    assert 10 <= len(seen) <= 17


def test_a_code_that_stays_in_view_is_told_once_and_again_after_a_while(
    qtbot: QtBot, reader: Reader, sink: QVideoSink, clock: Clock
) -> None:
    _, read = heard(reader)
    one, none = frame(), frame("")
    for shown in (one, one, none, one):
        clock.now += 0.2
        sink.setVideoFrame(QVideoFrame(shown))
        qtbot.waitUntil(lambda: not reader.at_work)
    assert read == [TEXT]
    clock.now += 60
    sink.setVideoFrame(QVideoFrame(one))
    qtbot.waitUntil(lambda: len(read) == 2)


@pytest.mark.parametrize(
    "bad",
    [
        QVideoFrame(),
        QVideoFrame(QVideoFrameFormat(QSize(640, 480), QVideoFrameFormat.PixelFormat.Format_Invalid)),
        QVideoFrame(QVideoFrameFormat(QSize(8192, 8192), QVideoFrameFormat.PixelFormat.Format_Y8)),
        QVideoFrame(QImage(1, 1, QImage.Format.Format_RGB32)),
    ],
    ids=["none", "of no format", "huge", "tiny"],
)
def test_bad_frames_do_no_harm(qtbot: QtBot, reader: Reader, sink: QVideoSink, clock: Clock, bad: QVideoFrame) -> None:
    _, read = heard(reader)
    sink.setVideoFrame(bad)
    qtbot.waitUntil(lambda: not reader.at_work)
    clock.now += 1
    sink.setVideoFrame(QVideoFrame(frame()))
    qtbot.waitUntil(lambda: read == [TEXT])


def test_after_the_page_is_left_nothing_is_told(qtbot: QtBot, reader: Reader, sink: QVideoSink, clock: Clock) -> None:
    seen, read = heard(reader)
    sink.setVideoFrame(QVideoFrame(frame()))
    reader.pause()
    assert reader.threads == 0
    clock.now += 1
    sink.setVideoFrame(QVideoFrame(frame()))
    qtbot.wait(30)
    assert (len(seen), read) == (1, [])
    reader.look()
    sink.setVideoFrame(QVideoFrame(frame()))
    qtbot.waitUntil(lambda: read == [TEXT])


@pytest.mark.parametrize("text", ["x" * 600, "line\nbreak", ""])
def test_codes_that_are_none_of_ours_are_passed_over(text: str) -> None:
    assert text_in(frame(text, QSize(1400, 1400))) == ""
    assert text_in(QImage()) == ""


def test_a_camera_that_is_not_there_is_told_and_leaves_the_page(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    lost: list[bool] = []
    eye = CameraEye(QCameraDevice())
    eye.start(lambda _image: None, lambda _text: None, lambda: lost.append(True))
    assert lost == [True]
    eye.stop()
    eye.stop()
    caplog.clear()


def test_what_an_eye_sees_comes_to_whoever_looks_and_to_nobody_after(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    read: list[str] = []
    eye = CameraEye(QCameraDevice())
    eye.start(lambda _image: None, read.append, lambda: None)
    eye.reader.look()
    eye.sink.setVideoFrame(QVideoFrame(frame()))
    qtbot.waitUntil(lambda: read == [TEXT])
    eye.stop()
    eye.reader.read.emit("late")
    assert read == [TEXT]
    caplog.clear()


def test_no_camera_and_no_extra_are_no_trouble(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert open_camera("No such camera") is None
    assert open_eye("No such camera") is None

    def missing(name: str) -> object:
        if name == "ui.camera":
            raise ModuleNotFoundError(name=name)
        return sys.modules[name]

    monkeypatch.setattr(importlib, "import_module", missing)
    assert open_eye(True) is None
    said = [str(record.msg) for record in caplog.records]
    assert any("camera_libraries_missing" in text for text in said)
    assert any("camera_missing" in text for text in said)
    caplog.clear()


def test_a_camera_without_formats_chooses_for_itself() -> None:
    assert best_format([]) is None


def test_a_kiosk_without_a_camera_imports_nothing_of_it() -> None:
    program = (
        "import sys, kiosk.commands.kiosk, ui.standing, ui.tour;"
        "print([n for n in ('zxingcpp', 'PySide6.QtMultimedia') if n in sys.modules])"
    )
    asked = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.stdout == "[]\n"
