"""The kiosk's camera as a reader of codes. Imported only where a station has one: it needs the extra `camera`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
import zxingcpp
from PySide6.QtCore import QCameraPermission, QCoreApplication, QObject, QRunnable, QSize, Qt, QThreadPool, Signal
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import (
    QCamera,
    QCameraDevice,
    QCameraFormat,
    QMediaCaptureSession,
    QMediaDevices,
    QVideoFrame,
    QVideoSink,
)

_LOG = structlog.get_logger("keywright.camera")

SECONDS_PER_LOOK = 0.12
"""The least time between two frames that are looked at: about eight a second are."""
_SIDE = 960
"""px. The longer side of a picture that is looked into: a code that fills a third of it has 5 px and more a module."""
_LARGEST = 4096
"""px. A frame that is wider or taller is none of a camera that we asked for 720 lines."""
_LONGEST = 512
"""Characters. Codes with more in them are none of ours."""
_SAME = 2.0
"""Seconds for which a code that stays in view is not told again."""
_LINES = 720


@dataclass(frozen=True)
class _Look:
    """What was found in one picture, in the `turn` of the reader that it was taken in."""

    turn: int
    text: str


class _Found(QObject):
    """Brings what was found to the thread of the screen."""

    found = Signal(object)


class _Work(QRunnable):
    """Looks for a code in one picture, beside the thread of the screen."""

    def __init__(self, image: QImage, turn: int, found: _Found) -> None:
        super().__init__()
        self._image, self._turn, self._found = image, turn, found

    def run(self) -> None:
        """Look, and tell; a picture without a code is told, too, so that the next one is looked at."""
        self._found.found.emit(_Look(self._turn, text_in(self._image)))


def text_in(image: QImage) -> str:
    """The text of the QR code in a picture; nothing where there is none, or none that may be used."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    try:
        found = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    except (ValueError, TypeError, RuntimeError):  # a picture that it does not take
        return ""
    texts = (code.text for code in found if code.valid)
    return next((text for text in texts if 0 < len(text) <= _LONGEST and text.isprintable()), "")


class Reader(QObject):
    """Looks at the frames of a sink, and tells `seen` (pictures for a preview) and `read` (the text of each code that
    comes into view), from `look` to `pause`: then nothing is told any more, nothing kept, and no thread at work."""

    seen = Signal(QImage)
    read = Signal(str)

    def __init__(self, sink: QVideoSink, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._turn, self._looking, self._at_work, self._looked = 0, False, False, float("-inf")
        self._last, self._told = "", float("-inf")
        self._pool = QThreadPool()
        self._pool.setMaxThreadCount(1)
        self._pool.setExpiryTimeout(1000)
        self._found = _Found()
        self._found.found.connect(self._look_done, Qt.ConnectionType.QueuedConnection)
        sink.videoFrameChanged.connect(self._frame)

    @property
    def at_work(self) -> bool:
        """Whether a picture is being looked into."""
        return self._at_work

    @property
    def threads(self) -> int:
        """How many threads look."""
        return self._pool.activeThreadCount()

    def look(self) -> None:
        """Begin."""
        self._looking = True

    def pause(self) -> None:
        """Forget everything, and wait for the look that is under way: some milliseconds."""
        self._turn += 1
        self._looking = self._at_work = False
        self._last, self._looked = "", float("-inf")
        self._pool.clear()
        self._pool.waitForDone()

    def _frame(self, frame: QVideoFrame) -> None:
        now = self._clock()
        early = self._at_work or now - self._looked < SECONDS_PER_LOOK
        if not self._looking or early or not _usable(frame):
            return
        image = frame.toImage()
        if image.isNull():
            return
        self._looked = now
        if max(image.width(), image.height()) > _SIDE:
            image = image.scaled(QSize(_SIDE, _SIDE), Qt.AspectRatioMode.KeepAspectRatio)
        self.seen.emit(image)
        self._at_work = True
        self._pool.start(_Work(image, self._turn, self._found))

    def _look_done(self, look: _Look) -> None:
        if look.turn != self._turn:
            return
        self._at_work = False
        now = self._clock()
        if look.text and (look.text != self._last or now - self._told > _SAME):
            self.read.emit(look.text)
        if look.text:
            self._last, self._told = look.text, now


class CameraEye(QObject):
    """One camera as an `ui.eye.Eye`. The device is taken at `start` and given back at `stop`."""

    def __init__(self, device: QCameraDevice) -> None:
        super().__init__()
        self._device = device
        self.sink = QVideoSink(self)
        self.reader = Reader(self.sink)
        self._camera: QCamera | None = None
        self._session: QMediaCaptureSession | None = None
        self._lost: Callable[[], None] | None = None
        self._links: list[Callable[[], object]] = []

    def start(self, seen: Callable[[QImage], None], read: Callable[[str], None], lost: Callable[[], None]) -> None:
        """Take the camera; where the system asks the person for leave first, as soon as they gave it."""
        self.stop()
        self._lost = lost
        self.reader.seen.connect(seen)
        self.reader.read.connect(read)
        self._links = [lambda: self.reader.seen.disconnect(seen), lambda: self.reader.read.disconnect(read)]
        app, wanted = QCoreApplication.instance(), QCameraPermission()
        leave = app.checkPermission(wanted) if app is not None else Qt.PermissionStatus.Granted
        if leave == Qt.PermissionStatus.Undetermined and app is not None:
            app.requestPermission(wanted, self, self._allowed)
        else:
            self._go(leave == Qt.PermissionStatus.Granted)

    def stop(self) -> None:
        """Give the camera back."""
        camera, self._camera = self._camera, None
        self._lost = None
        for unlink in self._links:
            unlink()
        self._links = []
        if camera is not None:
            camera.stop()
            camera.deleteLater()
        if self._session is not None:
            self._session.deleteLater()
            self._session = None
        self.reader.pause()

    def _allowed(self, permission: QCameraPermission) -> None:
        app = QCoreApplication.instance()
        self._go(app is not None and app.checkPermission(permission) == Qt.PermissionStatus.Granted)

    def _go(self, allowed: bool) -> None:
        if self._lost is None:
            return
        if not allowed or not QCamera(self._device).isAvailable():
            self._fail("unavailable" if allowed else "refused")
            return
        self.reader.look()
        camera = self._camera = QCamera(self._device)
        best = best_format(self._device.videoFormats())
        if best is not None:
            camera.setCameraFormat(best)
        camera.errorOccurred.connect(lambda error, _text: self._fail(error.name))
        self._session = QMediaCaptureSession()
        self._session.setCamera(camera)
        self._session.setVideoSink(self.sink)
        camera.start()

    def _fail(self, reason: str) -> None:
        lost = self._lost
        _LOG.warning("camera_lost", reason=reason)
        if lost is not None:
            self._lost = None
            lost()


def open_camera(name: str = "") -> CameraEye | None:
    """The camera of this name (its description, or its id), the system's own choice for "". None where there is no such
    camera; what is wrong with it is logged."""
    devices = QMediaDevices.videoInputs()
    named = (d for d in devices if name in (d.description(), d.id().toStdString()))
    device = next(named, None) if name else QMediaDevices.defaultVideoInput()
    if device is None or device.isNull():
        _LOG.warning("camera_missing", count=len(devices))
        return None
    return CameraEye(device)


def best_format(formats: list[QCameraFormat]) -> QCameraFormat | None:
    """The format whose lines are nearest to 720: enough for a code, and little to turn into pictures."""
    return min(formats, key=lambda f: (abs(f.resolution().height() - _LINES), -f.maxFrameRate()), default=None)


def _usable(frame: QVideoFrame) -> bool:
    return frame.isValid() and 0 < frame.width() <= _LARGEST and 0 < frame.height() <= _LARGEST
